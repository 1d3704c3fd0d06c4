package mptcpcmd

import (
	"strconv"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/monitorcmd"

	"golang.org/x/sys/unix"
)

// eventGroup is the multicast group of the path manager's events.
const eventGroup = "mptcp_pm_events"

// monitor shows events until SIGINT or SIGTERM ends it, which is a success.
func monitor(e *cli.Env) error {
	c, family, err := e.Genl(familyName)
	if err != nil {
		return err
	}
	if err := c.JoinGroup(family, eventGroup); err != nil {
		return cli.Exit(cli.StatusUsage, "can't subscribe to mptcp events: %s", cli.Strerror(err))
	}
	stop, err := cli.Notify(unix.SIGINT, unix.SIGTERM)
	if err != nil {
		return cli.Fail("pipe: %s", cli.Strerror(err))
	}
	defer stop.Close()
	c.Until(stop.FD)
	e.Pen.Begin()
	err = monitorcmd.Listen(e, c, func(m rtnl.Message) error {
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

// A field is an attribute of an event, as "key=value" with a blank before.
type field struct {
	attr  uint16
	key   string
	print func(e *cli.Env, key string, v []byte)
}

// fields of an event, in the order in which they are printed; its flags follow.
var fields = [...]field{
	{uapi.MPTCP_ATTR_TOKEN, "token", printToken},
	{uapi.MPTCP_ATTR_REM_ID, "remid", printU8},
	{uapi.MPTCP_ATTR_LOC_ID, "locid", printU8},
	{uapi.MPTCP_ATTR_SADDR4, "saddr4", printAddr4},
	{uapi.MPTCP_ATTR_DADDR4, "daddr4", printAddr4},
	{uapi.MPTCP_ATTR_SADDR6, "saddr6", printAddr6},
	{uapi.MPTCP_ATTR_DADDR6, "daddr6", printAddr6},
	{uapi.MPTCP_ATTR_SPORT, "sport", printPort},
	{uapi.MPTCP_ATTR_DPORT, "dport", printPort},
	{uapi.MPTCP_ATTR_BACKUP, "backup", printU8},
	{uapi.MPTCP_ATTR_ERROR, "error", printU8},
	{uapi.MPTCP_ATTR_TIMEOUT, "timeout", printU32},
	{uapi.MPTCP_ATTR_IF_IDX, "ifindex", printDevice},
	{uapi.MPTCP_ATTR_RESET_REASON, "reset_reason", printU32},
	{uapi.MPTCP_ATTR_RESET_FLAGS, "reset_flags", printHex},
}

func printEvent(e *cli.Env, body []byte) {
	genl, attrs := rtnl.View[rtnl.GenlHeader](body)
	if genl == nil {
		return
	}
	p := e.Pen
	p.OpenObject("")
	defer p.CloseObject()
	defer p.NL()
	monitorcmd.Stamp(e)
	if int(genl.Cmd) >= len(eventNames) || eventNames[genl.Cmd] == "" {
		p.Str("event", "[", "UNKNOWN "+strconv.Itoa(int(genl.Cmd)), "]")
		return
	}
	p.StrWidth("event", "[", -eventWidth, eventNames[genl.Cmd], "]")
	var tb [uapi.MPTCP_ATTR_MAX + 1][]byte
	rtnl.Index(tb[:], attrs)
	for _, f := range fields {
		if v := tb[f.attr]; v != nil {
			f.print(e, f.key, v)
		}
	}
	printEventFlags(p, rtnl.U16(tb[uapi.MPTCP_ATTR_FLAGS]), rtnl.U8(tb[uapi.MPTCP_ATTR_SERVER_SIDE]) != 0)
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

// name writes what stands before a value in text.
func name(p *show.Pen, key string) {
	p.Text(" ")
	p.Text(key)
	p.Text("=")
}

func printToken(e *cli.Env, key string, v []byte) {
	name(e.Pen, key)
	token := rtnl.U32(v)
	if e.Pen.JSON() {
		e.Pen.Hex0x(key, "", uint64(token), "")
		return
	}
	var buf [8]byte
	e.Pen.Bytes("", "", appendHex(buf[:0], token, 8), "")
}

// appendHex appends v as %0<width>x.
func appendHex(b []byte, v uint32, width int) []byte {
	for d := width - 1; d > 0 && v>>(4*d) == 0; d-- {
		b = append(b, '0')
	}
	return strconv.AppendUint(b, uint64(v), 16)
}

func printUint(e *cli.Env, key string, v uint64) {
	name(e.Pen, key)
	e.Pen.Uint(key, "", v, "")
}

func printU8(e *cli.Env, key string, v []byte)   { printUint(e, key, uint64(rtnl.U8(v))) }
func printU32(e *cli.Env, key string, v []byte)  { printUint(e, key, uint64(rtnl.U32(v))) }
func printPort(e *cli.Env, key string, v []byte) { printUint(e, key, uint64(rtnl.Be16(v))) }

func printHex(e *cli.Env, key string, v []byte) {
	name(e.Pen, key)
	e.Pen.Hex0x(key, "", uint64(rtnl.U32(v)), "")
}

func printAddr4(e *cli.Env, key string, v []byte) { printAddress(e, key, unix.AF_INET, v) }
func printAddr6(e *cli.Env, key string, v []byte) { printAddress(e, key, unix.AF_INET6, v) }

func printAddress(e *cli.Env, key string, family uint8, v []byte) {
	var buf [64]byte
	name(e.Pen, key)
	e.Pen.ColorBytes(show.FamilyColor(family), key, "", cli.AppendAddr(buf[:0], family, v), "")
}

// printDevice writes a device by its number and its name.
func printDevice(e *cli.Env, key string, v []byte) {
	index := rtnl.U32(v)
	name(e.Pen, key)
	e.Pen.Int(key, "", int64(int32(index)), "")
	if index != 0 {
		name(e.Pen, "dev")
		e.Pen.ColorStr(show.Ifname, "dev", "", e.Links.Name(index), "")
	}
}
