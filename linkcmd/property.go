package linkcmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/rtnl"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// property adds and removes alternative names.
func property(c *command.Call) error {
	e, a := c.Env, c.Args
	switch {
	case !a.More() || a.Match("help"):
		return cli.Help()
	case a.Match("add"):
		return altNames(e, a, unix.RTM_NEWLINKPROP, unix.NLM_F_EXCL|unix.NLM_F_CREATE|unix.NLM_F_APPEND)
	case a.Match("del"):
		return altNames(e, a, unix.RTM_DELLINKPROP, 0)
	}
	return cli.Exit(cli.StatusUsage, "Operator required")
}

func altNames(e *cli.Env, a *cli.Args, typ, flags uint16) error {
	m := rtnl.New(typ, flags)
	rtnl.Put(m, unix.IfInfomsg{Family: e.Opt.Family})
	list := m.Nest(unix.IFLA_PROP_LIST | unix.NLA_F_NESTED)
	dev, err := readAltNames(m, a)
	if err != nil {
		return err
	}
	m.End(list)
	if dev == "" {
		return cli.Exit(cli.StatusUsage, `Not enough of information: "dev" argument is required.`)
	}
	idx, err := e.Index(dev)
	if err != nil {
		return err
	}
	rtnl.NE.PutUint32(m.Body()[4:], idx)
	return e.Post(m, cli.Special{Renames: true})
}

// readAltNames appends the names and returns the device.
func readAltNames(m *rtnl.Msg, a *cli.Args) (dev string, err error) {
	for a.More() {
		switch {
		case a.Match("altname"):
			s, err := a.Value()
			if err != nil {
				return "", err
			}
			if !validAltName(s) {
				return "", cli.InvArg("not a valid altname", s)
			}
			m.Str(unix.IFLA_ALT_IFNAME, s)
		case a.Match("help"):
			return "", cli.Help()
		default:
			a.Match("=dev")
			word.OfferLink(a.Word())
			s, err := a.Value()
			switch {
			case err != nil:
				return "", err
			case dev != "":
				return "", cli.DupArg2("dev", s)
			case !validAltName(s):
				return "", cli.InvArg(`"dev" not a valid ifname`, s)
			}
			dev = s
		}
	}
	return dev, nil
}
