package xfrmcmd

import (
	"bytes"
	"strings"
	"testing"
	"unsafe"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/xfrmcmd/wire"
)

// TestLayout holds that the structs are the kernel's.
func TestLayout(t *testing.T) {
	for name, size := range map[string][2]uintptr{
		"xfrm_selector":        {unsafe.Sizeof(wire.Selector{}), 56},
		"xfrm_id":              {unsafe.Sizeof(wire.ID{}), 24},
		"xfrm_usersa_info":     {unsafe.Sizeof(wire.StateInfo{}), 220 + wire.Tail},
		"xfrm_userspi_info":    {unsafe.Sizeof(wire.SpiInfo{}), 228 + wire.Tail},
		"xfrm_userpolicy_info": {unsafe.Sizeof(wire.PolicyInfo{}), 164 + wire.Tail},
		"xfrm_user_tmpl":       {unsafe.Sizeof(wire.Tmpl{}), 64},
		"xfrm_user_acquire":    {unsafe.Sizeof(wire.Acquire{}), 276 + wire.Tail},
	} {
		if size[0] != size[1] {
			t.Errorf("%s has %d bytes, not %d", name, size[0], size[1])
		}
	}
}

func newEnv(b *bytes.Buffer, opt cli.Options) *cli.Env {
	e := clitest.Env(b, opt)
	return e
}

// shows is what a list prints of the state or policy that the words are for.
func shows(opt cli.Options, words string) (string, error) {
	var b bytes.Buffer
	e := newEnv(&b, opt)
	a := cli.NewArgs(strings.Fields(words))
	var m *rtnl.Msg
	var err error
	print := statePrinter(e, nil, false)
	if a.Match("=state") {
		m, err = parseState(e, a, uapi.XFRM_MSG_NEWSA)
	} else {
		a.Match("=policy")
		print = policyPrinter(e, nil)
		m, err = parsePolicy(e, a, uapi.XFRM_MSG_NEWPOLICY)
	}
	if err != nil {
		return "", err
	}
	err = print(rtnl.Message{Type: m.Type(), Body: m.Body()})
	e.Pen.Flush()
	return b.String(), err
}

const esp = "state src 10.0.0.1 dst 10.0.0.2 proto esp spi 0x100 enc cbc(aes) 0x0011 "

const espHead = "src 10.0.0.1 dst 10.0.0.2\n\tproto esp spi 0x00000100 reqid 0 mode transport\n\treplay-window 0 "

func TestWords(t *testing.T) {
	for _, c := range []struct{ words, want string }{
		{esp, espHead + "\n\tenc cbc(aes) 0x0011\n"},
		{esp + "mark 5 if_id 3 dir in", espHead + "\n\tmark 0x5/0xffffffff \n\tenc cbc(aes) 0x0011\n\tif_id 0x3\n\tdir in\n"},
		{esp + "output-mark 5 mask 6 tfcpad 7 pcpu-num 1",
			espHead + "\n\toutput-mark 0x5/0x6\n\tenc cbc(aes) 0x0011\n\ttfcpad 7\n\tpcpu-num 1\n"},
		{esp + "encap espintcp 1 2 10.0.0.3 coa", ""},
		{esp + "encap espintcp 1 2 10.0.0.3",
			espHead + "\n\tenc cbc(aes) 0x0011\n\tencap type espintcp sport 1 dport 2 addr 10.0.0.3\n"},
		{esp + "flag esn icmp dir out", espHead + "flag icmp esn\n\tenc cbc(aes) 0x0011\n\tanti-replay esn context:\n" +
			"\t seq-hi 0x0, seq 0x0, oseq-hi 0x0, oseq 0x0\n\t replay_window 0, bitmap-length 0\n\tdir out\n"},
		{esp + "sel proto gre key 1.2.3.4", espHead + "\n\tenc cbc(aes) 0x0011\n\tsel src ???/0 dst ???/0 proto gre key 16909060 \n"},
		{"policy dir out dst 10.0.0.0/8 tmpl proto esp mode tunnel level use priority 5",
			"src 0.0.0.0/0 dst 10.0.0.0/8 \n\tdir out priority 5 \n\ttmpl src 0.0.0.0 dst 0.0.0.0\n" +
				"\t\tproto esp reqid 0 mode tunnel\n\t\tlevel use \n"},
		{"policy dir fwd action block ptype sub flag 0x7 mark 1 mask 3",
			"src 0.0.0.0/0 dst 0.0.0.0/0 \n\tdir fwd action block priority 0 ptype sub flag localok icmp 4\n\tmark 0x1/0x3 \n"},
	} {
		got, err := shows(cli.Options{}, c.words)
		// The names of protocols are the machine's.
		got = strings.ReplaceAll(got, "proto 47", "proto gre")
		want := strings.ReplaceAll(c.want, "src ???/0 dst ???/0", "src 0.0.0.0/0 dst 0.0.0.0/0")
		if got != want || (err == nil) != (c.want != "") {
			t.Errorf("%s\ngot  %q, %v\nwant %q", c.words, got, err, want)
		}
	}
}

