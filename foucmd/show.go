package foucmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// list is the verb show.
func list(c *command.Call) error {
	e, a := c.Env, c.Args
	if a.More() {
		return cli.Fail(`"ip fou show" does not take any arguments.`)
	}
	return e.GenlList(familyName, rtnl.NewGenl(uapi.FOU_CMD_GET, uapi.FOU_GENL_VERSION), cli.StatusUsage, cli.CannotShow, print)
}

func print(e *cli.Env, attrs []byte) {
	v := field.ViewOf(e, attrs)
	if port := v.Get(0, uapi.FOU_ATTR_PORT); port != nil {
		e.Pen.Uint("port", "port ", uint64(rtnl.Be16(port)), "")
	}
	socket.Show(v)
	e.Pen.EndLine()
}

func isGUE(v *field.View) bool {
	return rtnl.U8(v.Get(0, uapi.FOU_ATTR_TYPE)) == uapi.FOU_ENCAP_GUE
}

func printGUE(v *field.View, r *field.Row, _ []byte) {
	if isGUE(v) {
		v.Pen.Null("gue", " gue")
	}
}

func printProto(v *field.View, r *field.Row, b []byte) {
	if !isGUE(v) {
		v.Number(r, uint64(rtnl.U8(b)))
	}
}

func printFamily(v *field.View, r *field.Row, b []byte) {
	v.Pen.JStr(r.JSON(), cli.FamilyName(rtnl.U8(b)))
	if rtnl.U8(b) == unix.AF_INET6 {
		v.Pen.Text(" -6")
	}
}

// printAddr writes the address of the family, unless it is zero, which stands for none.
func printAddr(v *field.View, r *field.Row, _ []byte) {
	family := uint8(unix.AF_INET)
	if b := v.Get(0, uapi.FOU_ATTR_AF); b != nil {
		family = rtnl.U8(b)
	}
	addr := v.Get(0, ofFamily(r.Attr, family))
	if len(addr) == 0 || len(addr)*8 != cli.FamilyBits(family) || rtnl.IsZero(addr) {
		return
	}
	var buf [64]byte
	v.Str(r, v.Env.AppendHost(buf[:0], family, addr))
}
