package linkcmd

import (
	"gip/internal/command"
	"gip/internal/rtnl"
	"gip/linkcmd/linkshow"

	"golang.org/x/sys/unix"
)

// showLinks is "ip link show": links without addresses, whatever -4 and -6 say.
func showLinks(c *command.Call) error {
	e, a := c.Env, c.Args
	e.LinksShown = true
	f, err := linkshow.ParseFilter(e, a, unix.AF_PACKET)
	if err != nil {
		return err
	}
	p := linkshow.NewPrinter(e, f)
	if f.Dev != nil && f.Group == nil {
		return linkshow.ShowOne(e, f, p)
	}
	if err := f.Resolve(e); err != nil {
		return err
	}
	e.Pen.Begin()
	defer e.Pen.End()
	return linkshow.Dump(e, f, func(m rtnl.Message) error {
		if !f.InGroup(m) {
			return nil
		}
		e.Pen.OpenObject("")
		p.Print(m)
		e.Pen.CloseObject()
		return nil
	})
}
