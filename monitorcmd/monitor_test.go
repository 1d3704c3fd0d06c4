package monitorcmd

import (
	"bytes"
	"io"
	"math/bits"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gip/addrcmd"
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/listen"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/linkcmd"
	"gip/netnscmd"
	"gip/routecmd"
	"gip/rulecmd"

	"golang.org/x/sys/unix"
)

// objects are those of ip that these tests need.
var objects = []*command.Object{
	&addrcmd.Object, &routecmd.Object, &rulecmd.Object, &linkcmd.Object, &Object, &netnscmd.Object,
}

// ip is the applet that has them.
var ip = command.Applet{Names: "ip", Objects: objects}

// newEnv is an environment that prints to out and stderr and knows lo, va and vb.
func newEnv(out, stderr io.Writer, opt cli.Options) *cli.Env {
	e := cli.New(strings.NewReader(""), os.Stdout, os.Stderr, opt)
	e.Pen, e.Stderr = show.New(out, show.Options{JSON: opt.JSON, Oneline: opt.Oneline}), stderr
	for i, name := range []string{"lo", "va", "vb"} {
		e.Links.Remember(link(int32(i+1), name))
	}
	return e
}

func link(index int32, name string) rtnl.Message {
	m := rtnl.New(unix.RTM_NEWLINK, 0)
	rtnl.Put(m, unix.IfInfomsg{Index: index})
	m.Str(unix.IFLA_IFNAME, name)
	return rtnl.Message{Type: unix.RTM_NEWLINK, Body: m.Body(), NSID: -1}
}

func addr(index uint32) rtnl.Message {
	m := rtnl.New(unix.RTM_NEWADDR, 0)
	rtnl.Put(m, unix.IfAddrmsg{Family: unix.AF_INET, Prefixlen: 8, Flags: unix.IFA_F_PERMANENT, Index: index})
	m.Attr(unix.IFA_LOCAL, []byte{10, 0, 0, 1})
	return rtnl.Message{Type: unix.RTM_NEWADDR, Body: m.Body(), NSID: -1}
}

func TestParse(t *testing.T) {
	every := 0
	for _, o := range objects {
		for _, s := range o.Subjects {
			every += len(s.Groups)
		}
	}
	for _, c := range []struct {
		words  string
		family uint8
		groups []int
		want   watch
		dev    uint32
	}{
		{words: "link", groups: []int{unix.RTNLGRP_LINK}},
		{words: "l", want: watch{label: true}}, // not link: label is tried first
		{words: "li", groups: []int{unix.RTNLGRP_LINK}},
		{words: "address", groups: []int{unix.RTNLGRP_IPV4_IFADDR, unix.RTNLGRP_IPV6_IFADDR}},
		{words: "address", family: unix.AF_INET, groups: []int{unix.RTNLGRP_IPV4_IFADDR}},
		{words: "address link", family: unix.AF_INET6, groups: []int{unix.RTNLGRP_IPV6_IFADDR, unix.RTNLGRP_LINK}},
		{words: "acaddress", family: unix.AF_INET},
		{words: "all rule", groups: []int{unix.RTNLGRP_IPV4_RULE, unix.RTNLGRP_IPV6_RULE}, want: watch{label: true}},
		{words: "all-nsid nsid dev va", groups: []int{unix.RTNLGRP_NSID}, want: watch{allNS: true}, dev: 2},
		{words: "file x label", want: watch{label: true, file: new("x")}},
	} {
		w, e := newWatch(objects), newEnv(io.Discard, io.Discard, cli.Options{})
		if err := w.parse(e, cli.NewArgs(strings.Fields(c.words))); err != nil {
			t.Errorf("%s: %v", c.words, err)
		}
		if w.label != c.want.label || w.allNS != c.want.allNS || e.Watched != c.dev || (w.file == nil) != (c.want.file == nil) {
			t.Errorf("%s: got %+v", c.words, w)
		}
		got, want := w.groups(c.family), uint64(0)
		for _, id := range c.groups {
			want |= 1 << (id - 1)
		}
		if len(w.chosen) == 0 && c.family == 0 {
			if n := bits.OnesCount64(got); n != every {
				t.Errorf("%s: %d groups, not all %d", c.words, n, every)
			}
		} else if got != want {
			t.Errorf("%s: groups %x, want %x", c.words, got, want)
		}
	}
}

func TestParseRefused(t *testing.T) {
	for words, want := range map[string]string{
		"frob": "Argument \"frob\" is unknown, try \"ip monitor help\".\n",
		"stat": "Argument \"stat\" is unknown, try \"ip monitor help\".\n",
		"file": "Command line is not complete. Try option \"help\"\n",
		"dev":  "Command line is not complete. Try option \"help\"\n",
	} {
		w := newWatch(objects)
		err := w.parse(newEnv(io.Discard, io.Discard, cli.Options{}), cli.NewArgs(strings.Fields(words)))
		if err == nil || err.Error() != want || cli.Status(err) != cli.StatusUsage {
			t.Errorf("%s: got %q, status %d", words, err, cli.Status(err))
		}
	}
}

