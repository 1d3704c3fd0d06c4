package neighcmd

import (
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// A request is a neighbour that is to be made, changed, deleted or looked up.
type request struct {
	e *cli.Env
	m *rtnl.Msg
	unix.NdMsg
	ext    uint32 // NDA_FLAGS_EXT
	dst    cli.Prefix
	hasDst bool
	dev    string
	hasDev bool
	lladdr string
	hasLL  bool
}

// maxLLAddr is the longest link-layer address here; other commands take more.
const maxLLAddr = 20

// memory is what the lines of a batch share.
type memory struct {
	words   cli.Words[*request]
	request request
}

// modify sends a neighbour with the given message type and flags.
func modify(e *cli.Env, a *cli.Args, typ, flags uint16) error {
	mem := cli.State[memory](e)
	r := &mem.request
	*r = request{e: e, m: e.NewChange(typ, flags)}
	r.State = unix.NUD_PERMANENT
	rtnl.Put(r.m, r.NdMsg)
	if err := mem.words.Parse(r, a, modifyWords, (*request).parseNew); err != nil {
		return err
	}
	if !r.complete() {
		return cli.Exit(cli.StatusUsage, "Device and destination are required arguments.")
	}
	if err := r.finish(); err != nil {
		return err
	}
	return e.Post(r.m, cli.Special{Ends: true})
}

func newRequest(e *cli.Env, typ, flags uint16) *request {
	r := &request{e: e, m: rtnl.New(typ, flags)}
	rtnl.Put(r.m, r.NdMsg)
	return r
}

// complete reports whether there is an address, and a device where one is
// needed: proxies do without.
func (r *request) complete() bool {
	return r.hasDst && r.dst.Family != unix.AF_UNSPEC && (r.hasDev || r.Flags&unix.NTF_PROXY != 0)
}

// finish completes the message with what was parsed.
func (r *request) finish() error {
	r.Family = r.dst.Family
	r.m.Attr(unix.NDA_DST, r.dst.Bytes())
	if r.ext != 0 {
		r.m.U32(uapi.NDA_FLAGS_EXT, r.ext)
	}
	if r.hasLL && r.lladdr != "null" {
		var buf [cli.MaxLLAddr]byte
		ll, ok := cli.AppendParsedLLAddr(buf[:0], r.lladdr, cli.MaxLLAddr)
		if !ok || len(ll) > maxLLAddr {
			return cli.Fail(`"%s" is invalid lladdr.`, r.lladdr)
		}
		r.m.Attr(unix.NDA_LLADDR, ll)
	}
	if r.m.Type() != unix.RTM_GETNEIGH {
		if err := r.e.LearnForBatch(); err != nil {
			return err
		}
	}
	if r.hasDev {
		index, err := r.e.Index(r.dev)
		if err != nil {
			return err
		}
		r.Ifindex = int32(index)
	}
	nd, _ := rtnl.View[unix.NdMsg](r.m.Body())
	*nd = r.NdMsg
	return nil
}

func (r *request) parseDev(a *cli.Args) (err error) {
	r.dev, err = a.Value()
	r.hasDev = true
	return err
}

func (r *request) parseProxy(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	if cli.Match("help", s) {
		return cli.Usage(usage)
	}
	if r.hasDst {
		return cli.DupArg("address", s)
	}
	r.Flags |= unix.NTF_PROXY
	return r.setDst(s)
}

func (r *request) setDst(s string) (err error) {
	r.dst, err = cli.Addr(s, r.e.Opt.Family)
	r.hasDst = true
	return err
}

// parseNew takes the address of a neighbour to change; here the word help is
// stepped over, as in the real tool.
func (r *request) parseNew(a *cli.Args) error {
	a.Match("=to")
	a.Match("help")
	return r.parseDst(a)
}

// parseWanted takes the address of a neighbour to look up.
func (r *request) parseWanted(a *cli.Args) error {
	a.Match("=to")
	if a.Is("help") {
		return cli.Usage(usage)
	}
	return r.parseDst(a)
}

func (r *request) parseDst(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	if r.hasDst {
		return cli.DupArg2("to", s)
	}
	return r.setDst(s)
}

func flag(bit uint8) func(*request, *cli.Args) error {
	return func(r *request, _ *cli.Args) error {
		r.Flags |= bit
		return nil
	}
}

// modifyWords are the keywords of add and its kin, in the order in which
// abbreviations are tried.
func modifyWords() []cli.Keyword[*request] {
	return []cli.Keyword[*request]{
		{Words: "lladdr", Parse: func(r *request, a *cli.Args) error {
			s, err := a.Value()
			if err == nil && r.hasLL {
				return cli.DupArg("lladdr", s)
			}
			r.lladdr, r.hasLL = s, true
			return err
		}},
		{Words: "=nud", Parse: func(r *request, a *cli.Args) error {
			s, err := a.Value()
			if err != nil {
				return err
			}
			state, ok := parseState(s)
			if !ok {
				return cli.InvArg(badState, s)
			}
			r.State = state
			return nil
		}},
		{Words: "proxy", Parse: (*request).parseProxy},
		{Words: "=router", Parse: flag(unix.NTF_ROUTER)},
		{Words: "=use", Parse: flag(unix.NTF_USE)},
		{Words: "=managed", Parse: func(r *request, a *cli.Args) error {
			r.ext |= uapi.NTF_EXT_MANAGED
			r.State = unix.NUD_NONE
			return nil
		}},
		{Words: "extern_learn", Parse: flag(unix.NTF_EXT_LEARNED)},
		{Words: "=extern_valid", Parse: func(r *request, a *cli.Args) error {
			r.ext |= uapi.NTF_EXT_EXT_VALIDATED
			return nil
		}},
		{Words: "=dev", Parse: (*request).parseDev},
		{Words: "protocol", Parse: func(r *request, a *cli.Args) error {
			s, err := a.Value()
			if err != nil {
				return err
			}
			proto, ok := r.e.Tables.Protocols.Parse(s)
			if !ok {
				return cli.InvArg("\"protocol\" value is invalid\n", s)
			}
			r.m.U8(uapi.NDA_PROTOCOL, uint8(proto))
			return nil
		}},
	}
}

// getWords are the keywords of get.
func getWords() []cli.Keyword[*request] {
	return []cli.Keyword[*request]{
		{Words: "=dev", Parse: (*request).parseDev},
		{Words: "proxy", Parse: (*request).parseProxy},
	}
}

func get(e *cli.Env, a *cli.Args) error {
	r := newRequest(e, unix.RTM_GETNEIGH, 0)
	if err := cli.ParseWords(r, a, getWords(), (*request).parseWanted); err != nil {
		return err
	}
	if !r.complete() {
		return cli.Fail("Device and address are required arguments.")
	}
	if err := r.finish(); err != nil {
		return err
	}
	return e.Get(r.m, func(m rtnl.Message) error {
		e.Pen.Begin()
		defer e.Pen.End()
		return Print(e, m)
	})
}
