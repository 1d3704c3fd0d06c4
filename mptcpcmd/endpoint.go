package mptcpcmd

import (
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

var endpointVerbs = []cli.Verb{
	{Words: "add", Waits: true, Run: func(e *cli.Env, a *cli.Args) error { return modify(e, a, uapi.MPTCP_PM_CMD_ADD_ADDR) }},
	{Words: "change", Waits: true, Run: func(e *cli.Env, a *cli.Args) error { return modify(e, a, uapi.MPTCP_PM_CMD_SET_FLAGS) }},
	{Words: "delete", Waits: true, Run: func(e *cli.Env, a *cli.Args) error { return modify(e, a, uapi.MPTCP_PM_CMD_DEL_ADDR) }},
	{Words: "show", Run: list},
	{Words: "flush", Run: flush},
}

const (
	signal     = uapi.MPTCP_PM_ADDR_FLAG_SIGNAL
	backup     = uapi.MPTCP_PM_ADDR_FLAG_BACKUP
	fullmesh   = uapi.MPTCP_PM_ADDR_FLAG_FULLMESH
	changeable = backup | fullmesh
)

// flagNames are the words for an endpoint's flags; those for none count for
// what is not said besides. They are printed in this order.
var flagNames = [...]struct {
	word string
	bit  uint32
}{
	{"signal", signal},
	{"subflow", uapi.MPTCP_PM_ADDR_FLAG_SUBFLOW},
	{"backup", backup},
	{"fullmesh", fullmesh},
	{"implicit", uapi.MPTCP_PM_ADDR_FLAG_IMPLICIT},
	{"laminar", uapi.MPTCP_PM_ADDR_FLAG_LAMINAR},
	{"nobackup", 0},
	{"nofullmesh", 0},
}

// An endpoint is what a command line says of one.
type endpoint struct {
	e     *cli.Env
	cmd   uint8
	addr  cli.Prefix
	hasA  bool
	id    uint8
	hasID bool
	index uint32
	flags uint32
	port  uint16
}

// endpointWords are tried after the flags; a word that is none of them is the
// address.
var endpointWords = []cli.Keyword[*endpoint]{
	{Words: "id", Parse: func(p *endpoint, a *cli.Args) (err error) {
		p.hasID = true
		p.id, err = a.U8("invalid ID\n")
		return err
	}},
	{Words: "dev", Parse: (*endpoint).parseDev},
	{Words: "port", Parse: func(p *endpoint, a *cli.Args) (err error) {
		p.port, err = a.U16("expected port")
		return err
	}},
}

func (p *endpoint) parseDev(a *cli.Args) error {
	name, err := a.Value()
	switch {
	case err != nil:
		return err
	case !cli.ValidIfname(name):
		return cli.InvArg("invalid interface name\n", name)
	}
	if p.index = p.e.Links.Index(name); p.index == 0 {
		return cli.InvArg("device does not exist\n", name)
	}
	return nil
}

func (p *endpoint) parse(a *cli.Args) error {
	for a.More() {
		if known, err := p.parseFlag(a); err != nil {
			return err
		} else if known {
			continue
		}
		if err := p.parseWord(a); err != nil {
			return err
		}
	}
	return p.check()
}

func (p *endpoint) parseWord(a *cli.Args) (err error) {
	word := a.Word()
	a.Skip()
	if k := cli.FindKeyword(endpointWords, word); k != nil {
		return k.Parse(p, a)
	}
	p.hasA = true
	p.addr, err = cli.Addr(word, unix.AF_UNSPEC)
	return err
}

// parseFlag steps over a flag, if there is one; flags that do not go together
// are complained about at the second.
func (p *endpoint) parseFlag(a *cli.Args) (known bool, err error) {
	word := a.Word()
	for _, f := range flagNames {
		if f.word == word {
			known = true
			p.flags |= f.bit
		}
	}
	switch {
	case !known:
		return false, nil
	case p.cmd == uapi.MPTCP_PM_CMD_ADD_ADDR && p.flags&signal != 0 && p.flags&fullmesh != 0:
		return true, cli.InvArg("flags mustn't have both signal and fullmesh", word)
	case p.cmd == uapi.MPTCP_PM_CMD_SET_FLAGS && p.flags&^changeable != 0:
		return true, cli.InvArg("invalid flags, backup and fullmesh only", word)
	}
	a.Skip()
	return true, nil
}

// check looks at what belongs together, once all words are read.
func (p *endpoint) check() error {
	add := p.cmd == uapi.MPTCP_PM_CMD_ADD_ADDR
	del := p.cmd == uapi.MPTCP_PM_CMD_DEL_ADDR
	switch {
	case add && !p.hasA:
		return cli.MissArg("ADDRESS")
	case del && !p.hasID:
		return cli.MissArg("ID")
	case del && p.id != 0 && p.hasA:
		return cli.InvArg("invalid for non-zero id address\n", "ADDRESS")
	case del && p.id == 0 && !p.hasA:
		return cli.InvArg("address is needed for deleting id 0 address\n", "ID")
	case !del && p.hasID && p.id == 0:
		return cli.InvArg("cannot be 0\n", "ID")
	case add && p.port != 0 && p.flags&signal == 0:
		return cli.InvArg("flags must have signal when using port", "port")
	case p.cmd == uapi.MPTCP_PM_CMD_SET_FLAGS && p.hasID && p.port != 0:
		return cli.InvArg("port can't be used with id", "port")
	}
	return nil
}

// put adds the endpoint to a request.
func (p *endpoint) put(m *rtnl.Msg) {
	nest := m.Nest(uapi.MPTCP_PM_ATTR_ADDR | unix.NLA_F_NESTED)
	defer m.End(nest)
	if p.hasID {
		m.U8(uapi.MPTCP_PM_ADDR_ATTR_ID, p.id)
	}
	if p.flags != 0 {
		m.U32(uapi.MPTCP_PM_ADDR_ATTR_FLAGS, p.flags)
	}
	if p.index != 0 {
		m.U32(uapi.MPTCP_PM_ADDR_ATTR_IF_IDX, p.index)
	}
	if p.port != 0 {
		m.U16(uapi.MPTCP_PM_ADDR_ATTR_PORT, p.port)
	}
	if p.hasA {
		m.U16(uapi.MPTCP_PM_ADDR_ATTR_FAMILY, uint16(p.addr.Family))
		m.Attr(addrAttr(p.addr.Family), p.addr.Bytes())
	}
}

// addrAttr is the attribute that an address of the family is in.
func addrAttr(family uint8) uint16 {
	if family == unix.AF_INET {
		return uapi.MPTCP_PM_ADDR_ATTR_ADDR4
	}
	return uapi.MPTCP_PM_ADDR_ATTR_ADDR6
}

// fill returns what reads the words of a command into its request.
func fill(e *cli.Env, a *cli.Args, cmd uint8) func(*rtnl.Msg) error {
	return func(m *rtnl.Msg) error {
		if err := e.LearnForBatch(); err != nil {
			return err
		}
		p := endpoint{e: e, cmd: cmd}
		if err := p.parse(a); err != nil {
			return err
		}
		p.put(m)
		return nil
	}
}

func modify(e *cli.Env, a *cli.Args, cmd uint8) error { return change(e, cmd, fill(e, a, cmd)) }

// flush drops all endpoints, whatever words follow.
func flush(e *cli.Env, _ *cli.Args) error {
	return change(e, uapi.MPTCP_PM_CMD_FLUSH_ADDRS, func(*rtnl.Msg) error { return nil })
}

// list shows all endpoints, or the one that the words name.
func list(e *cli.Env, a *cli.Args) error {
	if a.More() {
		return get(e, uapi.MPTCP_PM_CMD_GET_ADDR, fill(e, a, uapi.MPTCP_PM_CMD_GET_ADDR), func(attrs []byte) error {
			e.Pen.Begin()
			defer e.Pen.End()
			return printEndpoint(e, attrs)
		})
	}
	c, family, err := e.Genl(familyName)
	if err != nil {
		return err
	}
	e.Pen.Begin()
	err = c.Dump(request(family, uapi.MPTCP_PM_CMD_GET_ADDR), func(m rtnl.Message) error {
		_, attrs := rtnl.View[rtnl.GenlHeader](m.Body)
		return printEndpoint(e, attrs)
	})
	e.Pen.End()
	return cli.DumpError(err, cli.StatusKernel)
}

func printEndpoint(e *cli.Env, attrs []byte) error {
	v := rtnl.Find(attrs, uapi.MPTCP_PM_ATTR_ADDR)
	if v == nil {
		return cli.Silent(cli.StatusError)
	}
	var tb [uapi.MPTCP_PM_ADDR_ATTR_MAX + 1][]byte
	rtnl.Index(tb[:], v)
	p := e.Pen
	p.OpenObject("")
	printAddr(e, rtnl.U8(tb[uapi.MPTCP_PM_ADDR_ATTR_FAMILY]), &tb)
	if port := rtnl.U16(tb[uapi.MPTCP_PM_ADDR_ATTR_PORT]); port != 0 {
		p.Uint("port", "port ", uint64(port), " ")
	}
	if v := tb[uapi.MPTCP_PM_ADDR_ATTR_ID]; v != nil {
		p.Uint("id", "id ", uint64(rtnl.U8(v)), " ")
	}
	printFlags(p, rtnl.U32(tb[uapi.MPTCP_PM_ADDR_ATTR_FLAGS]))
	if index := rtnl.U32(tb[uapi.MPTCP_PM_ADDR_ATTR_IF_IDX]); index != 0 {
		p.Text("dev ")
		p.ColorStr(show.Ifname, "dev", "", e.Links.Name(index), " ")
	}
	p.NL()
	p.CloseObject()
	return nil
}

func printAddr(e *cli.Env, family uint8, tb *[uapi.MPTCP_PM_ADDR_ATTR_MAX + 1][]byte) {
	if v := tb[addrAttr(family)]; v != nil {
		var buf [64]byte
		e.Pen.ColorBytes(show.FamilyColor(family), "address", "", e.AppendHost(buf[:0], family, v), " ")
	}
}

// printFlags writes flags by name; what has none comes last, as a number.
func printFlags(p *show.Pen, flags uint32) {
	for _, f := range flagNames {
		if flags&f.bit != 0 {
			p.Flag(f.word, f.word)
			p.Text(" ")
			flags &^= f.bit
		}
	}
	if flags != 0 {
		var buf [8]byte
		p.Bytes("rawflags", "rawflags ", appendHex(buf[:0], flags, 2), " ")
	}
}