func TestRtmonParse(t *testing.T) {
	for _, c := range []struct {
		words, file string
		family      uint8
		all         bool
		err         string
	}{
		{words: "file x", file: "x", all: true},
		{words: "-4 file x link route", file: "x", family: unix.AF_INET},
		{words: "-f inet6 file x link all", file: "x", family: unix.AF_INET6, all: true},
		{words: "-family link file x", file: "x", family: unix.AF_INET6, all: true},
		{words: "-0 f x", file: "x", family: unix.AF_PACKET, all: true},
		{words: "-f decnet", err: "Protocol ID \"decnet\" is unknown, try \"rtmon help\".\n"},
		{words: "neigh", err: "Argument \"neigh\" is unknown, try \"rtmon help\".\n"},
		{words: "-f", err: "Error: argument \"family type\" is required\n"},
	} {
		r := recorder{all: true}
		err := r.parse(&command.Call{List: command.List{&ip}, Env: newEnv(io.Discard, io.Discard, cli.Options{}), Args: cli.NewArgs(strings.Fields(c.words))})
		switch {
		case c.err != "" && (err == nil || err.Error() != c.err):
			t.Errorf("%s: got %q", c.words, err)
		case c.err == "" && (err != nil || *r.file != c.file || r.family != c.family || r.all != c.all):
			t.Errorf("%s: got %+v, %v", c.words, r, err)
		}
	}
}

// TestReplayNoFile: a file that is not there is said so.
func TestReplayNoFile(t *testing.T) {
	err := listen.Replay(filepath.Join(t.TempDir(), "none"), nil)
	if err == nil || err.Error() != "Cannot fopen: No such file or directory\n" {
		t.Errorf("got %q", err)
	}
}

// prefix is a router's announcement of 2001:db8::/64 on va.
func prefix(family, typ uint8) rtnl.Message {
	m := rtnl.New(unix.RTM_NEWPREFIX, 0)
	rtnl.Put(m, unix.Prefixmsg{Family: family, Ifindex: 2, Type: typ, Len: 64, Flags: ifPrefixOnlink | ifPrefixAutoconf})
	m.Attr(unix.PREFIX_ADDRESS, []byte{0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	m.Attr(unix.PREFIX_CACHEINFO, rtnl.NE.AppendUint32(rtnl.NE.AppendUint32(nil, 600), 900))
	return rtnl.Message{Type: unix.RTM_NEWPREFIX, Body: m.Body(), NSID: 3}
}

// TestPrint shows messages as a monitor with these options does.
func TestPrint(t *testing.T) {
	stamp := listen.TstampOf(time.Unix(1_700_000_000, 5000))
	local := time.Unix(1_700_000_000, 0).Format(time.ANSIC)
	for _, c := range []struct {
		w           watch
		dev         uint32
		m           rtnl.Message
		out, stderr string
	}{
		{watch{}, 0, prefix(unix.AF_INET6, optPrefixInformation), "prefix 2001:db8::/64dev va onlink autoconf valid 900 preferred 600 \n", ""},
		{watch{label: true}, 0, prefix(unix.AF_INET6, optPrefixInformation), "[PREFIX]prefix 2001:db8::/64dev va onlink autoconf valid 900 preferred 600 \n", ""},
		{watch{label: true, allNS: true}, 0, prefix(unix.AF_INET6, optPrefixInformation),
			"[nsid 3][PREFIX]prefix 2001:db8::/64dev va onlink autoconf valid 900 preferred 600 \n", ""},
		{watch{}, 0, prefix(unix.AF_INET, optPrefixInformation), "", "incorrect protocol family: 2\n"},
		{watch{}, 0, prefix(unix.AF_INET6, 5), "", "wrong ND type 5\n"},
		{watch{}, 0, rtnl.Message{Type: unix.RTM_NEWPREFIX, Body: []byte{10, 0}}, "", ""},
		{watch{}, 0, stamp, "Timestamp: " + local + " 5 us\n", ""},
		{watch{}, 0, rtnl.Message{Type: listen.Tstamp, Body: stamp.Body[:7]}, "", ""},
		{watch{}, 0, rtnl.Message{Type: 999, Flags: 2, Body: make([]byte, 4)}, "",
			"Unknown message: type=0x000003e7(999) flags=0x00000002(2) len=0x00000014(20)\n"},
		{watch{}, 0, rtnl.Message{Type: unix.NLMSG_DONE, Body: make([]byte, 4)}, "", ""},
		{watch{}, 3, addr(2), "", ""},
		{watch{label: true}, 2, addr(2), "[ADDR]2: va    inet 10.0.0.1/8 scope global \n", ""},
		{watch{label: true}, 2, link(2, "va"), "[LINK]2: va: <> ", ""},
	} {
		var out, stderr bytes.Buffer
		e := newEnv(&out, &stderr, cli.Options{})
		w := newWatch(objects)
		w.label, w.allNS, e.Watched = c.w.label, c.w.allNS, c.dev
		e.Heading = func(label string) { w.heading(e, label) }
		if err := w.print(e, c.m); err != nil {
			t.Error(err)
		}
		e.Pen.Flush()
		got := out.String()
		if c.m.Type == unix.RTM_NEWLINK { // the rest is of linkcmd
			got = got[:min(len(got), len(c.out))]
		}
		if got != c.out || stderr.String() != c.stderr {
			t.Errorf("got  %q, %q\nwant %q, %q", got, &stderr, c.out, c.stderr)
		}
	}
}
