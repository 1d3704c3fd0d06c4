package list

import (
	"gip/internal/caps"
	"gip/internal/cli"
	"gip/internal/command"

	"golang.org/x/sys/unix"
)

// The help of ip, before and behind the list of objects.
const (
	usage = `Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }
       ip [ -force ] -batch filename
`
	optionsUsage = `OPTIONS := {
  what is shown:  | -s[tatistics] | -d[etails] | -r[esolve] | -N[umeric] |
  how it looks:   | -j[son] | -p[retty] | -o[neline] | -br[ief] |
                  | -h[uman-readable] | -iec | -c[olor][={ always | auto | never }] |
                  | -t[imestamp] | -ts[hort] |
  what it is of:  | -4 | -6 | -M | -B | -0 | -n[etns] name | -a[ll] |
                  | -f[amily] { inet | inet6 | mpls | bridge | link } |
  how it is done: | -b[atch] [filename] | -echo | -l[oops] ROUNDS |
                  | -rc[vbuf] [size] | -V[ersion] }
Also: tcp_metrics = tcpmetrics, tunl = tunnel, -help = help
`
)

// version is the line of -V. The real tool adds the BPF library that it was
// linked with; scripts parse the line, so it is here as well.
const version = "ip utility, iproute2-" + command.Reference + ", libbpf 1.7.0"

// options are ip's, in the order in which abbreviations are tried.
var options = []*command.Option{
	{Words: "loops", Value: "loop count", Set: func(g *command.Globals, v string) error { g.Loops = cli.Atoi(v); return nil }},
	{Words: "family", Value: "family type", Set: setFamily},
	&command.IPv4,
	&command.IPv6,
	{Words: "=0", Flag: func(o *cli.Options) { o.Family = unix.AF_PACKET }},
	{Words: "=M", Flag: func(o *cli.Options) { o.Family = unix.AF_MPLS }},
	{Words: "=B", Flag: func(o *cli.Options) { o.Family = unix.AF_BRIDGE }},
	{Words: "human-readable", Flag: func(o *cli.Options) { o.Human = true }},
	{Words: "iec", Flag: func(o *cli.Options) { o.IEC = true }},
	&command.Stats,
	&command.Details,
	{Words: "resolve", Flag: func(o *cli.Options) { o.Resolve = true }},
	&command.Oneline,
	&command.Timestamp,
	{Words: "tshort", Flag: func(o *cli.Options) { o.Timestamp, o.ShortTime = true, true }},
	{Words: "Version", Set: showVersion},
	&command.Force,
	{Words: "batch", Value: "batch file", Set: command.SetBatch},
	{Words: "brief", Flag: func(o *cli.Options) { o.Brief = true }},
	&command.JSON,
	&command.Pretty,
	{Words: "rcvbuf", Value: "rcvbuf size", Set: setRcvBuf},
	&command.Color,
	&command.Help,
	&command.Netns,
	{Words: "Numeric", Flag: func(o *cli.Options) { o.Numeric = true }},
	{Words: "all", Flag: func(o *cli.Options) { o.All = true }},
	{Words: "=echo", Flag: func(o *cli.Options) { o.Echo = true }},
}

// showVersion also says what the real tool says where it cannot see which
// libraries it has: it looks for that one among its mappings.
func showVersion(g *command.Globals, _ string) error {
	if unix.Access("/proc/self/maps", unix.R_OK) != nil {
		g.Note("Couldn't find runtime libbpf version - falling back to compile-time value!")
	}
	return g.ShowVersion()
}

func setFamily(g *command.Globals, v string) error {
	if v == "help" {
		return g.Help()
	}
	if g.Family = cli.ParseFamily(v); g.Family == unix.AF_UNSPEC {
		return cli.InvArg("invalid protocol family", v)
	}
	return nil
}

func setRcvBuf(g *command.Globals, v string) error {
	n, ok := cli.ParseUint(v, 0, 32)
	if !ok {
		return cli.Exit(cli.StatusUsage, "Invalid rcvbuf size '%s'", v)
	}
	g.RcvBuf = int(n)
	return nil
}

// prepare gives up the capabilities that the program may have been given for
// "ip vrf exec" alone.
func prepare(_ string, args []string) error {
	if len(args) >= 2 && args[0] == "vrf" && args[1] == "exec" || caps.Drop() == nil {
		return nil
	}
	return cli.Silent(cli.StatusError)
}

// moo is Debian's addition.
var moo = command.Object{Also: "moo", Run: func(*command.Call) error {
	return cli.Exit(cli.StatusError, "%s", `
 _ __ ___   ___   ___
| '_ `+"`"+` _ \ / _ \ / _ \
| | | | | | (_) | (_) |
|_| |_| |_|\___/ \___/


P.S. no real cows were harmed for this moo`)
}}
