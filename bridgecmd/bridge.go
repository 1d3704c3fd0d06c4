// Package bridgecmd is "bridge": the ports of bridges, their forwarding and
// multicast databases, VLANs, the VNIs of tunnels, and a monitor of all that.
// It departs from iproute2 nowhere on purpose.
package bridgecmd

import (
	"gip/internal/cli"
	"gip/internal/command"
)

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
