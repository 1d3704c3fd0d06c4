package netnscmd

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/file"
	"gip/internal/netns"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

func isPID(s string) bool { return strings.Trim(s, "0123456789") == "" }

// pids prints the processes of a namespace.
func pids(c *command.Call) error {
	e, a := c.Env, c.Args
	name, err := needName(a)
	if err != nil {
		return err
	}
	if a.More() {
		return cli.Fail("extra arguments specified")
	}
	want, err := netns.OpenSpace(netns.Path(name))
	if err != nil {
		return cli.Fail("%s", err)
	}
	pids, err := file.Names("/proc")
	if err != nil && pids == nil {
		return fail(err, "Open of /proc failed")
	}
	for _, pid := range pids {
		if !isPID(pid) {
			continue
		}
		if s, ok := netns.SpaceOf("/proc/" + pid + "/ns/net"); ok && s == want {
			e.Pen.Raw(pid + "\n")
		}
	}
	return nil
}

// identify prints the name of a process's namespace, or an empty line.
func identify(c *command.Call) error {
	e, a := c.Env, c.Args
	pid := "self"
	if a.Len() > 1 {
		return cli.Fail("extra arguments specified")
	}
	if a.More() {
		if pid = a.Word(); !isPID(pid) {
			return cli.Fail("Specified string '%s' is not a pid", pid)
		}
	}
	name, err := netns.Identify(pid)
	if err != nil {
		return cli.Fail("%s", err)
	}
	e.Pen.Raw(name + "\n")
	return nil
}

// set gives a namespace the number by which this one calls it.
func set(c *command.Call) error {
	e, a := c.Env, c.Args
	name, err := needName(a)
	if err != nil {
		return err
	}
	if !a.More() {
		return cli.Fail("No nsid specified")
	}
	id := int64(-1) // the kernel picks one
	if word, _ := a.Value(); word != "auto" {
		var ok bool
		if id, ok = cli.ParseInt(word, 0, 32); !ok {
			return cli.InvArg(`Invalid "netnsid" value`, word)
		} else if id < 0 {
			return cli.InvArg(`"netnsid" value should be >= 0`, word)
		}
	}
	h, err := netns.Open(name)
	if err != nil {
		return cli.Silent(cli.StatusError)
	}
	defer h.Close()
	m := rtnl.Request(unix.RTM_NEWNSID, unix.RtGenmsg{})
	m.U32(unix.NETNSA_FD, uint32(h))
	m.U32(unix.NETNSA_NSID, uint32(id))
	return e.Do(m)
}
