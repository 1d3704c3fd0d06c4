package netnscmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/netns"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// list prints the names with their numbers, in the order of the folder.
func list(c *command.Call) error {
	e := c.Env
	e.NSIDs.Load()
	names, err := netns.Names()
	if err != nil {
		return nil
	}
	p := e.Pen
	p.Begin()
	for _, name := range names {
		p.OpenObject("")
		p.Str("name", "", name, "")
		if id := e.NSIDs.Of(name); id >= 0 {
			p.Int("id", " (id: ", int64(id), ")")
		}
		p.EndLine()
		p.CloseObject()
	}
	p.End()
	return nil
}

// listIDWords has the words of list-id. What they do not know asks for help.
var listIDWords = field.Table{Voice: &field.Voice{Bad: field.BadIP, Wrong: cli.InvArg, Twice: cli.DupArg, Early: true, Unknown: field.ShowUsage},
	Send: []uint16{unix.NETNSA_NSID, unix.NETNSA_TARGET_NSID}, Rows: []*field.Row{
		{Words: "=target-nsid", Attr: unix.NETNSA_TARGET_NSID, Type: &nsid, Flags: field.Once},
		{Words: "=nsid", Attr: unix.NETNSA_NSID, Type: &nsid, Flags: field.Once},
	}}

var nsid = field.Type{Size: 4, Scan: scanID}

func scanID(c *field.Call, r *field.Row, s string) (uint64, error) {
	v, ok := cli.ParseInt(s, 0, 32)
	if !ok {
		return 0, c.Wrong(r, s)
	}
	if v < 0 {
		// The real tool complains about the word that follows.
		next := "(null)"
		if c.Args.More() {
			next = c.Args.Word()
		}
		return 0, cli.InvArg(`"`+r.Word()+`" value should be >= 0`, next)
	}
	return uint64(v), nil
}

func listID(c *command.Call) error {
	e := c.Env
	e.NSIDs.Load()
	x := field.NewCall(e, c.Args, &listIDWords)
	if err := x.Read(); err != nil {
		return err
	}
	m := rtnl.Request(unix.RTM_GETNSID, unix.RtGenmsg{})
	x.Encode(m, x.Table)
	if x.Get(0, unix.NETNSA_NSID) != nil {
		return e.Get(m, func(m rtnl.Message) error {
			e.Pen.Begin()
			printID(e, m)
			e.Pen.End()
			return nil
		})
	}
	e.Pen.Begin()
	err := e.Dump(m, func(m rtnl.Message) error { printID(e, m); return nil })
	e.Pen.End()
	return cli.DumpError(err, cli.StatusError)
}

// printEvent is for monitors.
func printEvent(e *cli.Env, m rtnl.Message) error {
	printID(e, m)
	return nil
}

// printID prints a RTM_NEWNSID or RTM_DELNSID message.
func printID(e *cli.Env, m rtnl.Message) {
	if m.Type != unix.RTM_NEWNSID && m.Type != unix.RTM_DELNSID {
		return
	}
	id := netns.ParseID(m)
	e.Head("[NSID]")
	p := e.Pen
	p.OpenObject("")
	if m.Type == unix.RTM_DELNSID {
		p.Flag("deleted", "Deleted ")
	}
	printNumber(e, "nsid", id.ID)
	known := id.ID
	if id.HasCurrent {
		printNumber(e, "current-nsid", id.Current)
		known = id.Current
	}
	name := e.NSIDs.Take(known)
	if name == "" && m.Type == unix.RTM_NEWNSID {
		name = e.NSIDs.Find(id.ID)
	}
	if name != "" {
		p.Str("name", "(iproute2 netns name: ", name, ")")
	}
	p.EndLine()
	p.CloseObject()
}

func printNumber(e *cli.Env, key string, id int32) {
	if id < 0 {
		e.Pen.Text(key + " unassigned ")
		return
	}
	e.Pen.Int(key, key+" ", int64(id), " ")
}
