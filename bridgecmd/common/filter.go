package common

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
)

// A Filter is what a list is limited to; zero members do not limit.
type Filter struct {
	Index   uint32 // of the device
	Master  uint32 // of the bridge
	Vlan    uint32
	State   uint32 // NUD_ bits of which one has to be set
	Dynamic bool   // leave out permanent entries
}

// ListVoice is how lists complain: words that they do not know mean nothing.
var ListVoice = field.Voice{Wrong: cli.InvArg, Twice: cli.DupArg, Unknown: field.Skip}

// The words of lists.
var (
	DevWords = field.Table{Voice: &ListVoice, Rows: []*field.Row{&listDev}}
	VidWords = field.Table{Voice: &ListVoice, Rows: []*field.Row{&listDev, &listVid}}

	listDev    = field.Row{Words: "=dev", In: field.Slot, Attr: SlotDev, Type: &field.LinkWord, Flags: field.Once}
	ListMaster = field.Row{Words: "=master", In: field.Slot, Attr: SlotBridge, Type: &field.LinkWord, Flags: field.Once}
	listVid    = field.Row{Words: "=vid", Type: &ListVlan}

	ListVlan = field.Type{Parse: parseListVlan}
)

// parseListVlan limits a list to a VLAN; 0 does not, and may be given again.
func parseListVlan(c *field.Call, r *field.Row) error {
	f := c.For.(*Filter)
	s, err := c.Args.ValueOnce(r.Word(), f.Vlan != 0)
	if err == nil {
		f.Vlan = uint32(cli.Atoi(s))
	}
	return err
}

// Read reads the words of a list.
func (f *Filter) Read(c *command.Call, t *field.Table) (*field.Call, error) {
	x := field.NewCall(c.Env, c.Args, t)
	x.For = f
	return x, x.Read()
}

// Parse reads the words of a list, and looks the names up at the end.
func (f *Filter) Parse(c *command.Call, t *field.Table) error {
	x, err := f.Read(c, t)
	if err == nil {
		err = f.LookUp(x, SlotDev, &f.Index)
	}
	if err == nil {
		err = f.LookUp(x, SlotBridge, &f.Master)
	}
	return err
}

// LookUp looks up the link that a slot names, if there is one.
func (f *Filter) LookUp(c *field.Call, slot uint16, index *uint32) (err error) {
	if name, ok := c.Word(field.Slot, slot); ok {
		*index, err = c.Env.Index(name)
	}
	return err
}

// Hides reports whether the filter leaves out the device.
func (f *Filter) Hides(index uint32) bool { return f.Index != 0 && f.Index != index }

// What waits in slots.
const (
	SlotAddr = iota + 16 // behind those of BRIDGE_MODE and the like
	SlotDev
	SlotBridge
	SlotPort
	SlotNoRefresh
	SlotMSTI
	SlotState
	SlotVNI
	SlotFile
)
