package linkcmd

import (
	"bytes"
	"strings"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/linkcmd/kind"
	"gip/linkcmd/linkkind"
	"gip/linkcmd/linkshow"

	"golang.org/x/sys/unix"
)

// memory is what the lines of a batch share.
type memory struct {
	words   field.Call
	request request
}

// modify sends a request of the given type and flags.
func modify(c *command.Call) error {
	e, a := c.Env, c.Args
	typ, flags := c.Verb.Type, c.Verb.Flags
	mem := cli.State[memory](e)
	r := &mem.request
	r.begin(e, &mem.words, typ, flags, e.NewChange(typ, flags))
	defer r.close()
	if err := r.parse(a); err != nil {
		return err
	}
	if err := r.info(a); err != nil {
		return err
	}
	r.putHeader()
	return r.send()
}

// info adds IFLA_LINKINFO: the kind, and what its words ask for.
func (r *request) info(a *cli.Args) error {
	switch {
	case r.noMore:
		return nil
	case r.kind == nil && r.create:
		return cli.Fail(`Not enough information: "type" argument is required`)
	case r.kind == nil:
		return nil
	}
	info := r.m.Nest(unix.IFLA_LINKINFO)
	r.m.Str(unix.IFLA_INFO_KIND, *r.kind)
	if err := r.infoData(a); err != nil {
		return err
	}
	r.m.End(info)
	return nil
}

func (r *request) infoData(a *cli.Args) error {
	if !a.More() {
		return nil
	}
	k := linkkind.Find(*r.kind)
	if k == nil || !k.TakesWords() {
		return garbage(a)
	}
	attr := uint16(unix.IFLA_INFO_DATA)
	if i := strings.IndexByte(*r.kind, '_'); i >= 0 && (*r.kind)[i:] == "_slave" {
		attr = unix.IFLA_INFO_SLAVE_DATA
	}
	t := kind.Target{Kind: k, Name: *r.kind, Create: r.create, Set: r.isSet(), Index: r.ifi.Index, Peer: r.readPeer}
	c, err := t.Read(r.env, a)
	if err != nil {
		return err
	}
	data := r.m.Nest(attr)
	c.Encode(r.m, c.Table)
	r.m.End(data)
	return nil
}

// garbage is the error of words behind a kind that takes none.
func garbage(a *cli.Args) error {
	if a.Is("help") {
		return cli.Help()
	}
	return cli.Fail(`Garbage instead of arguments "%s ...". Try "ip link help".`, a.Word())
}

// send sends the request.
func (r *request) send() error {
	as := cli.Special{Renames: r.renames(), Link: uint32(r.ifi.Index)}
	switch {
	case r.env.Opt.Echo:
		return r.sendEcho(as)
	case len(r.fds) > 0:
		// The namespaces that it names are closed in a moment.
		return r.env.PostNow(r.m, as)
	}
	return r.env.Post(r.m, as)
}

// renames reports whether the request may make, remove or rename a link, or
// move it to another namespace.
func (r *request) renames() bool {
	return !r.isSet() || r.name != "" || r.given.netns || r.index != 0
}

// sendEcho sends the request and shows the first message that comes back; a
// change of a link has none.
func (r *request) sendEcho(as cli.Special) error {
	var echo rtnl.Message
	r.m.SetFlags(unix.NLM_F_ECHO)
	err := r.env.Request(r.m, func(m rtnl.Message) error {
		if echo.Type == 0 {
			echo = m
			echo.Body = bytes.Clone(m.Body)
		}
		return nil
	})
	if err = as.Result(r.env, err); err == nil {
		p := linkshow.NewPrinter(r.env, &linkshow.Filter{})
		p.Queue = false
		r.env.Pen.Begin()
		r.env.Pen.OpenObject("")
		p.Print(echo)
		r.env.Pen.CloseObject()
		r.env.Pen.End()
	}
	return err
}
