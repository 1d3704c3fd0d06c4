// Package bridgecmd is "bridge": the ports of bridges, their forwarding and
// multicast databases, VLANs, the VNIs of tunnels, and a monitor of all that.
// It departs from iproute2 nowhere on purpose.
package bridgecmd

import (
	"gip/internal/cli"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// A tool is what the commands of one process share. The real tool's filters
// are variables that it never sets back: in a batch, "fdb show dev eth0" limits
// the "fdb show" of later lines too.
type tool struct {
	link, fdb, mdb, vlan, vni, mst filter
	// vlanPort is the port whose VLANs were listed last, or 0.
	vlanPort uint32
}

// objects in the order in which abbreviations are tried.
var objects = []cli.Verb{
	{Words: "link", Run: linkObject, Waits: true},
	{Words: "fdb", Run: fdbObject, Waits: true},
	{Words: "mdb", Run: mdbObject, Waits: true},
	{Words: "mst", Run: mstObject, Waits: true},
	{Words: "vlan", Run: vlanObject, Waits: true},
	{Words: "vni", Run: vniObject, Waits: true},
	{Words: "monitor", Run: monitor},
	{Words: "help", Help: Usage},
}

// Run runs one command of bridge: an object and what follows it.
func Run(e *cli.Env, a *cli.Args) error {
	if o := cli.FindVerb(objects, a); o != nil {
		return negated(o.Do(e, a))
	}
	return negated(cli.Fail(`Object "%s" is unknown, try "bridge help".`, a.Word()))
}

// negated gives the status that bridge ends with: ip ends with what a command
// returns times -1, bridge with that itself, so that 1 is 255 here.
func negated(err error) error {
	if err == nil || cli.EndsBatch(err) {
		return err
	}
	return &cli.Error{Status: -cli.Status(err) & 255, Err: err}
}

// dispatch runs the verb that the current word names, or show if there is no
// word.
func dispatch(e *cli.Env, a *cli.Args, object string, verbs []cli.Verb, show func(*cli.Env, *cli.Args) error) error {
	if err := e.LearnForBatch(); err != nil {
		return err
	}
	if !a.More() {
		return (&cli.Verb{Run: show}).Do(e, a)
	}
	if v := cli.FindVerb(verbs, a); v != nil {
		return v.Do(e, a)
	}
	return cli.Exit(cli.StatusUsage, `Command "%s" is unknown, try "bridge %s help".`, a.Word(), object)
}

// change sends a request. Its refusal counts as any other failure, not as the
// kernel's.
func change(e *cli.Env, m *rtnl.Msg) error { return failed(e.Post(m, cli.Special{})) }

// failed is an error with the status of a failure.
func failed(err error) error {
	if err == nil {
		return nil
	}
	return &cli.Error{Status: cli.StatusError, Err: err}
}

// einval is an error with the status of EINVAL, as the parser of on and off
// returns it.
func einval(err error) error {
	if err == nil {
		return nil
	}
	return &cli.Error{Status: int(unix.EINVAL), Err: err}
}

// broken is the failure of a printer, without a text: the message is too short.
func broken() error { return cli.Silent(cli.StatusError) }

// list prints an output that consists of dumps; one that fails ends the
// process.
func list(e *cli.Env, header func(), dumps ...dump) error {
	e.Pen.Begin()
	if header != nil && !e.Pen.JSON() {
		header()
	}
	for _, d := range dumps {
		if err := e.Dump(d.request, d.print); err != nil {
			return ended(e, err, "Dump terminated\n")
		}
	}
	return nil
}

// ended is the error of a dump that failed; the process exits on the spot.
func ended(e *cli.Env, err error, text string) error {
	e.Pen.Break()
	return &cli.Error{Status: cli.StatusError, Err: err, Text: text, Ends: true}
}

// A dump is a request and what prints each answer.
type dump struct {
	request *rtnl.Msg
	print   func(rtnl.Message) error
}

// deviceOf returns the index of a device by the name that a command calls
// a bridge device, a vxlan device, …
func deviceOf(e *cli.Env, what, name string) (uint32, error) {
	if idx := e.Links.Index(name); idx != 0 {
		return idx, nil
	}
	return 0, cli.Fail(`Cannot find %s "%s"`, what, name)
}
