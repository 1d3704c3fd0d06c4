package encap

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// parse returns the attributes that the words ask for. A word follows them, as the
// real tool wants.
func parse(words string) ([]byte, error) {
	m := rtnl.New(unix.RTM_NEWROUTE, 0)
	a := cli.NewArgs(append(strings.Fields(words), "dev"))
	err := Parse(clitest.Env(io.Discard, cli.Options{}), a, m, unix.RTA_ENCAP, unix.RTA_ENCAP_TYPE)
	return m.Body(), err
}

// shown is how attributes print, as text and as JSON.
func shown(attrs []byte) (text, json string) {
	return clitest.Both(func(e *cli.Env, attrs []byte) {
		e.Opt.Stats = 1
		Print(e, rtnl.Find(attrs, unix.RTA_ENCAP_TYPE), rtnl.Find(attrs, unix.RTA_ENCAP))
	}, attrs)
}

// TestRound holds that what words ask for is what is shown.
func TestRound(t *testing.T) {
	for _, c := range []struct{ words, text, json string }{
		{"mpls 100/200 ttl 5", "  100/200 ttl 5 ", `"dst":"100/200","ttl":5`},
		{"ip id 7 ttl 3 dst 10.0.0.1 seq tos 0x10 key", " id 7 dst 10.0.0.1 ttl 3 tos 16 key seq ",
			`"id":7,"dst":"10.0.0.1","ttl":3,"tos":16,"key":true,"seq":true`},
		{"ip6 src ::1 hoplimit 9 tc 4 csum", " src ::1 hoplimit 9 tc 4 csum ", `"src":"::1","hoplimit":9,"tc":4,"csum":true`},
		{"ip geneve_opts 258:9:0a0b0c0d", " \n\tgeneve_opts 258:9:0a0b0c0d ", `"geneve_opts":[{"class":258,"type":9,"data":"0a0b0c0d"}]`},
		{"ip vxlan_opts 77", " \n\tvxlan_opts 77 ", `"vxlan_opts":[{"gbp":77}]`},
		{"ip erspan_opts 2::1:3", " \n\terspan_opts 2:0:1:3 ", `"erspan_opts":[{"ver":2,"index":0,"dir":1,"hwid":3}]`},
		{"ila 1:2:3:4 csum-mode no-action ident-type luid hook-type input",
			"  1:2:3:4  csum-mode no-action  ident-type luid  hook-type input ",
			`"locator":"1:2:3:4","csum_mode":"no-action","ident_type":"luid","hook_type":"input"`},
		{"seg6 mode encap tunsrc ::9 segs ::1,::2 hmac 10 lookup main",
			" mode encap tunsrc ::9 segs 2 [ ::1 ::2 ] hmac A lookup main ",
			`"mode":"encap","tunsrc":"::9","segs":["::1","::2"],"hmac":"0xa","lookup":"main"`},
		{"seg6 mode inline segs ::1", " mode inline segs 2 [ ::1 :: ] ", `"mode":"inline","segs":["::1","::"]`},
		{"seg6local action End.X nh6 fe80::1 count flavors PSP,next-csid lblen 32 nflen 16",
			" action End.X nh6 fe80::1 packets 0 bytes 0 errors 0 flavors psp,next-csid lblen 32 nflen 16 ",
			`"action":"End.X","nh6":"fe80::1","stats64":{"packets":0,"bytes":0,"errors":0},"flavors":["psp","next-csid"],"lblen":32,"nflen":16`},
		{"seg6local action End.B6 srh segs ::1 hmac 1 vrftable 7", " action End.B6 segs 2 [ ::1 :: ] hmac 1 vrftable 7 ",
			`"action":"End.B6","srh":{"segs":["::1","::"],"hmac":"0x1"},"vrftable":"7"`},
		{"rpl segs ::1,::2", " segs 2 [ ::1 ::2 ] ", `"segs":["::1","::2"]`},
		{"ioam6 freq 2/3 mode encap tundst ::1 trace prealloc type 0x800000 ns 1 size 12",
			" freq 2/3 mode encap tundst ::1 trace prealloc type 0x800000 ns 1 size 12 ",
			`"freqk":2,"freqn":3,"mode":"encap","tundst":"::1","trace":null,"prealloc":null,"type":"800000","ns":1,"size":12`},
		{"bpf headroom 16 headroom 20", "  16 ", `"headroom":16`},
		{"xfrm if_id 9", " if_id 9 ", `"if_id":9`},
	} {
		attrs, err := parse(c.words)
		if err != nil {
			t.Errorf("%s: %v", c.words, err)
			continue
		}
		name, _, _ := strings.Cut(c.words, " ")
		text, json := shown(attrs)
		if want := " encap " + name + c.text; text != want {
			t.Errorf("%s: got %q, want %q", c.words, text, want)
		}
		if want := `{"encap":{"encap_type":"` + name + `",` + c.json + `}}`; json != want {
			t.Errorf("%s: got %s, want %s", c.words, json, want)
		}
	}
}

