package linkkind

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/word"
	"gip/linkcmd/kind"
	"gip/linkcmd/tunnelkind"

	"golang.org/x/sys/unix"
)

// newEnv is an environment that reaches no kernel.
func newEnv() *cli.Env { return cli.New(strings.NewReader(""), os.Stdout, os.Stderr, cli.Options{}) }

// encode parses words of a kind, as for "ip link add", into IFLA_INFO_DATA.
func encode(name string, k *kind.Kind, words string) ([]byte, error) {
	env := newEnv()
	m := rtnl.New(unix.RTM_NEWLINK, unix.NLM_F_CREATE)
	t := kind.Target{Kind: k, Name: name, Create: true}
	c, err := t.Read(env, cli.NewArgs(strings.Fields(words)))
	if err != nil {
		return nil, err
	}
	mark := m.Mark()
	c.Encode(m, c.Table)
	return m.Since(mark), nil
}

// decode prints IFLA_INFO_DATA as text or as JSON.
func decode(k *kind.Kind, data []byte, json bool) string {
	var b bytes.Buffer
	env := newEnv()
	env.Pen = show.New(&b, show.Options{JSON: json})
	env.Pen.Begin()
	env.Pen.OpenObject("")
	k.Print(env, data)
	env.Pen.CloseObject()
	env.Pen.End()
	env.Pen.Flush()
	return strings.Trim(b.String(), "[]\n")
}