func TestRefused(t *testing.T) {
	for words, want := range map[string]string{
		"state":                            "Not enough information: ID is required\n",
		"state proto ah spi 1":             "ALGO-TYPE value \"auth\" or \"auth-trunc\" is required with XFRM-PROTO value \"ah\"\n",
		"state src 10.0.0.1 dst ::1":       "Error: argument \"::1\" is wrong: the same address family is required between values after \"src\" and \"dst\"\n",
		esp + "mode in_trigger":            "MODE value is invalid with XFRM-PROTO value \"esp\"\n",
		esp + "sel proto tcp type 5":       "\"type\" and \"code\" are invalid with PROTO value \"tcp\"\n",
		esp + "replay-window 4097":         "Error: replay-window (4097) > XFRMA_REPLAY_ESN_MAX (4096).\n",
		esp + "auth md5 0x0g":              "Error: argument \"0x0g\" is wrong: ALGO-KEYMAT value is invalid\n",
		esp + "src 10.0.0.1":               "Error: argument \"src\" is wrong: unknown\n",
		"policy":                           "Not enough information: DIR is required.\n",
		"policy dir in dir in":             "Error: duplicate \"dir\": \"dir\" is the second value.\n",
		"policy dir in dst 10.0.0.1 src":   "Command line is not complete. Try option \"help\"\n",
		"policy dir in dst 10.0.0.1 fancy": "Error: duplicate \"unknown\": \"fancy\" is the second value.\n",
	} {
		_, err := shows(cli.Options{}, words)
		if err == nil {
			t.Errorf("%s: taken", words)
			continue
		}
		if got := strings.ReplaceAll(err.Error(), `value "6"`, `value "tcp"`); got != want {
			t.Errorf("%s\ngot  %q\nwant %q", words, got, want)
		}
	}
}

func TestCovers(t *testing.T) {
	prefix, a := &wire.Address{10, 1, 0x80}, &wire.Address{10, 1, 0xbf, 5}
	for bits, want := range map[uint8]bool{0: true, 16: true, 17: true, 18: true, 19: false, 24: false, 32: false, 128: false} {
		if covers(prefix, bits, a) != want {
			t.Errorf("/%d is not %v", bits, want)
		}
	}
}

// FuzzPrint holds that no message of the kernel's makes the printers panic.
func FuzzPrint(f *testing.F) {
	e := newEnv(&bytes.Buffer{}, cli.Options{})
	m, err := parseState(e, cli.NewArgs(strings.Fields(esp[len("state"):]+"replay-window 64 encap espinudp 1 2 10.0.0.1")), uapi.XFRM_MSG_NEWSA)
	if err != nil {
		f.Fatal(err)
	}
	for typ := uapi.XFRM_MSG_BASE; typ <= uapi.XFRM_MSG_MAX; typ++ {
		f.Add(uint16(typ), true, m.Body())
	}
	m, err = parsePolicy(e, cli.NewArgs(strings.Fields("dir out tmpl proto esp tmpl proto ah mark 5")), uapi.XFRM_MSG_NEWPOLICY)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint16(uapi.XFRM_MSG_NEWPOLICY), false, m.Body())
	f.Fuzz(func(_ *testing.T, typ uint16, stats bool, body []byte) {
		var b bytes.Buffer
		opt := cli.Options{}
		if stats {
			opt.Stats = 1
		}
		w := &watch{w: newPrinter(newEnv(&b, opt)), allNS: true}
		w.print(rtnl.Message{Type: typ, Body: body})
	})
}

// FuzzWords holds that no words make the parsers panic, nor the printers what
// they build.
func FuzzWords(f *testing.F) {
	f.Add(esp + "limit byte-soft 5 sel src 10.0.0.0/8 proto udp sport 5")
	f.Add("policy dir out dst 10.0.0.0/8 tmpl proto esp mode tunnel level use ctx a:b")
	f.Fuzz(func(_ *testing.T, words string) {
		if !strings.Contains(words, "dev") { // which asks the kernel
			shows(cli.Options{Stats: 1}, words)
		}
	})
}
