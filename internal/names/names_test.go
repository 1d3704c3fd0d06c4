package names

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

func write(t *testing.T, root, file, text string) {
	t.Helper()
	p := filepath.Join(root, file)
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestBuiltIn(t *testing.T) {
	ts := NewTables(os.Stderr)
	ts.Root = t.TempDir()
	for _, c := range []struct {
		table *Table
		id    uint32
		want  string
	}{
		{ts.Protocols, 2, "kernel"}, {ts.Protocols, 77, "77"}, {ts.AddrProtocols, 9, "0x9"}, {ts.Scopes, 253, "link"},
		{ts.RouteTables, 254, "main"}, {ts.RouteTables, 1000, "1000"}, {ts.DSField, 0x10, "0x10"}, {ts.DSField, 4, "0x04"},
		{ts.Groups, 0, "default"}, {ts.Realms, 3, "3"},
	} {
		if got := c.table.Name(c.id); got != c.want {
			t.Errorf("%s %d: got %s, want %s", c.table.file, c.id, got, c.want)
		}
		if got := string(c.table.Bytes(c.id)); got != c.want {
			t.Errorf("%s %d: bytes %s, want %s", c.table.file, c.id, got, c.want)
		}
	}
	ts.Numeric = true
	if got := ts.Protocols.Name(2); got != "2" {
		t.Errorf("numeric: got %s", got)
	}
}

func TestFiles(t *testing.T) {
	root := t.TempDir()
	write(t, root, usrDir+"/rt_protos", "2 usr\n")
	write(t, root, etcDir+"/rt_protos", "# comment\n\n 77 mine # my own\n0x4e hex\n4 fixed\n")
	write(t, root, usrDir+"/rt_protos.d/a.conf", "80 shadowed\n")
	write(t, root, etcDir+"/rt_protos.d/a.conf", "81 etc-a\n")
	write(t, root, usrDir+"/rt_protos.d/b.conf", "82 usr-b\n")
	write(t, root, etcDir+"/rt_protos.d/b.txt", "83 no\n")
	ts := NewTables(os.Stderr)
	ts.Root = root
	if got := ts.Protocols.Name(4); got != "static" {
		t.Errorf("a built-in name reads no file, but got %s", got)
	}
	for id, want := range map[uint32]string{77: "mine", 78: "hex", 80: "80", 81: "etc-a", 82: "usr-b", 83: "83", 2: "kernel"} {
		if got := ts.Protocols.Name(id); got != want {
			t.Errorf("%d: got %s, want %s", id, got, want)
		}
	}
	if got := ts.Protocols.Name(4); got != "fixed" {
		t.Errorf("after the file was read it wins, but got %s", got)
	}
	for s, want := range map[string]uint32{"mine": 77, "0x10": 16, "010": 8, "kernel": 2} {
		if got, ok := ts.Protocols.Parse(s); !ok || got != want {
			t.Errorf("%s: got %d %v, want %d", s, got, ok, want)
		}
	}
	for _, s := range []string{"256", "nosuch", "", "-1"} {
		if got, ok := ts.Protocols.Parse(s); ok {
			t.Errorf("%q: got %d, want a refusal", s, got)
		}
	}
}

// TestTwice checks which of two lines counts, in an array and in buckets.
func TestTwice(t *testing.T) {
	ts := NewTables(os.Stderr)
	ts.Root = t.TempDir()
	write(t, ts.Root, etcDir+"/rt_protos", "186 notbgp\n5 twice\n4 twice\n")
	write(t, ts.Root, etcDir+"/rt_tables", "254 haupt\n1000 same\n744 same\n9 first\n265 first\n")
	for _, c := range []struct {
		table *Table
		word  string
		want  uint32
		ok    bool
	}{
		{ts.Protocols, "notbgp", 186, true}, {ts.Protocols, "bgp", 0, false}, {ts.Protocols, "twice", 4, true},
		{ts.Protocols, "static", 0, false}, {ts.RouteTables, "main", 254, true}, {ts.RouteTables, "haupt", 254, true},
		{ts.RouteTables, "same", 744, true}, {ts.RouteTables, "first", 265, true},
	} {
		if got, ok := c.table.Parse(c.word); ok != c.ok || got != c.want {
			t.Errorf("%s %q: got %d %v, want %d %v", c.table.file, c.word, got, ok, c.want, c.ok)
		}
	}
	if got := ts.RouteTables.Name(254) + " " + ts.Protocols.Name(5); got != "haupt twice" {
		t.Errorf("got %s", got)
	}
}

// cut is what is left of a number in C's long, if an int takes it.
func cut(n int64) int32 { return int32(max(int64(math.MinInt), min(int64(math.MaxInt), n))) }

// TestScanLine holds lines against what sscanf makes of them.
func TestScanLine(t *testing.T) {
	for line, want := range map[string]struct {
		id   int32
		name string
	}{
		"7 seven\n": {7, "seven"}, "0x20 hex": {32, "hex"}, "0X20 hex": {0, "X20"}, "0x0x20 hex": {32, "hex"},
		"0xzz hex": {0, "xzz"}, "12abc def": {12, "abc"}, "-5 minus": {-5, "minus"}, "+5\tplus # more": {5, "plus"},
		"4294967328 wrap": {cut(4294967328), "wrap"}, "99999999999999999999 wrap": {cut(math.MaxInt), "wrap"},
		"-99999999999999999999 wrap": {cut(math.MinInt), "wrap"},
		"0x100000000000000020 wrap":  {-1, "wrap"}, "\v9 \fform": {9, "form"},
		"32": {}, "--1 x": {}, "x 1": {}, "": {}, "0x": {0, "x"}, "+ 1": {},
	} {
		id, name, ok := scanLine(line)
		if ok != (want.name != "") || id != want.id || name != want.name {
			t.Errorf("%q: got %d %q %v, want %d %q", line, id, name, ok, want.id, want.name)
		}
	}
}

func TestCorrupted(t *testing.T) {
	var note bytes.Buffer
	ts := NewTables(&note)
	ts.Root = t.TempDir()
	write(t, ts.Root, etcDir+"/rt_tables", "7 seven\nbad line\n8 eight\n")
	if got := ts.RouteTables.Name(7) + ts.RouteTables.Name(8); got != "seven8" {
		t.Errorf("got %s", got)
	}
	want := "Database " + ts.Root + etcDir + "/rt_tables is corrupted at bad line\n\n"
	if note.String() != want {
		t.Errorf("got %q, want %q", note.String(), want)
	}
}

func TestLinks(t *testing.T) {
	l := NewLinks(func() (*rtnl.Conn, error) { return rtnl.Dial(unix.NETLINK_ROUTE, rtnl.Options{}) })
	idx := l.Index("lo")
	if idx == 0 {
		t.Skip("no lo here")
	}
	if got := l.Name(idx); got != "lo" {
		t.Errorf("got %s, want lo", got)
	}
	if got := l.Name(1 << 30); got != "if1073741824" {
		t.Errorf("got %s", got)
	}
	if got := l.Index("nosuchlink"); got != 0 {
		t.Errorf("got %d for a link that is not there", got)
	}
}

func TestEtherTypes(t *testing.T) {
	ts := NewTables(os.Stderr)
	for id, want := range map[uint16]string{0x8100: "802.1Q", 0x88a8: "802.1ad", 0x0800: "ip", 0x1234: "[4660]"} {
		if got := string(ts.AppendEtherType(nil, id)); got != want {
			t.Errorf("%#x: got %s, want %s", id, got, want)
		}
	}
	if id, ok := ParseEtherType("802.1AD"); !ok || id != 0x88a8 {
		t.Errorf("got %#x %v", id, ok)
	}
	if _, ok := ParseEtherType("nosuch"); ok {
		t.Error("a name that is none was found")
	}
	ts.Numeric = true
	if got := string(ts.AppendEtherType(nil, 0x8100)); got != "[33024]" {
		t.Errorf("numeric: got %s", got)
	}
}

func TestNumbers(t *testing.T) {
	ts := NewTables(os.Stderr)
	ts.Root = t.TempDir()
	// A long of 32 bits makes its largest number of what is larger: the last table.
	var large uint32
	narrow := strconv.IntSize == 32
	if narrow {
		large = math.MaxUint32
	}
	for _, c := range []struct {
		table *Table
		in    string
		want  uint32
		ok    bool
	}{
		{ts.DSField, "0x10", 0x10, true}, {ts.DSField, "10", 0x10, true}, {ts.RouteTables, "0x10", 16, true},
		{ts.RouteTables, "010", 8, true}, {ts.RouteTables, "1_0", 0, false}, {ts.RouteTables, "0b1", 1, true},
		{ts.RouteTables, "+7", 7, true}, {ts.RouteTables, "4294967296", large, narrow}, {ts.Realms, "0x", 0, false},
	} {
		if got, ok := c.table.Parse(c.in); ok != c.ok || got != c.want {
			t.Errorf("%s %q: got %d %v, want %d %v", c.table.file, c.in, got, ok, c.want, c.ok)
		}
	}
	for in, want := range map[string]uint32{"5": 5, "5/6": 5<<16 | 6, "5/": 5 << 16, "70000": 70000, "/3": 0, "x": 0} {
		got, ok := ts.ParseRealms(in)
		if got != want || ok != (want != 0) {
			t.Errorf("realms %q: got %d %v", in, got, ok)
		}
	}
}

func TestRouteTypes(t *testing.T) {
	ts := NewTables(os.Stderr)
	for in, want := range map[string]string{
		"loc": "", "local": "local", "b": "broadcast", "brd": "broadcast", "bl": "blackhole", "u": "unreachable",
		"uni": "unicast", "thr": "", "throw": "throw", "77": "77", "256": "", "0": "none", "": "",
	} {
		id, ok := ParseRouteType(in)
		if ok != (want != "") || ok && ts.RouteType(id) != want {
			t.Errorf("%q: got %s %v, want %q", in, ts.RouteType(id), ok, want)
		}
	}
}

func TestIPProtos(t *testing.T) {
	ts := NewTables(os.Stderr)
	ts.Root = t.TempDir()
	write(t, ts.Root, ipProtoFile, "# list\nip\t0\tIP\t# pseudo\ntcp 6 TCP\n\nbad line\n")
	if got := ts.IPProto(6) + " " + ts.IPProto(7); got != "tcp ipproto-7" {
		t.Errorf("got %s", got)
	}
	for in, want := range map[string]uint8{"tcp": 6, "TCP": 6, "17": 17, "ip": 0} {
		if got, ok := ts.ParseIPProto(in); !ok || got != want {
			t.Errorf("%s: got %d %v", in, got, ok)
		}
	}
	for _, in := range []string{"udp", "0x6", "256", ""} {
		if got, ok := ts.ParseIPProto(in); ok {
			t.Errorf("%s: got %d, want a refusal", in, got)
		}
	}
}

// linkMessage tells of a link with an altname.
func linkMessage(idx int32, name string) rtnl.Message {
	m := rtnl.New(unix.RTM_NEWLINK, 0)
	rtnl.Put(m, unix.IfInfomsg{Index: idx})
	m.Str(unix.IFLA_IFNAME, name)
	n := m.Nest(unix.IFLA_PROP_LIST)
	m.Str(unix.IFLA_ALT_IFNAME, name+"-alias")
	m.End(n)
	return rtnl.Message{Type: unix.RTM_NEWLINK, Body: m.Body()}
}

// TestForget checks that the other links stay where they are found.
func TestForget(t *testing.T) {
	l := NewLinks(func() (*rtnl.Conn, error) { return nil, &rtnl.Error{Errno: unix.ENODEV} })
	for i, name := range []string{"a", "b", "c"} {
		l.Remember(linkMessage(int32(i+1), name))
	}
	l.Forget(1)
	l.Forget(9)
	for name, want := range map[string]uint32{"a": 0, "b": 2, "c": 3, "a-alias": 0, "c-alias": 3, "if4": 4} {
		if got := l.Index(name); got != want {
			t.Errorf("%s is %d, want %d", name, got, want)
		}
	}
	if got := l.Name(1) + l.Name(2) + l.Name(3); got != "if1bc" {
		t.Errorf("got %s", got)
	}
	l.Forget(3)
	l.Forget(2)
	if _, ok := l.Known(2); ok || len(l.known) != len(l.free) || len(l.byName) != 0 {
		t.Error("not all are forgotten")
	}
}

// TestRename checks what the cache knows of a link that got another name.
func TestRename(t *testing.T) {
	l := NewLinks(func() (*rtnl.Conn, error) { return nil, &rtnl.Error{Errno: unix.ENODEV} })
	for flags, name := range []string{"old", "new"} {
		m := linkMessage(7, name)
		rtnl.NE.PutUint32(m.Body[8:], uint32(flags))
		l.Remember(m)
	}
	if link, ok := l.Known(7); !ok || link.Name != "old" || link.Flags != 1 {
		t.Errorf("got %+v, want the old name and the new flags", link)
	}
	if idx := l.Index("old"); idx != 0 {
		t.Error("the old name is still an index")
	}
	l.Remember(rtnl.Message{Type: unix.RTM_DELLINK, Body: linkMessage(7, "new").Body})
	if _, ok := l.Known(7); ok {
		t.Error("a deleted link is still known")
	}
}

// TestDrop: what a change makes unknown is known again at the next look-up while
// the change is on its way, or if it is refused, and is asked for afterwards.
func TestDrop(t *testing.T) {
	l := NewLinks(func() (*rtnl.Conn, error) { return nil, &rtnl.Error{Errno: unix.ENODEV} })
	want := func(what, name string, idx uint32) {
		t.Helper()
		if got := l.Index(name); got != idx {
			t.Errorf("%s: %s is %d, want %d", what, name, got, idx)
		}
	}
	for i, name := range []string{"a", "b"} {
		l.Remember(linkMessage(int32(i+1), name))
	}
	l.Drop(1, 10)
	if _, ok := l.Known(1); ok {
		t.Error("a dropped link is known by its index")
	}
	want("dropped", "a", 1)
	if _, ok := l.Known(1); !ok {
		t.Error("what was looked up is not known")
	}
	l.Expire()
	want("looked up before the end", "a", 1)
	l.Drop(1, 11)
	l.Doubt = true
	want("in doubt", "a", 0)
	l.Keep(1, 10)
	want("another change was refused", "a", 0)
	l.Keep(1, 11)
	want("refused", "a", 1)
	l.Doubt = false
	l.Drop(1, 12)
	l.Expire()
	want("done", "a", 0)
	want("an alternative name stays", "a-alias", 1)
	want("another link", "b", 2)
}

// TestSameName: of two links that were known by one name, the newer one is found,
// and the older one when that is dropped.
func TestSameName(t *testing.T) {
	l := NewLinks(func() (*rtnl.Conn, error) { return nil, &rtnl.Error{Errno: unix.ENODEV} })
	for i, name := range []string{"a", "b", "a", "c", "a"} {
		l.Remember(linkMessage(int32(i+1), name))
	}
	for _, c := range []struct{ drop, want uint32 }{{0, 5}, {3, 5}, {5, 1}, {1, 0}} {
		l.Drop(c.drop, 1)
		l.Expire()
		if got := l.Index("a"); got != c.want {
			t.Errorf("%d dropped: a is %d, want %d", c.drop, got, c.want)
		}
	}
	for name, want := range map[string]uint32{"b": 2, "c": 4} {
		if got := l.Index(name); got != want {
			t.Errorf("%s is %d, want %d", name, got, want)
		}
	}
}
