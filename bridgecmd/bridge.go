// Package bridgecmd is "bridge": the ports of bridges, their forwarding and
// multicast databases, VLANs, the VNIs of tunnels, and a monitor of all that.
// It departs from iproute2 nowhere on purpose.
package bridgecmd

import (
	"gip/internal/cli"
	"gip/internal/command"
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

// Applet is the command bridge. A verb ends with minus the status that it would
// end with in ip, so that 1 is 255 here.
var Applet = command.Applet{Names: "bridge", Usage: bridgeUsage, After: bridgeOptions, Negates: true,
	TryHelp: "bridge help", Version: "bridge utility, " + command.Reference,
	Options: []*command.Option{
		&command.Help, &command.Version, &command.Stats, &command.Details, &command.Oneline, &command.Timestamp,
		{Words: "family", Value: "family", Lack: (*command.Globals).Help, Set: setFamily},
		&command.IPv4, &command.IPv6, &command.Netns, &command.Color,
		{Words: "compressvlans", Flag: func(o *cli.Options) { o.Compress = true }},
		&command.Force, &command.JSON, &command.Pretty,
		{Words: "batch", Value: "file", Lack: (*command.Globals).Help, Set: command.SetBatch},
	},
	Objects: []*command.Object{&linkObject, &fdbObject, &mdbObject, &mstObject, &vlanObject, &vniObject, &monitorObject},
}

func setFamily(g *command.Globals, v string) error {
	switch v {
	case "inet", "inet6":
		g.Family = cli.ParseFamily(v)
		return nil
	case "help":
		return g.Help()
	}
	return cli.InvArg("invalid protocol family", v)
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