func TestKinds(t *testing.T) {
	for _, c := range []struct{ kind, words, text, json string }{
		{"vlan", "id 5 gvrp on prot 802.1AD reorder_hdr off ingress-qos-map 1:2 3:4 egress 0:7",
			"protocol 802.1ad id 5 <GVRP> \n      ingress-qos-map { 1:2 3:4 } \n      egress-qos-map { 0:7 } ",
			`{"protocol":"802.1ad","id":5,"flags":["GVRP"],"ingress_qos":[{"from":1,"to":2},{"from":3,"to":4}],"egress_qos":[{"from":0,"to":7}]}`},
		{"bridge", "forward_d 400 vlan_p 802.1ad stp_mode kernel mst_enabled 1 mst_enabled 0 no_linklocal_learn 1 group_fwd_mask 8",
			"forward_delay 400 stp_mode kernel vlan_protocol 802.1ad group_fwd_mask 0x8 no_linklocal_learn 1 mst_enabled 0 ",
			`{"forward_delay":400,"stp_mode":"kernel","vlan_protocol":"802.1ad","group_fwd_mask":"0x8","no_linklocal_learn":1,"mst_enabled":0}`},
		{"vxlan", "id 7 remote 10.0.0.1 dstport 0 ttl inherit noproxy l2miss", "id 7 remote 10.0.0.1 l2miss ",
			`{"id":7,"remote":"10.0.0.1","learning":true,"proxy":false,"l2miss":true}`},
		{"bond", "mode 802.3ad lacp_rate fast arp_ip_target 10.0.0.1,10.0.0.2 coupled_control off",
			"mode 802.3ad arp_ip_target 10.0.0.1,10.0.0.2 lacp_rate fast coupled_control off ",
			`{"mode":"802.3ad","arp_ip_target":["10.0.0.1","10.0.0.2"],"ad_lacp_rate":"fast","coupled_control":false}`},
		{"macvtap", "mode passthru nopromisc bcqueuelen 5 bclim -1", "mode passthru nopromisc bcqueuelen 5 bclim -1 ",
			`{"mode":"passthru","nopromisc":true,"bcqueuelen":5,"bclim":-1}`},
		{"gre", "remote 224.0.0.1 local 10.0.0.1 ttl 5 seq", "remote 224.0.0.1 local 10.0.0.1 ttl 5 ikey 224.0.0.1 okey 224.0.0.1 iseq oseq ",
			`{"remote":"224.0.0.1","local":"10.0.0.1","ttl":5,"pmtudisc":true,"ikey":"224.0.0.1","okey":"224.0.0.1","iseq":true,"oseq":true}`},
		{"ip6tnl", "mode any remote fe80::1 encaplimit none tclass 1f fl 12345 dscp inherit",
			"any remote fe80::1 local any hoplimit 64 encaplimit none tclass 0x1f flowlabel 0x12345 dscp inherit ",
			`{"proto":"any","remote":"fe80::1","local":"any","ttl":64,"ip6_tnl_f_ign_encap_limit":true,"tclass":"0x1f","flowlabel":"0x12345","ip6_tnl_f_rcv_dscp_copy":true}`},
		{"sit", "6rd-prefix 2001:db8::/32 6rd-relay_prefix 10.0.0.0/8 isatap",
			"any remote any local any ttl inherit pmtudisc isatap 6rd-prefix 2001:db8::/32 6rd-relay_prefix 10.0.0.0/8 ",
			`{"proto":"any","remote":"any","local":"any","ttl":0,"pmtudisc":true,"isatap":true,"prefix":"2001:db8::","prefixlen":32,"relay_prefix":"10.0.0.0","relay_prefixlen":8}`},
		{"macsec", "address 02:00:00:00:00:01 port 5 cipher gcm-aes-256 icvlen 12 replay on window 7",
			"sci 0200000000010005 cipher GCM-AES-256 icvlen 12 replay on window 7 ",
			`{"sci":"0200000000010005","cipher_suite":"GCM-AES-256","icv_len":12,"replay_protect":true,"window":7}`},
		{"netkit", "mode l2 blackhole scrub none peer forward scrub default",
			"mode l2 policy blackhole peer policy forward scrub none peer scrub default ",
			`{"mode":"l2","policy":"blackhole","peer_policy":"forward","scrub":"none","peer_scrub":"default"}`},
		{"can", "bitrate 500000 sample-point 0.875 loopback on fd on",
			"<LOOPBACK,FD> \n\t  bitrate 500000 sample-point 0.875\n\t  tq 0 prop-seg 0 phase-seg1 0 phase-seg2 0 sjw 0 brp 0",
			`{"ctrlmode":["LOOPBACK","FD"],"bittiming":{"bitrate":500000,"sample_point":"0.875","tq":0,"prop_seg":0,"phase_seg1":0,"phase_seg2":0,"sjw":0,"brp":0}}`},
		{"ipvlan", "mode l2 vepa", " mode l2 vepa ", `{"mode":"l2","vepa":true}`},
		{"geneve", "id 5 remote fe80::1 tos inherit udpcsum", "id 5 remote fe80::1 ttl auto tos inherit udpcsum ",
			`{"id":5,"remote6":"fe80::1","ttl":0,"tos":"0x1","udp_csum":true}`},
		{"xfrm", "if_id 10", "if_id 0xa ", `{"if_id":"0xa"}`},
		{"rmnet", "mux_id 3 ingress-commands on ingress-deaggregation on", "mux_id 3 <INGRESS_DEAGGREGATION,INGRESS_MAP_COMMANDS> ",
			`{"mux_id":3,"flags":["INGRESS_DEAGGREGATION","INGRESS_MAP_COMMANDS"]}`},
	} {
		k := Find(c.kind)
		data, err := encode(c.kind, k, c.words)
		if err != nil {
			t.Errorf("%s %s: %v", c.kind, c.words, err)
			continue
		}
		if got := decode(k, data, false); got != c.text {
			t.Errorf("%s %s:\ngot  %q\nwant %q", c.kind, c.words, got, c.text)
		}
		if got := decode(k, data, true); got != c.json {
			t.Errorf("%s %s:\ngot  %s\nwant %s", c.kind, c.words, got, c.json)
		}
	}
}

