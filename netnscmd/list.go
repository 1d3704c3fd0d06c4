package netnscmd

import (
	"gip/internal/cli"
	"gip/internal/command"
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

// An idQuery is what list-id asks for; -1 means any.
type idQuery struct{ target, id int32 }

var idWords = []cli.Keyword[*idQuery]{
	{Words: "=target-nsid", Parse: func(q *idQuery, a *cli.Args) error { return parseID("target-nsid", &q.target, a) }},
	{Words: "=nsid", Parse: func(q *idQuery, a *cli.Args) error { return parseID("nsid", &q.id, a) }},
}

func parseID(key string, id *int32, a *cli.Args) error {
	if *id >= 0 {
		return cli.DupArg(key, key)
	}
	word, err := a.Value()
	if err != nil {
		return err
	}
	v, ok := cli.ParseInt(word, 0, 32)
	if !ok {
		return cli.InvArg(`"`+key+`" value is invalid`, word)
	}
	if v < 0 {
		// The real tool complains about the word that follows.
		next := "(null)"
		if a.More() {
			next = a.Word()
		}
		return cli.InvArg(`"`+key+`" value should be >= 0`, next)
	}
	*id = int32(v)
	return nil
}

func listID(c *command.Call) error {
	e, a := c.Env, c.Args
	e.NSIDs.Load()
	q := idQuery{-1, -1}
	err := cli.ParseWords(&q, a, idWords, func(*idQuery, *cli.Args) error { return cli.Help() })
	if err != nil {
		return err
	}
	m := rtnl.Request(unix.RTM_GETNSID, unix.RtGenmsg{})
	if q.id >= 0 {
		m.U32(unix.NETNSA_NSID, uint32(q.id))
	}
	if q.target >= 0 {
		m.U32(unix.NETNSA_TARGET_NSID, uint32(q.target))
	}
	if q.id >= 0 {
		return e.Get(m, func(m rtnl.Message) error {
			e.Pen.Begin()
			printID(e, m)
			e.Pen.End()
			return nil
		})
	}
	e.Pen.Begin()
	err = e.Dump(m, func(m rtnl.Message) error { printID(e, m); return nil })
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
