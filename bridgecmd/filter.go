package bridgecmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
)

// A filter is what a list is limited to; zero members do not limit.
type filter struct {
	index   uint32 // of the device
	master  uint32 // of the bridge
	vlan    uint32
	state   uint32 // NUD_ bits of which one has to be set
	dynamic bool   // leave out permanent entries
}

// listVoice is how lists complain: words that they do not know mean nothing.
var listVoice = field.Voice{Wrong: cli.InvArg, Twice: cli.DupArg, Unknown: field.Skip}

// The words of lists.
var (
	devWords = field.Table{Voice: &listVoice, Rows: []*field.Row{&listDev}}
	vidWords = field.Table{Voice: &listVoice, Rows: []*field.Row{&listDev, &listVid}}

	listDev    = field.Row{Words: "=dev", In: field.Slot, Attr: slotDev, Type: &field.LinkWord, Flags: field.Once}
	listMaster = field.Row{Words: "=master", In: field.Slot, Attr: slotBridge, Type: &field.LinkWord, Flags: field.Once}
	listVid    = field.Row{Words: "=vid", Type: &listVlan}

	listVlan = field.Type{Parse: parseListVlan}
)

// parseListVlan limits a list to a VLAN; 0 does not, and may be given again.
func parseListVlan(c *field.Call, r *field.Row) error {
	f := c.For.(*filter)
	s, err := c.Args.ValueOnce(r.Word(), f.vlan != 0)
	if err == nil {
		f.vlan = uint32(cli.Atoi(s))
	}
	return err
}

// read reads the words of a list.
func (f *filter) read(c *command.Call, t *field.Table) (*field.Call, error) {
	x := field.NewCall(c.Env, c.Args, t)
	x.For = f
	return x, x.Read()
}

// parse reads the words of a list, and looks the names up at the end.
func (f *filter) parse(c *command.Call, t *field.Table) error {
	x, err := f.read(c, t)
	if err == nil {
		err = f.lookUp(x, slotDev, &f.index)
	}
	if err == nil {
		err = f.lookUp(x, slotBridge, &f.master)
	}
	return err
}

// lookUp looks up the link that a slot names, if there is one.
func (f *filter) lookUp(c *field.Call, slot uint16, index *uint32) (err error) {
	if name, ok := c.Word(field.Slot, slot); ok {
		*index, err = c.Env.Index(name)
	}
	return err
}

// hides reports whether the filter leaves out the device.
func (f *filter) hides(index uint32) bool { return f.index != 0 && f.index != index }
