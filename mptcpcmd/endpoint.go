package mptcpcmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

const (
	signal     = uapi.MPTCP_PM_ADDR_FLAG_SIGNAL
	backup     = uapi.MPTCP_PM_ADDR_FLAG_BACKUP
	fullmesh   = uapi.MPTCP_PM_ADDR_FLAG_FULLMESH
	changeable = backup | fullmesh
)

// endpoint is MPTCP_PM_ATTR_ADDR, in the order in which it prints.
var endpoint = field.Table{Name: "endpoint", Voice: &field.Voice{Wrong: cli.InvArg}, Finish: checkEndpoint, Send: []uint16{
	uapi.MPTCP_PM_ADDR_ATTR_ID, uapi.MPTCP_PM_ADDR_ATTR_FLAGS, uapi.MPTCP_PM_ADDR_ATTR_IF_IDX, uapi.MPTCP_PM_ADDR_ATTR_PORT,
	uapi.MPTCP_PM_ADDR_ATTR_FAMILY,
}, Rows: []*field.Row{
	{Label: "address", Attr: uapi.MPTCP_PM_ADDR_ATTR_FAMILY, Type: &address, Flags: field.Bare | field.Always},
	{Words: "port", Attr: uapi.MPTCP_PM_ADDR_ATTR_PORT, Type: &port, Bad: "expected port", Flags: field.OmitZero},
	{Words: "id", Attr: uapi.MPTCP_PM_ADDR_ATTR_ID, Type: &field.U8, Bad: "invalid ID\n"},
	{Words: "=signal", Attr: uapi.MPTCP_PM_ADDR_ATTR_FLAGS, Arg: signal, Type: &flag, Flags: field.OmitZero},
	{Words: "=subflow", Attr: uapi.MPTCP_PM_ADDR_ATTR_FLAGS, Arg: uapi.MPTCP_PM_ADDR_FLAG_SUBFLOW, Type: &flag},
	{Words: "=backup", Attr: uapi.MPTCP_PM_ADDR_ATTR_FLAGS, Arg: backup, Type: &flag},
	{Words: "=fullmesh", Attr: uapi.MPTCP_PM_ADDR_ATTR_FLAGS, Arg: fullmesh, Type: &flag},
	{Words: "=implicit", Attr: uapi.MPTCP_PM_ADDR_ATTR_FLAGS, Arg: uapi.MPTCP_PM_ADDR_FLAG_IMPLICIT, Type: &flag},
	{Words: "=laminar", Attr: uapi.MPTCP_PM_ADDR_ATTR_FLAGS, Arg: uapi.MPTCP_PM_ADDR_FLAG_LAMINAR, Type: &flag},
	// These count for what is not said besides.
	{Words: "=nobackup|=nofullmesh", Attr: uapi.MPTCP_PM_ADDR_ATTR_FLAGS, Type: &flag},
	{Label: "rawflags", Attr: uapi.MPTCP_PM_ADDR_ATTR_FLAGS, Arg: named, Type: &rawFlags},
	{Words: "dev", Attr: uapi.MPTCP_PM_ADDR_ATTR_IF_IDX, Type: &device},
}}

// named are the flags that have words.
const named = signal | uapi.MPTCP_PM_ADDR_FLAG_SUBFLOW | backup | fullmesh | uapi.MPTCP_PM_ADDR_FLAG_IMPLICIT | uapi.MPTCP_PM_ADDR_FLAG_LAMINAR

var (
	// address is in an attribute of its own for each family, beside the family.
	address = field.Type{Read: parseAddress, Print: printAddress}
	port    = field.Type{Size: 2, Form: field.NonZero}
	device  = field.Type{Size: 4, Form: field.Ifname | field.Str | field.NonZero, Scan: scanDevice, Append: field.AppendDevice}
	// flag is a bit; which ones go together is looked at word by word.
	flag = field.Type{Size: 4, Form: field.Alone | field.Bits, Parse: parseFlag}
	// rawFlags are those without a name, as a number.
	rawFlags = field.Type{Size: 4, Print: printRawFlags}
)

func parseAddress(c *field.Call, r *field.Row, s string) error {
	p, err := cli.Addr(s, unix.AF_UNSPEC)
	c.Drop(0, uapi.MPTCP_PM_ADDR_ATTR_ADDR4)
	c.Drop(0, uapi.MPTCP_PM_ADDR_ATTR_ADDR6)
	c.Put(0, r.Attr, rtnl.NE.AppendUint16(nil, uint16(p.Family)))
	c.Put(0, addrAttr(p.Family), p.Bytes())
	return err
}

func scanDevice(c *field.Call, r *field.Row, s string) (uint64, error) {
	if !cli.ValidIfname(s) {
		return 0, cli.InvArg("invalid interface name\n", s)
	}
	index := c.Env.Links.Index(s)
	if index == 0 {
		return 0, cli.InvArg("device does not exist\n", s)
	}
	return uint64(index), nil
}

// parseFlag complains about flags that do not go together at the second of them.
func parseFlag(c *field.Call, r *field.Row) error {
	c.Set(r, r.Arg)
	switch flags := rtnl.U32(c.Get(0, r.Attr)); {
	case c.For == add && flags&signal != 0 && flags&fullmesh != 0:
		return cli.InvArg("flags mustn't have both signal and fullmesh", c.Typed)
	case c.For == setFlags && flags&^changeable != 0:
		return cli.InvArg("invalid flags, backup and fullmesh only", c.Typed)
	}
	return nil
}

