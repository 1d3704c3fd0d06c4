// Package route is route of net-tools, whose tables netstat shows as well.
package route

import (
	"slices"
	"strings"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/rtnl"
	"gip/nettoolscmd/common"
)

// TableOptions are what route and netstat -r tell the printers of tables.
type TableOptions struct {
	Ext     int  // 1 to 3: which columns; 0 for none
	Numeric bool // addresses stay addresses
	FIB     bool // -F
	Cache   bool // -C
}

func getopt() *cli.Getopt {
	return &cli.Getopt{
		Prog:  "route",
		Short: "A:eCFhnN64Vv?",
		Long: append(slices.Clone(common.FamilyLongOpts), []cli.LongOpt{
			{Name: "extend", Val: 'e'},
			{Name: "verbose", Val: 'v'},
			{Name: "version", Val: 'V'},
			{Name: "numeric", Val: 'n'},
			{Name: "symbolic", Val: 'N'},
			{Name: "protocol", Arg: cli.NeedArg, Val: 'A'},
			{Name: "cache", Val: 'C'},
			{Name: "fib", Val: 'F'},
			{Name: "help", Val: 'h'},
		}...),
	}
}

// routeCommand is one call of route.
type routeCommand struct {
	*cli.Env
	verbs []command.Verb
	TableOptions
	families []string
	help     bool
}

// Applet is the command route.
var Applet = command.Applet{Names: "route", Run: run, Verbs: []command.Verb{
	{Words: "=add"}, {Words: "=del|=delete"}, {Words: "=flush"},
}}

func run(c *command.Call) error {
	e, words := c.Env, slices.Clone(c.Rest())
	for i, w := range words {
		if w == "-net" || w == "-host" {
			words[i] = "#" + w[1:] // they are no options
		}
	}
	r := &routeCommand{Env: e, verbs: c.Applet.Verbs, TableOptions: TableOptions{Ext: 1}}
	rest, err := getopt().As(e.Called).Each(words, r.option)
	if err != nil {
		return err
	}
	if r.help && len(r.families) == 0 {
		e.Warnf("%s", Families())
		e.Pen.Raw(usage)
		return nil
	}
	if len(r.families) == 0 {
		r.families = []string{"inet"}
	}
	if !r.Cache {
		r.FIB = true
	}
	r.Ext &= 3
	return r.dispatch(rest)
}

func (r *routeCommand) option(o cli.Opt) (err error) {
	if o.Turns([]cli.Switch{{'n', &r.Numeric}, {'N', &r.Numeric}, {'C', &r.Cache}, {'F', &r.FIB}}) {
		return nil
	}
	switch o.Val {
	case 'e':
		r.Ext++
	case 'A':
		r.families, err = common.AddFamilies(r.families, o.Arg)
	case '6':
		r.families = append(r.families, "inet6")
	case '4':
		r.families = append(r.families, "inet")
	case 'V':
		r.Pen.Raw(common.Release + "+NEW_ADDRT +RTF_IRTT +RTF_REJECT +I18N +SELINUX\n" + common.AfFeatures + "HW: " + common.HwFeatures)
		return cli.Done
	case 'h', '?':
		if o.Err != "" {
			r.Warnf("%s\n", o.Err)
		}
		r.help = true
	case common.FamilyOpt:
		if f := common.FamilyOption(r.Env, "route", o); f != "" {
			r.families, err = common.AddFamilies(r.families, f)
		}
	}
	return err
}

func (r *routeCommand) dispatch(words []string) error {
	switch {
	case r.help:
		return r.edit("help", nil)
	case len(words) == 0:
		return ShowTables(r.Env, r.families, r.TableOptions)
	}
	if v := command.Find(r.verbs, words[0]); v != nil {
		return r.edit(v.Word(), words[1:])
	}
	return &cli.Error{Status: common.StatusUsage, Text: usage + Families()}
}

// edit changes the table of the one family.
func (r *routeCommand) edit(verb string, words []string) error {
	family := strings.Join(r.families, ",")
	switch {
	case common.FamilyWord(r.Env, family) == nil:
		return unsupportedFamily(family)
	case family == "inet":
		return r.editInet(verb, words)
	case family == "inet6":
		return r.editInet6(verb, words)
	case family == "x25":
		return r.editX25(verb)
	case family == "ipx":
		return cli.Fail("IPX: this needs to be written")
	case family == "netrom":
		return cli.Fail("NET/ROM: this needs to be written")
	}
	return noRouting(family)
}

// editX25 refuses all changes: no kernel has these routes any more.
func (r *routeCommand) editX25(verb string) error {
	text := x25RouteUsage
	switch {
	case verb == "help":
		r.Pen.Raw(text)
		return nil
	case verb == "flush":
		text = "Flushing `x25' routing table not supported\n" + text
	case r.Cache:
		text = "Modifying `x25' routing cache not supported\n" + text
	}
	return &cli.Error{Status: common.StatusUsage, Text: text}
}

func unsupportedFamily(name string) error {
	return &cli.Error{Status: common.StatusUsage, Text: "Address family `" + name + "' not supported.\n"}
}

func noRouting(name string) error {
	return &cli.Error{Status: common.StatusUsage, Text: "No routing for address family `" + name + "'.\n"}
}

// ShowTables prints the tables of some families, one after the other.
func ShowTables(e *cli.Env, families []string, o TableOptions) error {
	for _, name := range families {
		if common.FamilyNamed(name) == nil {
			return unsupportedFamily(name)
		}
		i := slices.IndexFunc(tablePrinters, func(t tablePrinter) bool { return t.family == name })
		if i < 0 {
			return noRouting(name)
		}
		t := &tablePrinters[i]
		var err error
		switch {
		case t.show != nil:
			err = t.show(e, o)
		default:
			e.Pen.Raw(t.out)
			err = &cli.Error{Status: 1, Text: t.err}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// A tablePrinter prints a family's table. Of the families that kernels lost it
// says what the original says where there is no table.
type tablePrinter struct {
	family   string
	show     func(*cli.Env, TableOptions) error
	out, err string
}

var tablePrinters = []tablePrinter{
	{family: "inet", show: showInet},
	{family: "inet6", show: showInet6},
	{family: "ax25", out: "AX.25 not configured in this system.\n", err: "/proc/net/ax25_route: No such file or directory\n"},
	{family: "netrom", out: "NET/ROM not configured in this system.\n",
		err: "/proc/net/nr_nodes: No such file or directory\n/proc/net/nr_neigh: No such file or directory\n"},
	{family: "rose", err: "/proc/net/rose_nodes: No such file or directory\nROSE not configured in this system.\n"},
	{family: "ipx", out: "IPX routing not in file /proc/net/ipx/route or /proc/net/ipx_route found.\n", err: "No such file or directory\n"},
	{family: "ddp", err: "Error opening /proc/net/atalk_route: No such file or directory\nDDP (AppleTalk) not configured on this system.\n"},
	{family: "x25", out: "X.25 not configured in this system.\n"},
}

// refusal is the error of a call that the kernel refused.
func refusal(call string, err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	if no := rtnl.Errno(err); no != 0 {
		text = cli.Strerror(no)
	}
	return &cli.Error{Status: common.StatusSocket, Text: call + ": " + text + "\n"}
}
