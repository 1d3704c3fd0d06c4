// Package tccmd is "tc": queueing disciplines, their classes, filters and actions. What
// kinds of them there are stands in the rooms below: tccmd/qdisc, tccmd/filter,
// tccmd/action. It departs from iproute2 nowhere on purpose.
package tccmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/word"
	"gip/tccmd/kind"

	"golang.org/x/sys/unix"
)

// Applet is the command tc.
var Applet = command.Applet{Names: "tc", Usage: tcUsage, After: tcOptions, OneDash: true, TellsTwice: true, HelpStatus: -1, UnknownStatus: cli.StatusUsage,
	TryHelp: "tc -help", Version: "tc utility, iproute2-" + command.Reference + ", libbpf 1.7.0",
	Options: []*command.Option{
		&command.Stats, &command.Details,
		{Words: "raw", Flag: func(o *cli.Options) { o.Raw = true }},
		&command.Pretty,
		{Words: "graph", Flag: func(o *cli.Options) { o.Graph = true }},
		&command.Version,
		{Words: "iec", Flag: func(o *cli.Options) { o.IEC = true }},
		&command.Help, &command.Force,
		{Words: "batch", Value: "batch file", Set: command.SetBatch},
		&command.Netns,
		{Words: "Numeric", Flag: func(o *cli.Options) { o.Numeric = true }},
		{Words: "names|nm", Flag: func(o *cli.Options) { o.Names = true }},
		{Words: "cf|conf", Value: "file", Lack: (*command.Globals).Help, Set: setNamesFile},
		&command.Color, &command.Timestamp,
		{Words: "tshort", Flag: func(o *cli.Options) { o.Timestamp, o.ShortTime = true, true }},
		&command.JSON, &command.Oneline,
		{Words: "brief", Flag: func(o *cli.Options) { o.Brief = true }},
		{Words: "=echo", Flag: func(o *cli.Options) { o.Echo = true }},
	},
	Objects: []*command.Object{&qdiscObject, &classObject, &filterObject, &chainObject, &actionsObject, &monitorObject, &execObject},
}

func setNamesFile(g *command.Globals, v string) error {
	g.NamesFile = v
	return nil
}

// begin is the Before of all objects: the names of classes are read, but not for the
// lines of a batch.
func begin(c *command.Call) error {
	if c.Opt.Names && !c.Batch {
		return kind.LoadNames(c.Env)
	}
	return nil
}

// help shows the usage of the object, which is no failure.
func help(c *command.Call) error {
	tellUsage(c)
	return nil
}

// tellUsage writes the usage of the object; the command goes on.
func tellUsage(c *command.Call) { c.Warnf("%s", c.Object.Usage) }

// unknown is the error of a word that is no verb, which ends no batch.
func unknown(c *command.Call) error {
	return kind.Refuse(`Command "%s" is unknown, try "tc %s help".`, c.Word(), word.First(c.Object.Words))
}

// tcMsg is struct tcmsg (linux/rtnetlink.h).
type tcMsg struct {
	Family  uint8
	_       [3]uint8
	Ifindex uint32
	Handle  uint32
	Parent  uint32
	Info    uint32
}

// head is the tcmsg of a request.
func head(m *rtnl.Msg) *tcMsg {
	t, _ := rtnl.View[tcMsg](m.Body())
	return t
}

// newChange is a request that changes something, with its tcmsg.
func newChange(c *command.Call) *rtnl.Msg {
	m := c.NewChange(c.Verb.Type, c.Verb.Flags)
	rtnl.Put(m, tcMsg{})
	return m
}

// maxAttr is above the highest attribute of messages about traffic control.
const maxAttr = unix.TCA_EXT_WARN_MSG + 1

// putKind adds TCA_KIND.
func putKind(m *rtnl.Msg, name string) {
	if name != "" {
		m.Str(unix.TCA_KIND, name)
	}
}

// device writes "dev NAME ".
func device(e *cli.Env, index uint32) {
	e.Pen.Text("dev ")
	e.Pen.ColorStr(show.Ifname, "dev", "", e.Links.Name(index), " ")
}

// link sets the device of a request, if one was given.
func link(e *cli.Env, m *rtnl.Msg, dev string) error {
	if dev == "" {
		return nil
	}
	index, err := e.Index(dev)
	head(m).Ifindex = index
	return err
}

// dump prints what a request for a list is answered by. unasked is what the real tool says
// of one that it could not ask for.
func dump(e *cli.Env, m *rtnl.Msg, unasked string, print func(*cli.Env, rtnl.Message) error) error {
	e.Pen.Begin()
	err := e.Dump(m, func(m rtnl.Message) error { return print(e, m) })
	e.Pen.End()
	return cli.DumpError(cli.AskedAs(unasked, err), cli.StatusError)
}