// TestGeneve holds that the options which the kernel has in one nest, and wants in
// several, print as a list.
func TestGeneve(t *testing.T) {
	m := rtnl.New(0, 0)
	nest := m.Nest(uapi.LWTUNNEL_IP_OPTS)
	list := m.Nest(uapi.LWTUNNEL_IP_OPTS_GENEVE)
	for i := range 2 {
		m.Be16(uapi.LWTUNNEL_IP_OPT_GENEVE_CLASS, uint16(i))
		m.U8(uapi.LWTUNNEL_IP_OPT_GENEVE_TYPE, 7)
		m.Attr(uapi.LWTUNNEL_IP_OPT_GENEVE_DATA, []byte{1, 2, 3, 4})
	}
	m.End(list)
	m.End(nest)
	text, _ := clitest.Both(func(e *cli.Env, attrs []byte) { ip4.Show(field.ViewOf(e, attrs)) }, m.Body())
	if want := "\n\tgeneve_opts 0:7:01020304,1:7:01020304 "; text != want {
		t.Errorf("got %q, want %q", text, want)
	}
	attrs, err := parse("ip geneve_opts 1:2:03040506,2:3:04050607")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for range rtnl.Attrs(rtnl.Find(rtnl.Find(attrs, unix.RTA_ENCAP), uapi.LWTUNNEL_IP_OPTS)) {
		n++
	}
	if n != 2 {
		t.Errorf("%d nests were sent", n)
	}
}

// TestHeader holds the bytes of a segment routing header with a signature
// (RFC 8754): the last segment comes first.
func TestHeader(t *testing.T) {
	attrs, err := parse("seg6 mode encap segs ::1,::2 hmac 258")
	if err != nil {
		t.Fatal(err)
	}
	b := rtnl.Find(rtnl.Find(attrs, unix.RTA_ENCAP), 1)
	if len(b) != 4+8+32+40 {
		t.Fatalf("%d bytes", len(b))
	}
	srh := b[4:]
	if !bytes.Equal(srh[:8], []byte{0, 9, 4, 1, 1, 8, 0, 0}) || srh[8+15] != 2 || srh[8+31] != 1 {
		t.Errorf("% x", srh[:40])
	}
	if sig := srh[40:]; !bytes.Equal(sig[:8], []byte{5, 38, 0, 0, 0, 0, 1, 2}) || !rtnl.IsZero(sig[8:]) {
		t.Errorf("the signature is % x", sig)
	}
}

func TestRefused(t *testing.T) {
	wrong := func(value, msg string) string { return "Error: argument \"" + value + "\" is wrong: " + msg + "\n" }
	for _, c := range []struct{ words, want string }{
		{"x y", wrong("x", "\"encap type\" value is invalid\n")},
		{"ip id 1 id 2", "Error: either \"id\" is duplicate, or \"2\" is garbage.\n"},
		{"ip key key", "Error: either \"key\" is duplicate, or \"key\" is garbage.\n"},
		{"ip ttl 256", wrong("256", "\"ttl\" value is invalid\n")},
		{"ip geneve_opts 1:2:xx,3", wrong("1", "\"geneve_opts\" value is invalid\n")},
		{"ip geneve_opts 1:2:33:4", "Unknown \"geneve_opts\" type\n" + wrong("1", "\"geneve_opts\" value is invalid\n")},
		{"ip vxlan_opts 1:2", wrong("1:2", "\"vxlan_opts\" value is invalid\n")},
		{"seg6 mode encap segs ::1 lookup 0", wrong("0", "\"lookup\" value is invalid\n")},
		{"ip vxlan_opts 1 erspan_opts 1", "Error: either \"opts\" is duplicate, or \"erspan_opts\" is garbage.\n"},
		{"ila 1:2:3:4:5 csum-mode x", "Bad locator: 1:2:3:4:5\n"},
		{"ila 1 ident-type iid", wrong("iid", "\"ident-type\" value is invalid\n")},
		{"seg6 segs ::1 mode encap", wrong("::1", "\"segs\" provided before \"mode\"\n")},
		{"seg6 mode inline tunsrc ::1", wrong("::1", "\"tunsrc\" invalid with inline mode\n")},
		{"seg6 mode encap segs ::1,x", "Error: inet6 address is expected rather than \"x\".\n"},
		{"seg6local nh4 10.0.0.1", "Missing action type\n"},
		{"seg6local action <unknown>", wrong("<unknown>", "\"action\" value is invalid\n")},
		{"seg6local action End flavors psp,psp", wrong("psp,psp", "invalid \"flavors\" attribute\n")},
		{"seg6local action End srh x", wrong("x", "missing \"segs\" attribute for srh\n")},
		{"seg6local action End.T table x", wrong("x", "invalid table id\n")},
		{"ioam6 mode auto trace", "Error: argument \"tundst\" is required\n"},
		{"ioam6 freq 4/3 trace", wrong("4/3", "Frequency with k > n is forbidden")},
		{"ioam6 trace prealloc ns 1 type 1", "Error: argument \"size\" is required\n"},
		{"ioam6 trace prealloc type 0", wrong("0", "Invalid trace type")},
		{"ioam6 trace prealloc type 1 ns 1 size 6", wrong("6", "Trace size must be a 4-octet multiple")},
		{"rpl segs " + strings.Repeat("::1,", 121), "Error: too many segments\n"},
		{"bpf headroom 0", wrong("0", "headroom is invalid\n")},
		{"xfrm link_dev", "Cannot find device \"dev\"\n"},
		{"xfrm other", xfrmUsage},
		{"help", usage()},
		{"mpls", "Error: argument \"encap type\" is required\n"},
	} {
		_, err := parse(c.words)
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: got %v, want %q", c.words, err, c.want)
		}
	}
}

