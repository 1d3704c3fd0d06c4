package vrfcmd

import (
	"bytes"
	"testing"

	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// TestProgram pins the BPF instructions to those of the real tool.
func TestProgram(t *testing.T) {
	if !rtnl.LittleEndian() {
		t.Skip("the bytes below are those of a little-endian machine")
	}
	want := []byte{
		0xbf, 0x16, 0, 0, 0, 0, 0, 0,
		0xb7, 0x03, 0, 0, 0x39, 0x30, 0, 0,
		0xb7, 0x02, 0, 0, 0, 0, 0, 0,
		0x63, 0x31, 0, 0, 0, 0, 0, 0,
		0xb7, 0x00, 0, 0, 1, 0, 0, 0,
		0x95, 0x00, 0, 0, 0, 0, 0, 0,
	}
	if got := program(12345); !bytes.Equal(got, want) {
		t.Errorf("got % x, want % x", got, want)
	}
}

func TestBasePath(t *testing.T) {
	for _, c := range []struct{ path, folder, want string }{
		{"/", "", ""},
		{"/user/a", "", "/user/a"},
		{"/user/a/vrf/red", "", "/user/a"},
		{"/vrf/red", "", ""},
		{"/one-ns/vrf/green", "one-ns", "/"},
		{"/user/one-ns/vrf/green", "one-ns", "/user/"},
		{"/user/one-ns", "two-ns", "/user/one-ns"},
		{"", "one-ns", ""},
	} {
		if got := basePath(c.path, c.folder); got != c.want {
			t.Errorf("basePath(%q, %q) = %q, want %q", c.path, c.folder, got, c.want)
		}
	}
}

// TestParseLink reads a VRF's message whole, and cut off at every byte.
func TestParseLink(t *testing.T) {
	m := rtnl.New(unix.RTM_NEWLINK, 0)
	rtnl.Put(m, unix.IfInfomsg{Index: 7})
	m.Str(unix.IFLA_IFNAME, "red")
	info := m.Nest(unix.IFLA_LINKINFO)
	m.Str(unix.IFLA_INFO_KIND, "vrf")
	data := m.Nest(unix.IFLA_INFO_DATA)
	m.U32(unix.IFLA_VRF_TABLE, 10)
	m.End(data)
	m.End(info)
	if got, want := parseLink(m.Body()), (link{7, "red", "vrf", 10}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for n := range m.Body() {
		parseLink(m.Body()[:n])
	}
}

// FuzzLink holds that no message of the kernel's makes the reader panic.
func FuzzLink(f *testing.F) {
	m := rtnl.New(unix.RTM_NEWLINK, 0)
	rtnl.Put(m, unix.IfInfomsg{Index: 5})
	m.Str(unix.IFLA_IFNAME, "red")
	info := m.Nest(unix.IFLA_LINKINFO)
	m.Str(unix.IFLA_INFO_KIND, kind)
	data := m.Nest(unix.IFLA_INFO_DATA)
	m.U32(unix.IFLA_VRF_TABLE, 10)
	m.End(data)
	m.End(info)
	if got, want := parseLink(m.Body()), (link{index: 5, name: "red", kind: kind, table: 10}); got != want {
		f.Fatalf("got %+v, want %+v", got, want)
	}
	f.Add(m.Body())
	f.Fuzz(func(t *testing.T, body []byte) {
		if l := parseLink(body); l.table != 0 && l.kind != kind {
			t.Errorf("a table without a VRF: %+v", l)
		}
	})
}
