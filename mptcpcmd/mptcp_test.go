package mptcpcmd

import (
	"bytes"
	"io"
	"net/netip"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// render gives what print writes.
func render(opt cli.Options, print func(*cli.Env)) string {
	var b bytes.Buffer
	e := clitest.Env(&b, opt)
	e.Pen.Begin()
	print(e)
	e.Pen.End()
	e.Pen.Flush()
	return b.String()
}

// call is a call whose words a table reads.
func call(reads *field.Table, words ...string) *command.Call {
	return &command.Call{Env: clitest.Env(io.Discard, cli.Options{}), Args: cli.NewArgs(words), Verb: &command.Verb{Reads: reads}}
}

// parse gives the attributes of a command's request, or its complaint.
func parse(cmd uint8, words ...string) (attrs []byte, complaint string) {
	m := rtnl.New(0, 0)
	if err := fill(call(&endpoint, words...), cmd)(m); err != nil {
		return nil, err.Error()
	}
	return m.Body(), ""
}

func TestEndpoint(t *testing.T) {
	if !rtnl.LittleEndian() {
		t.Skip("a big-endian machine shows no address: see printAddress")
	}
	for _, test := range []struct {
		words      []string
		text, json string
	}{
		{[]string{"10.0.0.1"}, "10.0.0.1 \n", `[{"address":"10.0.0.1"}]`},
		{
			[]string{"2001:db8::1", "id", "0x20", "signal", "port", "80", "backup"},
			"2001:db8::1 port 80 id 32 signal backup \n",
			`[{"address":"2001:db8::1","port":80,"id":32,"signal":true,"backup":true}]`,
		},
		{
			[]string{"laminar", "nobackup", "implicit", "10.1", "subflow", "fullmesh", "nofullmesh"},
			"10.1.0.0 subflow fullmesh implicit laminar \n",
			`[{"address":"10.1.0.0","subflow":true,"fullmesh":true,"implicit":true,"laminar":true}]`,
		},
	} {
		attrs, complaint := parse(uapi.MPTCP_PM_CMD_ADD_ADDR, test.words...)
		print := func(e *cli.Env) { printEndpoint(e, attrs) }
		if got := render(cli.Options{}, print); got != test.text || complaint != "" {
			t.Errorf("%q: got %q %s, want %q", test.words, got, complaint, test.text)
		}
		if got := render(cli.Options{JSON: true}, print); got != test.json+"\n" {
			t.Errorf("%q: got %s, want %s", test.words, got, test.json)
		}
	}
}

func TestRawFlags(t *testing.T) {
	m := rtnl.New(0, 0)
	nest := m.Nest(uapi.MPTCP_PM_ATTR_ADDR)
	m.U32(uapi.MPTCP_PM_ADDR_ATTR_FLAGS, 1<<31|signal)
	m.End(nest)
	want := "signal rawflags 80000000 \n"
	if got := render(cli.Options{}, func(e *cli.Env) { printEndpoint(e, m.Body()) }); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := show.AppendHexDigits(nil, 5, 2); string(got) != "05" {
		t.Errorf("got %q", got)
	}
}

// TestComplaints holds which words go together, for the verbs.
func TestComplaints(t *testing.T) {
	for _, test := range []struct {
		cmd   uint8
		words []string
		want  string
	}{
		{uapi.MPTCP_PM_CMD_ADD_ADDR, nil, "Error: argument \"ADDRESS\" is required\n"},
		{uapi.MPTCP_PM_CMD_ADD_ADDR, []string{"1.1.1.1", "port", "1"}, "Error: argument \"port\" is wrong: flags must have signal when using port\n"},
		{uapi.MPTCP_PM_CMD_DEL_ADDR, []string{"1.1.1.1"}, "Error: argument \"ID\" is required\n"},
		{uapi.MPTCP_PM_CMD_DEL_ADDR, []string{"id", "0", "1.1.1.1"}, ""},
		{uapi.MPTCP_PM_CMD_DEL_ADDR, []string{"id", "1"}, ""},
		{uapi.MPTCP_PM_CMD_GET_ADDR, []string{"id", "0"}, "Error: argument \"ID\" is wrong: cannot be 0\n\n"},
		{uapi.MPTCP_PM_CMD_GET_ADDR, []string{"signal", "fullmesh"}, ""},
		{uapi.MPTCP_PM_CMD_SET_FLAGS, []string{"backup", "port", "1"}, ""},
		{uapi.MPTCP_PM_CMD_SET_FLAGS, []string{"subflow"}, "Error: argument \"subflow\" is wrong: invalid flags, backup and fullmesh only\n"},
	} {
		if _, got := parse(test.cmd, test.words...); got != test.want {
			t.Errorf("%d %q: got %q, want %q", test.cmd, test.words, got, test.want)
		}
	}
}

func TestLimits(t *testing.T) {
	m := rtnl.New(0, 0)
	if err := parseLimits(call(&limits, "sub", "1", "a", "2", "subflows", "3"), m); err != nil {
		t.Fatal(err)
	}
	want := "add_addr_accepted 2 subflows 3 \n"
	if got := render(cli.Options{}, func(e *cli.Env) { printLimits(e, m.Body()) }); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// joined is the event of a subflow, with all attributes that events have.
func joined() []byte {
	m := rtnl.New(0, 0)
	rtnl.Put(m, unix.Genlmsghdr{Cmd: uapi.MPTCP_EVENT_SUB_ESTABLISHED, Version: 1})
	m.U32(uapi.MPTCP_ATTR_TOKEN, 0xa453a2)
	m.U16(uapi.MPTCP_ATTR_FAMILY, 2)
	m.U8(uapi.MPTCP_ATTR_LOC_ID, 1)
	m.U8(uapi.MPTCP_ATTR_REM_ID, 2)
	m.Attr(uapi.MPTCP_ATTR_SADDR4, []byte{10, 0, 2, 1})
	m.Attr(uapi.MPTCP_ATTR_DADDR4, []byte{10, 0, 2, 2})
	m.Attr(uapi.MPTCP_ATTR_SADDR6, netip.MustParseAddr("2001:db8::1").AsSlice())
	m.Attr(uapi.MPTCP_ATTR_DADDR6, netip.MustParseAddr("2001:db8::2").AsSlice())
	m.Be16(uapi.MPTCP_ATTR_SPORT, 41595)
	m.Be16(uapi.MPTCP_ATTR_DPORT, 5000)
	m.U8(uapi.MPTCP_ATTR_BACKUP, 1)
	m.U8(uapi.MPTCP_ATTR_ERROR, 104)
	m.U16(uapi.MPTCP_ATTR_FLAGS, 0x13)
	m.U32(uapi.MPTCP_ATTR_TIMEOUT, 3)
	m.U32(uapi.MPTCP_ATTR_IF_IDX, 0)
	m.U32(uapi.MPTCP_ATTR_RESET_REASON, 4)
	m.U32(uapi.MPTCP_ATTR_RESET_FLAGS, 1)
	return m.Body()
}

func TestEvent(t *testing.T) {
	for _, test := range []struct {
		opt  cli.Options
		want string
	}{
		{cli.Options{}, "[  SF_ESTABLISHED] token=00a453a2 remid=2 locid=1 saddr4=10.0.2.1 daddr4=10.0.2.2 saddr6=2001:db8::1" +
			" daddr6=2001:db8::2 sport=41595 dport=5000 backup=1 error=104 timeout=3 ifindex=0 reset_reason=4 reset_flags=0x1" +
			" server_side deny_join_id0 flags=0x10\n"},
		{cli.Options{JSON: true}, `[{"event":"SF_ESTABLISHED","token":"0xa453a2","remid":2,"locid":1,"saddr4":"10.0.2.1",` +
			`"daddr4":"10.0.2.2","saddr6":"2001:db8::1","daddr6":"2001:db8::2","sport":41595,"dport":5000,"backup":1,"error":104,` +
			`"timeout":3,"ifindex":0,"reset_reason":4,"reset_flags":"0x1","server_side":true,"deny_join_id0":true,"flags":"0x10"}]` + "\n"},
	} {
		if got := render(test.opt, func(e *cli.Env) { printEvent(e, joined()) }); got != test.want {
			t.Errorf("got  %q\nwant %q", got, test.want)
		}
	}
	for _, cmd := range []byte{0, 4, 17, 255} {
		want := map[byte]string{0: "[UNKNOWN 0]\n", 4: "[UNKNOWN 4]\n", 17: "[UNKNOWN 17]\n", 255: "[UNKNOWN 255]\n"}[cmd]
		if got := render(cli.Options{}, func(e *cli.Env) { printEvent(e, []byte{cmd, 1, 0, 0}) }); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// FuzzPrint holds that no message of the kernel's makes a printer panic.
func FuzzPrint(f *testing.F) {
	attrs, _ := parse(uapi.MPTCP_PM_CMD_ADD_ADDR, "10.0.0.1", "id", "5", "signal", "port", "80")
	f.Add(joined())
	f.Add(attrs)
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, opt := range []cli.Options{{}, {JSON: true}} {
			render(opt, func(e *cli.Env) { printEvent(e, body) })
			render(opt, func(e *cli.Env) { printEndpoint(e, body) })
			render(opt, func(e *cli.Env) { printLimits(e, body) })
		}
	})
}