func TestRefusedWords(t *testing.T) {
	for _, c := range []struct {
		kind, words, want string
		status            int
	}{
		{"vlan", "id x", "Error: argument \"x\" is wrong: id is invalid\n", cli.StatusUsage},
		{"vlan", "gvrp x", "Error: argument of \"gvrp\" must be \"on\" or \"off\", not \"x\"\n", cli.StatusError},
		{"bond", "mode 9", "Error: argument \"9\" is wrong: invalid mode\n", cli.StatusUsage},
		{"bond", "mode", "Command line is not complete. Try option \"help\"\n", cli.StatusUsage},
		{"vxlan", "id 5 id 6", "Error: either \"id\" is duplicate, or \"6\" is garbage.\n", cli.StatusUsage},
		{"vxlan", "external id 6", "vxlan: both 'external' and vni cannot be specified\n", cli.StatusError},
		{"gre", "key 1.2.3.4.5", "Error: an IP address is expected rather than \"1.2.3.4.5\"\n", cli.StatusError},
		{"ipip", "ttl 5 nopmtudisc", "ttl != 0 and nopmtudisc are incompatible\n", cli.StatusUsage},
		{"macsec", "window 5", "replay window set, but replay protection not enabled. did you mean 'replay on window 5'?\n", cli.StatusError},
		{"bareudp", "dstport 5", "Error: argument \"ethertype\" is required\n", cli.StatusUsage},
	} {
		_, err := encode(c.kind, Find(c.kind), c.words)
		if err == nil || err.Error() != c.want || cli.Status(err) != c.status {
			t.Errorf("%s %s: got %q, status %d", c.kind, c.words, err, cli.Status(err))
		}
	}
	_, err := encode("can", Find("can"), "nosuch")
	if err == nil || !strings.HasPrefix(err.Error(), "can: unknown option \"nosuch\"\nUsage:") {
		t.Errorf("got %q", err)
	}
}

// TestMadeUpKind adds a kind: one table, no other edit.
func TestMadeUpKind(t *testing.T) {
	made := kind.Kind{
		Unknown: kind.UnknownOption,
		Table: field.Table{Voice: &kind.Voice, Rows: []*field.Row{
			{Words: "depth", Value: "DEPTH := 0..100", Attr: 1, Type: &field.U16, Arg: 100},
			{Words: "colour|color", Key: "col", Attr: 2, Type: &kind.Enum8, Names: &word.Names{{0, "red"}, {1, "blue"}}},
			{Words: "=loud", Attr: 3, Type: &field.Mark},
		}},
	}
	data, err := encode("made", &made, "dep 7 color blue loud")
	if err != nil {
		t.Fatal(err)
	}
	if got := decode(&made, data, false); got != "depth 7 colour blue loud " {
		t.Errorf("got %q", got)
	}
	if got := decode(&made, data, true); got != `{"depth":7,"col":"blue","loud":true}` {
		t.Errorf("got %s", got)
	}
	if _, err := encode("made", &made, "depth 101"); err == nil {
		t.Error("a value over the limit was taken")
	}
	want := "Usage: ... made\n\t[ depth DEPTH ]\n\t[ { colour | color } { red | blue } ]\n\t[ loud ]\nDEPTH := 0..100\n"
	if got := made.HelpText("made"); got != want {
		t.Errorf("got %q", got)
	}
}

// FuzzPrint gives each kind whatever bytes the kernel might send.
func FuzzPrint(f *testing.F) {
	for _, words := range []string{"mode 802.3ad", "mode 1 miimon 5"} {
		data, err := encode("bond", &bond, words)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte{5, 0, 1, 0, 1, 0, 0, 0, 4, 0, 2, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		for i := range kinds {
			k := kinds[i].kind
			if usesLinks(k) {
				continue
			}
			decode(k, data, false)
			if s := decode(k, data, true); k.Prints() && !strings.HasPrefix(s, "{") {
				t.Errorf("%s: got %s", kinds[i].name, s)
			}
			if k.Xstats != nil {
				k.Xstats(newEnv().Pen, data)
			}
		}
	})
}

// usesLinks reports whether the kind asks the kernel for names of links.
func usesLinks(k *kind.Kind) bool {
	for r := range k.All {
		switch r.Type {
		case &kind.Device, &kind.TunnelDevice, &kind.DeviceAlways, &ringPort, &tunnelkind.AMTDevice, &interlink:
			return true
		}
	}
	return false
}

// FuzzWords gives each kind whatever words a user might type.
func FuzzWords(f *testing.F) {
	f.Add("mode bridge macaddr set 02:00:00:00:00:01 x")
	f.Add("id 5 ingress-qos-map 1:2 : 1: :1")
	f.Add("key 5 remote any encap fou encap-sport auto")
	f.Fuzz(func(t *testing.T, words string) {
		for i := range kinds {
			if k := kinds[i].kind; k.TakesWords() && !strings.Contains(words, "netns") {
				encode(kinds[i].name, k, words)
			}
		}
	})
}
