// Package common is what the objects of bridge share: requests, listings, filters, and the
// words that several have.
package common

import (
	"cmp"

	"gip/internal/cli"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// A Tool is what the commands of one process share. The real tool's filters
// are variables that it never sets back: in a batch, "fdb show dev eth0" limits
// the "fdb show" of later lines too.
type Tool struct {
	Link, Fdb, Mdb, Vlan, Vni, Mst Filter
	// VlanPort is the port whose VLANs were listed last, or 0.
	VlanPort uint32
}

// Change sends a request. Its refusal counts as any other failure, not as the
// kernel's.
func Change(e *cli.Env, m *rtnl.Msg) error { return failed(e.Post(m, cli.Special{})) }

// failed is an error with the status of a failure.
func failed(err error) error {
	if err == nil {
		return nil
	}
	return &cli.Error{Status: cli.StatusError, Err: err}
}

// Einval gives an error the status of EINVAL, as the parser of on and off does.
func Einval(err error) error {
	return &cli.Error{Status: int(unix.EINVAL), Err: err}
}

// Broken is the failure of a printer, without a text: the message is too short.
func Broken() error { return cli.Silent(cli.StatusError) }

// Show prints an output that consists of dumps; one that fails ends the
// process.
func Show(e *cli.Env, h Head, dumps ...Listing) error {
	h.Begin(e)
	for i, d := range dumps {
		if err := e.Dump(d.Request, d.Print); err != nil {
			if i == 0 {
				err = h.Asked(e, cli.CannotSend, err)
			}
			return Ended(e, cli.AskedAs(d.Unasked, err), cmp.Or(d.Ended, "Dump terminated\n"))
		}
	}
	return nil
}

// A Head is how a list begins. The real tool writes it once the first dump is asked for:
// where that cannot be done, it is not there.
type Head struct {
	Line  string // the first line of text, if there is one
	Array bool   // JSON's array is there all the same
	mark  int    // where in the output the head begins
}

// Begin writes the head.
func (h *Head) Begin(e *cli.Env) {
	h.mark = e.Pen.Mark()
	e.Pen.Begin()
	if e.Pen.JSON() && h.Array {
		h.mark = e.Pen.Mark()
	}
	e.Pen.Text(h.Line)
}

// Asked returns the error of the first dump. That it could not be asked for is said in
// these words, and the head is taken back.
func (h *Head) Asked(e *cli.Env, words string, err error) error {
	asked := cli.AskedAs(words, err)
	if asked != err {
		e.Pen.Forget(h.mark)
		e.Pen.Break()
	}
	return asked
}

// Ended is the error of a dump that failed; the process exits on the spot.
func Ended(e *cli.Env, err error, text string) error {
	e.Pen.Break()
	return &cli.Error{Status: cli.StatusError, Err: err, Text: text, Ends: true}
}

// A Listing is a request and what prints each answer.
type Listing struct {
	Request *rtnl.Msg
	Print   func(rtnl.Message) error
	Unasked string // what is said of one after the first that cannot be asked for
	Ended   string // what is said of one that fails later, if not "Dump terminated"
}

// DeviceOf returns the index of a device by the name that a command calls
// a bridge device, a vxlan device, …
func DeviceOf(e *cli.Env, what, name string) (uint32, error) {
	if idx := e.Links.Index(name); idx != 0 {
		return idx, nil
	}
	return 0, cli.Fail(`Cannot find %s "%s"`, what, name)
}
