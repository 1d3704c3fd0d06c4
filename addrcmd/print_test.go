package addrcmd

import (
	"os"
	"testing"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/linkcmd/linkshow"

	"golang.org/x/sys/unix"
)

// FuzzPrint feeds the printer with what no kernel sends: it must not panic.
func FuzzPrint(f *testing.F) {
	m := rtnl.New(unix.RTM_NEWADDR, 0)
	rtnl.Put(m, unix.IfAddrmsg{Family: unix.AF_INET, Prefixlen: 24, Index: 1})
	m.Attr(unix.IFA_LOCAL, []byte{10, 0, 0, 1})
	m.Attr(unix.IFA_BROADCAST, []byte{10})
	m.Str(unix.IFA_LABEL, "lo:x")
	m.U32(unix.IFA_FLAGS, 0xffffffff)
	m.Attr(unix.IFA_CACHEINFO, make([]byte, 16))
	f.Add(m.Body(), true)
	f.Add([]byte{2}, false)
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte, json bool) {
		e := cli.New(nil, null, null, cli.Options{JSON: json, Details: 1, Numeric: true, Oneline: true})
		label := "l*"
		e.Pen.Begin()
		p := NewPrinter(e, &linkshow.Filter{Label: &label})
		p.Print(rtnl.Message{Type: unix.RTM_NEWADDR, Body: body})
		p.f = &linkshow.Filter{}
		p.Print(rtnl.Message{Type: unix.RTM_DELADDR, Body: body})
		var s store
		s.add(rtnl.Message{Type: unix.RTM_NEWADDR, Body: body})
		e.Pen.End()
	})
}

// TestStore checks that addresses come back link by link in their order.
func TestStore(t *testing.T) {
	var s store
	for i, idx := range []uint32{2, 1, 2, 3, 1, 2} {
		m := rtnl.New(unix.RTM_NEWADDR, 0)
		rtnl.Put(m, unix.IfAddrmsg{Index: idx, Prefixlen: uint8(i)})
		s.add(rtnl.Message{Type: unix.RTM_NEWADDR, Body: m.Body()})
	}
	for idx, want := range map[uint32]string{1: "\x01\x04", 2: "\x00\x02\x05", 3: "\x03", 4: ""} {
		got := ""
		for a := s.first(idx); a != nil; a = s.after(a) {
			body := a.body
			got += string(body[1:2])
		}
		if got != want {
			t.Errorf("link %d: got %q, want %q", idx, got, want)
		}
	}
}