// What a call is for: the commands whose words are not all that there are.
const (
	add      = uint8(uapi.MPTCP_PM_CMD_ADD_ADDR)
	del      = uint8(uapi.MPTCP_PM_CMD_DEL_ADDR)
	setFlags = uint8(uapi.MPTCP_PM_CMD_SET_FLAGS)
)

// checkEndpoint looks at what belongs together, once all words are read.
func checkEndpoint(c *field.Call) error {
	hasAddr, hasID := c.Get(0, uapi.MPTCP_PM_ADDR_ATTR_FAMILY) != nil, c.Get(0, uapi.MPTCP_PM_ADDR_ATTR_ID) != nil
	id, port := rtnl.U8(c.Get(0, uapi.MPTCP_PM_ADDR_ATTR_ID)), rtnl.U16(c.Get(0, uapi.MPTCP_PM_ADDR_ATTR_PORT))
	switch {
	case c.For == add && !hasAddr:
		return cli.MissArg("ADDRESS")
	case c.For == del && !hasID:
		return cli.MissArg("ID")
	case c.For == del && id != 0 && hasAddr:
		return cli.InvArg("invalid for non-zero id address\n", "ADDRESS")
	case c.For == del && id == 0 && !hasAddr:
		return cli.InvArg("address is needed for deleting id 0 address\n", "ID")
	case c.For != del && hasID && id == 0:
		return cli.InvArg("cannot be 0\n", "ID")
	case c.For == add && port != 0 && rtnl.U32(c.Get(0, uapi.MPTCP_PM_ADDR_ATTR_FLAGS))&signal == 0:
		return cli.InvArg("flags must have signal when using port", "port")
	case c.For == setFlags && hasID && port != 0:
		return cli.InvArg("port can't be used with id", "port")
	}
	return nil
}

// addrAttr is the attribute that an address of the family is in.
func addrAttr(family uint8) uint16 {
	if family == unix.AF_INET {
		return uapi.MPTCP_PM_ADDR_ATTR_ADDR4
	}
	return uapi.MPTCP_PM_ADDR_ATTR_ADDR6
}

// fill returns what reads the words of a command into its request.
func fill(c *command.Call, cmd uint8) func(*rtnl.Msg) error {
	return func(m *rtnl.Msg) error {
		if err := c.LearnForBatch(); err != nil {
			return err
		}
		x := c.Reader()
		x.For = cmd
		if err := x.Read(); err != nil {
			return err
		}
		nest := m.Nest(uapi.MPTCP_PM_ATTR_ADDR | unix.NLA_F_NESTED)
		x.Encode(m, &endpoint)
		m.End(nest)
		return nil
	}
}

func modify(c *command.Call) error {
	cmd := uint8(c.Verb.Type)
	return change(c.Env, cmd, fill(c, cmd))
}

// flush drops all endpoints, whatever words follow.
func flush(c *command.Call) error {
	e := c.Env
	return change(e, uapi.MPTCP_PM_CMD_FLUSH_ADDRS, func(*rtnl.Msg) error { return nil })
}

// list shows all endpoints, or the one that the words name.
func list(c *command.Call) error {
	e := c.Env
	if c.More() {
		return get(e, uapi.MPTCP_PM_CMD_GET_ADDR, fill(c, uapi.MPTCP_PM_CMD_GET_ADDR), func(attrs []byte) error {
			e.Pen.Begin()
			defer e.Pen.End()
			return printEndpoint(e, attrs)
		})
	}
	conn, family, err := e.Genl(familyName)
	if err != nil {
		return err
	}
	e.Pen.Begin()
	err = conn.Dump(request(family, uapi.MPTCP_PM_CMD_GET_ADDR), func(m rtnl.Message) error {
		_, attrs := rtnl.View[unix.Genlmsghdr](m.Body)
		return printEndpoint(e, attrs)
	})
	e.Pen.End()
	return cli.DumpError(cli.AskedAs(cli.CannotShow, err), cli.StatusKernel)
}

func printEndpoint(e *cli.Env, attrs []byte) error {
	nest := rtnl.Find(attrs, uapi.MPTCP_PM_ATTR_ADDR)
	if nest == nil {
		return cli.Silent(cli.StatusError)
	}
	v := field.ViewOf(e, nest)
	e.Pen.OpenObject("")
	endpoint.Show(v)
	e.Pen.NL()
	e.Pen.CloseObject()
	return nil
}

// printAddress writes the address, which has no label, of the family that the first byte of
// b names, as the real tool does: on a big-endian machine that is none, and an IPv4 address
// is left out.
func printAddress(v *field.View, r *field.Row, b []byte) {
	family := rtnl.U8(b)
	if addr := v.Get(0, addrAttr(family)); addr != nil {
		var buf [64]byte
		v.Pen.ColorBytes(show.FamilyColor(family), r.JSON(), "", v.Env.AppendHost(buf[:0], family, addr), " ")
	}
}

func printRawFlags(v *field.View, r *field.Row, b []byte) {
	if flags := rtnl.U32(b) &^ uint32(r.Arg); flags != 0 {
		var buf [8]byte
		v.Str(r, show.AppendHexDigits(buf[:0], uint64(flags), 2))
	}
}