// TestRest holds which words are left to the route: all that an encapsulation does
// not know.
func TestRest(t *testing.T) {
	for words, want := range map[string]string{
		"mpls 1 x":                     "x dev",
		"ip id 1 via":                  "via dev",
		"seg6local action End nflen 1": "nflen 1 dev",
		"ioam6 trace prealloc type 1 ns 1 size 4": "dev",
	} {
		a := cli.NewArgs(append(strings.Fields(words), "dev"))
		if err := Parse(clitest.Env(io.Discard, cli.Options{}), a, rtnl.New(0, 0), 1, 2); err != nil {
			t.Errorf("%s: %v", words, err)
		}
		if got := strings.Join(a.Rest(), " "); got != want {
			t.Errorf("%s: left %q, want %q", words, got, want)
		}
	}
}

// FuzzPrint holds that no message of the kernel's makes a printer panic.
func FuzzPrint(f *testing.F) {
	for i := range encapsulations {
		f.Add(uint16(i), []byte("\x08\x00\x01\x00\x05\x00\x00\x00\x05\x00\x03\x00\x09\x00\x00\x00"))
	}
	f.Fuzz(func(t *testing.T, kind uint16, attrs []byte) {
		clitest.Both(func(e *cli.Env, attrs []byte) {
			encapsulations[int(kind)%len(encapsulations)].table.Show(field.ViewOf(e, attrs))
		}, attrs)
	})
}

// FuzzParse holds that no words make a reader panic. What loads a program is left
// out.
func FuzzParse(f *testing.F) {
	f.Add("ip geneve_opts 1:2:33")
	f.Add("seg6 mode encap segs ::1")
	f.Fuzz(func(t *testing.T, words string) {
		if !strings.HasPrefix(words, "bpf") && !strings.Contains(words, "endpoint") {
			parse(words)
		}
	})
}

// TestWords holds that the words which a snapshot has of an encapsulation make the same
// bytes again.
func TestWords(t *testing.T) {
	for _, words := range []string{
		"mpls 100/200 ttl 7",
		"ip id 7 src 10.0.0.2 dst 10.0.0.1 ttl 3 tos 10 key seq csum",
		"ip6 id 7 src ::1 dst ::2 hoplimit 9 tc 0x4c csum",
		"ip geneve_opts 1:2:03040506",
		"ip6 vxlan_opts 77",
		"ip erspan_opts 2::1:3",
		"ila 1:2:3:4 csum-mode adj-transport ident-type luid hook-type input",
		"seg6 mode encap tunsrc ::1 segs ::1,::2 hmac 258",
		"seg6 mode inline segs ::1,::2",
		"seg6local action End.B6 srh segs ::1,::2",
		"seg6local action End.B6.Encaps srh segs ::1 hmac 5",
		"seg6local action End.T table 77 count",
		"seg6local action End flavors psp,usp,usd",
		"seg6local action End flavors next-csid lblen 48 nflen 16",
		"seg6local action End.DX4 nh4 10.0.0.4",
		"rpl segs ::1,::2",
		"ioam6 freq 1/3 mode encap tundst ::1 trace prealloc type 0x800000 ns 1 size 12",
		"xfrm if_id 9",
	} {
		first, err := parse(words)
		if err != nil {
			t.Errorf("%s: %v", words, err)
			continue
		}
		var line []byte
		clitest.Both(func(e *cli.Env, attrs []byte) {
			line = Words(e, rtnl.Find(attrs, unix.RTA_ENCAP_TYPE), rtnl.Find(attrs, unix.RTA_ENCAP), nil)
		}, first)
		again, err := parse(strings.TrimPrefix(string(line), " encap "))
		if err != nil || !bytes.Equal(first, again) {
			t.Errorf("%s: %v\n% x became\n% x by%s", words, err, first, again, line)
		}
	}
}
