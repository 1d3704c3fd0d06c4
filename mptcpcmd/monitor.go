package mptcpcmd

import (
	"strconv"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/listen"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// eventGroup is the multicast group of the path manager's events.
const eventGroup = "mptcp_pm_events"

// monitor shows events until SIGINT or SIGTERM ends it, which is a success.
func monitor(c *command.Call) error {
	if c.More() {
		return c.Unknown()
	}
	e := c.Env
	conn, family, err := e.Genl(familyName)
	if err != nil {
		return err
	}
	if err := listen.Subscribe(conn, family, eventGroup, "mptcp events"); err != nil {
		return cli.Exit(cli.StatusUsage, "%s", err.Error())
	}
	stop, err := e.Notify(unix.SIGINT, unix.SIGTERM)
	if err != nil {
		return cli.Fail("pipe: %s", cli.Strerror(err))
	}
	defer stop.Close()
	conn.Until(stop.FD)
	e.Pen.Begin()
	err = listen.Each(e, conn, func(m rtnl.Message) error {
		if m.Type == family {
			printEvent(e, m.Body)
		}
		return nil
	})
	e.Pen.End()
	if err == nil {
		return &cli.Error{Ends: true}
	}
	return err
}

// eventNames are the words for events, by number.
var eventNames = [...]string{
	uapi.MPTCP_EVENT_CREATED:          "CREATED",
	uapi.MPTCP_EVENT_ESTABLISHED:      "ESTABLISHED",
	uapi.MPTCP_EVENT_CLOSED:           "CLOSED",
	uapi.MPTCP_EVENT_ANNOUNCED:        "ANNOUNCED",
	uapi.MPTCP_EVENT_REMOVED:          "REMOVED",
	uapi.MPTCP_EVENT_SUB_ESTABLISHED:  "SF_ESTABLISHED",
	uapi.MPTCP_EVENT_SUB_CLOSED:       "SF_CLOSED",
	uapi.MPTCP_EVENT_SUB_PRIORITY:     "SF_PRIO",
	uapi.MPTCP_EVENT_LISTENER_CREATED: "LISTENER_CREATED",
	uapi.MPTCP_EVENT_LISTENER_CLOSED:  "LISTENER_CLOSED",
}

// eventWidth is the width of their column.
const eventWidth = 16

// event is what an event tells, as "key=value" with a blank before; its flags
// follow.
var event = field.Table{Name: "event", Before: true, Sep: "=", Rows: []*field.Row{
	{Label: "token", Attr: uapi.MPTCP_ATTR_TOKEN, Type: &token},
	{Label: "remid", Attr: uapi.MPTCP_ATTR_REM_ID, Type: &field.U8},
	{Label: "locid", Attr: uapi.MPTCP_ATTR_LOC_ID, Type: &field.U8},
	{Label: "saddr4", Attr: uapi.MPTCP_ATTR_SADDR4, Type: &inet},
	{Label: "daddr4", Attr: uapi.MPTCP_ATTR_DADDR4, Type: &inet},
	{Label: "saddr6", Attr: uapi.MPTCP_ATTR_SADDR6, Type: &inet6},
	{Label: "daddr6", Attr: uapi.MPTCP_ATTR_DADDR6, Type: &inet6},
	{Label: "sport", Attr: uapi.MPTCP_ATTR_SPORT, Type: &field.Be16},
	{Label: "dport", Attr: uapi.MPTCP_ATTR_DPORT, Type: &field.Be16},
	{Label: "backup", Attr: uapi.MPTCP_ATTR_BACKUP, Type: &field.U8},
	{Label: "error", Attr: uapi.MPTCP_ATTR_ERROR, Type: &field.U8},
	{Label: "timeout", Attr: uapi.MPTCP_ATTR_TIMEOUT, Type: &field.U32},
	{Label: "ifindex", Attr: uapi.MPTCP_ATTR_IF_IDX, Type: &eventDevice},
	{Label: "reset_reason", Attr: uapi.MPTCP_ATTR_RESET_REASON, Type: &field.U32},
	{Label: "reset_flags", Attr: uapi.MPTCP_ATTR_RESET_FLAGS, Type: &hex},
}}

var (
	token       = field.Type{Size: 4, Print: printToken}
	hex         = field.Type{Size: 4, Print: printHex}
	inet        = field.Type{Size: 4, Print: printInet}
	inet6       = field.Type{Size: 16, Print: printInet6}
	eventDevice = field.Type{Size: 4, Print: printDevice}
)

func printEvent(e *cli.Env, body []byte) {
	genl, attrs := rtnl.View[unix.Genlmsghdr](body)
	if genl == nil {
		return
	}
	p := e.Pen
	p.OpenObject("")
	defer p.CloseObject()
	defer p.NL()
	listen.Stamp(e)
	if int(genl.Cmd) >= len(eventNames) || eventNames[genl.Cmd] == "" {
		p.Str("event", "[", "UNKNOWN "+strconv.Itoa(int(genl.Cmd)), "]")
		return
	}
	p.StrWidth("event", "[", -eventWidth, eventNames[genl.Cmd], "]")
	v := field.ViewOf(e, attrs)
	event.Show(v)
	printEventFlags(p, rtnl.U16(v.Get(0, uapi.MPTCP_ATTR_FLAGS)), rtnl.U8(v.Get(0, uapi.MPTCP_ATTR_SERVER_SIDE)) != 0)
}

// printEventFlags writes the flags; older kernels tell the server's side by an
// attribute of its own.
func printEventFlags(p *show.Pen, flags uint16, server bool) {
	if server || flags&uapi.MPTCP_PM_EV_FLAG_SERVER_SIDE != 0 {
		p.Flag("server_side", " server_side")
	}
	if flags&uapi.MPTCP_PM_EV_FLAG_DENY_JOIN_ID0 != 0 {
		p.Flag("deny_join_id0", " deny_join_id0")
	}
	flags &^= uapi.MPTCP_PM_EV_FLAG_SERVER_SIDE | uapi.MPTCP_PM_EV_FLAG_DENY_JOIN_ID0
	if flags != 0 {
		p.Hex0x("flags", " flags=", uint64(flags), "")
	}
}

func printToken(v *field.View, r *field.Row, b []byte) {
	if v.Pen.JSON() {
		printHex(v, r, b)
		return
	}
	var buf [8]byte
	v.Str(r, show.AppendHexDigits(buf[:0], uint64(rtnl.U32(b)), 8))
}

func printHex(v *field.View, r *field.Row, b []byte) {
	v.Pen.Hex0x(r.JSON(), "", uint64(rtnl.U32(b)), v.Label(r))
}

func printInet(v *field.View, r *field.Row, b []byte)  { printIP(v, r, unix.AF_INET, b) }
func printInet6(v *field.View, r *field.Row, b []byte) { printIP(v, r, unix.AF_INET6, b) }

func printIP(v *field.View, r *field.Row, family uint8, b []byte) {
	var buf [64]byte
	behind := v.Label(r)
	v.Pen.ColorBytes(show.FamilyColor(family), r.JSON(), "", cli.AppendAddr(buf[:0], family, b), behind)
}

// dev is the name of what eventDevice has the number of.
var dev = field.Row{Label: "dev", Type: &field.Device}

// printDevice writes a device by its number and its name.
func printDevice(v *field.View, r *field.Row, b []byte) {
	index := rtnl.U32(b)
	v.Pen.Int(r.JSON(), "", int64(int32(index)), v.Label(r))
	if index != 0 {
		v.Number(&dev, uint64(index))
	}
}
