package addrcmd

import (
	"strconv"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/rtnl"
	"gip/internal/saved"
	"gip/linkcmd/linkshow"

	"golang.org/x/sys/unix"
)

var stream = saved.Stream{Magic: 0x47361222, What: "address", Ends: true, Failed: unsaved,
	Status: cli.StatusUsage, Broken: cli.StatusUsage}

// save writes the addresses of a family, of one link or of all: nothing else
// of the filter counts. The real tool ends after it.
func save(c *command.Call) error {
	e, a := c.Env, c.Args
	f, err := parseFilter(e, a)
	if err != nil {
		return err
	}
	err = stream.Save(e, func(write func(rtnl.Message) error) error {
		return e.Dump(dumpRequest(e.Opt.Family, f.Index), write)
	})
	if err == nil {
		return &cli.Error{Ends: true}
	}
	return err
}

func unsaved(err error) error {
	return &cli.Error{Status: cli.StatusError, Err: err, Text: "Save terminated\n", Ends: true}
}

func restore(c *command.Call) error { return stream.Restore(c.Env) }

// showDump prints what save wrote.
func showDump(c *command.Call) error {
	e := c.Env
	if err := stream.Open(e); err != nil {
		return err
	}
	p := NewPrinter(e, &linkshow.Filter{})
	e.Pen.Begin()
	e.Pen.OpenObject("")
	e.Pen.OpenArray("addr_info")
	err := stream.Each(e, func(m rtnl.Message) error {
		p.saved(m)
		return nil
	})
	e.Pen.CloseArray()
	e.Pen.CloseObject()
	e.Pen.End()
	return err
}

// saved prints one message of a stream. The names of links may have changed
// since: they show by their numbers.
func (p *Printer) saved(m rtnl.Message) {
	ifa, _ := rtnl.View[unix.IfAddrmsg](m.Body)
	if ifa == nil {
		return
	}
	p.pen.OpenObject("")
	p.buf = append(strconv.AppendUint(append(p.buf[:0], "if"...), uint64(ifa.Index), 10), ':')
	if p.pen.JSON() {
		p.pen.JInt("index", int64(int32(ifa.Index)))
	} else {
		p.pen.Bytes("", "", p.buf, "")
	}
	p.pen.NL()
	p.Print(m)
	p.pen.CloseObject()
}
