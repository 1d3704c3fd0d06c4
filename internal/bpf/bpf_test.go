package bpf

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// objects are compiled programs: see build there.
const objects = "../../compat_test/testdata/bpf/"

// needsLittle skips a test of the objects where they cannot be read.
func needsLittle(t testing.TB) {
	t.Helper()
	if !rtnl.LittleEndian() {
		t.Skip("the compiled objects are for little-endian machines")
	}
}

func readTest(t testing.TB, name string) (*elfObject, string) {
	t.Helper()
	needsLittle(t)
	data, text, e := readObject(objects + name)
	if e != 0 {
		t.Fatalf("%s: %s%v", name, text, e)
	}
	var log bytes.Buffer
	o := &elfObject{path: objects + name, log: &log, root: "/r"}
	o.read(data)
	return o, log.String()
}

// TestSizes compares with linux/bpf.h and elf.h.
func TestSizes(t *testing.T) {
	if headerSize != 64 || sectionSize != 64 || symbolSize != 24 || relSize != 16 || insnSize != 8 {
		t.Error(headerSize, sectionSize, symbolSize, relSize, insnSize)
	}
}

func TestComplaints(t *testing.T) {
	for _, c := range []struct{ file, want string }{
		{"plain.o", ""},
		{"maps.o", ""},
		{"odd.o", ""},
		{"legacy.o", "libbpf: elf: legacy map definitions in 'maps' section are not supported by libbpf v1.0+\n"},
		{"untyped.o", "libbpf: BTF is required, but is missing or corrupted.\n"},
		{"static.o", "libbpf: sec 'prog': program 'p_prog' is static and not supported\n"},
		{"kfunc.o", "libbpf: extern 'kfunc': kernel symbols, kfuncs and kconfig are not supported\n"},
	} {
		if _, got := readTest(t, c.file); got != c.want {
			t.Errorf("%s: got %q, want %q", c.file, got, c.want)
		}
	}
}

func TestMaps(t *testing.T) {
	o, _ := readTest(t, "maps.o")
	type row struct {
		name                       string
		typ, key, value, max, flag uint32
		data                       string
	}
	want := []row{
		{"flows", 1, 4, 8, 16, 0, ""},
		{"sizes", 2, 4, 12, 4, unix.BPF_F_MMAPABLE, ""},
		{"maps.rodata", 2, 4, 4, 1, unix.BPF_F_MMAPABLE | unix.BPF_F_RDONLY_PROG, "\x02\x00\x00\x00"},
		{"maps.data", 2, 4, 4, 1, unix.BPF_F_MMAPABLE, "\x07\x00\x00\x00"},
		{"maps.bss", 2, 4, 4, 1, unix.BPF_F_MMAPABLE, ""},
	}
	if len(o.maps) != len(want) {
		t.Fatalf("got %d maps", len(o.maps))
	}
	for i, m := range o.maps {
		a := &m.attr
		if got := (row{m.name, a.typ, a.key, a.value, a.max, a.flags, string(m.data)}); got != want[i] {
			t.Errorf("got %+v, want %+v", got, want[i])
		}
	}
	o, _ = readTest(t, "pinned.o")
	if m := o.maps[0]; m.pinning != 1 || o.pinPath(m) != "/r/kept" {
		t.Errorf("got %+v", m)
	}
}

func TestChoose(t *testing.T) {
	for _, c := range []struct{ file, section, program, want string }{
		{"plain.o", "prog", "", "p_pass"},
		{"plain.o", "xdp", "", "first_of_two"},
		{"plain.o", "nope", "a_name_longer_than_fifteen", "a_name_longer_than_fifteen"},
		{"plain.o", "nope", "", ""},
		{"plain.o", "prog", "nope", ""},
		{"maps.o", ".text", "", ""},
		{"maps.o", "prog", "twice", ""},
	} {
		o, _ := readTest(t, c.file)
		got := ""
		if p := o.choose(&Source{section: c.section, program: c.program}); p != nil {
			got = p.name
		}
		if got != c.want {
			t.Errorf("%s %s %s: got %q, want %q", c.file, c.section, c.program, got, c.want)
		}
	}
}

// TestLink looks at where calls and maps of a program with two subprograms lead.
func TestLink(t *testing.T) {
	o, _ := readTest(t, "maps.o")
	l := &linked{o: o}
	if e := l.add(o.choose(&Source{section: "prog"})); e != 0 {
		t.Fatal(e)
	}
	for i, m := range o.maps {
		m.fd = 100 + i
	}
	l.point()
	at := map[string]int{}
	for _, p := range o.progs {
		at[p.name] = p.at
	}
	if at["p_counting"] != 0 || at["thrice"] != 41 || at["twice"] != 45 || at["p_in"] != -1 || len(l.insns) != 51 {
		t.Errorf("got %v and %d instructions", at, len(l.insns))
	}
	calls, fds := []int{}, ""
	for i, c := range l.insns {
		switch {
		case c.code == opCall && c.regs == rtnl.Nibbles(0, srcCall):
			calls = append(calls, i+1+int(c.imm))
		case c.code == opLoad64:
			fds += string(rune('a' + c.imm - 100))
			if internal := c.regs&rtnl.Nibbles(0, 15) == rtnl.Nibbles(0, srcMapValue); internal != (c.imm > 101) {
				t.Errorf("instruction %d: registers %x", i, c.regs)
			}
		}
	}
	if len(calls) != 2 || calls[0] != 41 || calls[1] != 45 || fds != "aabedce" {
		t.Errorf("calls to %v, maps %q", calls, fds)
	}
	if f, n := l.info[extFuncs].records, l.info[extFuncs].size; n != 2 || len(f) != 6 || f[0] != 0 || f[2] != 41 || f[4] != 45 {
		t.Errorf("functions %v", f)
	}
}

func TestLinkCORE(t *testing.T) {
	for _, c := range []struct {
		file, section string
		want          unix.Errno
	}{{"core.o", "core", unix.EOPNOTSUPP}, {"core.o", "prog", 0}, {"vmlinux.o", "prog", 0}} {
		o, _ := readTest(t, c.file)
		if len(o.ext[extCore].secs) == 0 {
			t.Errorf("%s: no relocations", c.file)
		}
		if e := (&linked{o: o}).add(o.choose(&Source{section: c.section})); e != c.want {
			t.Errorf("%s %s: got %v", c.file, c.section, e)
		}
	}
}

func TestMapName(t *testing.T) {
	for _, c := range []struct{ path, sec, want string }{
		{"/x/maps.o", ".bss", "maps.bss"},
		{"my_object_name.bpf.o", ".rodata", "my_objec.rodata"},
		{"my_object_name.bpf.o", ".bss", "my_objec.bss"},
		{"maps.o", ".rodata.str1.1", ".rodata.str1.1"},
		{"maps.o", ".rodata.abracadabra", ".rodata.abracad"},
		{"a-b.o", ".data", "a_b.data"},
	} {
		if got := (&elfObject{path: c.path}).mapName(c.sec); got != c.want {
			t.Errorf("%s %s: got %q, want %q", c.path, c.sec, got, c.want)
		}
	}
}

func TestRing(t *testing.T) {
	page := uint32(unix.Getpagesize())
	for max, want := range map[uint32]uint32{0: 0, 1: page, page: page, page + 1: 2 * page, 3 * page: 4 * page, 1 << 31: 1 << 31, 1<<31 + 1: 1<<31 + 1} {
		m := bpfMap{attr: mapAttr{typ: unix.BPF_MAP_TYPE_RINGBUF, max: max}}
		if m.fitMax(); m.attr.max != want {
			t.Errorf("%d: got %d, want %d", max, m.attr.max, want)
		}
	}
}

func TestHeader(t *testing.T) {
	needsLittle(t)
	whole, err := os.ReadFile(objects + "plain.o")
	if err != nil {
		t.Fatal(err)
	}
	with := func(at int, c byte) []byte {
		b := bytes.Clone(whole)
		b[at] = c
		return b
	}
	for _, c := range []struct {
		what string
		b    []byte
		want unix.Errno
		text string
	}{
		{"whole", whole, 0, ""},
		{"text", []byte("hello\n"), unix.EINVAL, ""},
		{"short", whole[:63], unix.EIO, ""},
		{"32 bits", with(4, 1), unix.EIO, ""},
		{"big endian", with(5, 2), unix.EIO, "big endian"},
		{"executable", with(16, 2), unix.EINVAL, "not for eBPF"},
		{"amd64", with(18, 62), unix.EINVAL, "not for eBPF"},
	} {
		if text, e := checkHeader(c.b); e != c.want || !strings.Contains(text, c.text) {
			t.Errorf("%s: got %q %v", c.what, text, e)
		}
	}
}

func TestAttach(t *testing.T) {
	const xdp, in = unix.BPF_PROG_TYPE_XDP, unix.BPF_PROG_TYPE_LWT_IN
	for _, c := range []struct {
		section            string
		typ, attach, flags uint32
	}{
		{"prog", xdp, 0, 0},
		{"xdp", xdp, unix.BPF_XDP, 0},
		{"xdp", in, unix.BPF_XDP, 0},
		{"xdp/devmap", xdp, unix.BPF_XDP_DEVMAP, 0},
		{"xdp.frags", xdp, unix.BPF_XDP, unix.BPF_F_XDP_HAS_FRAGS},
		{"xdp.frags", in, unix.BPF_XDP, 0},
		{"xdp.frags/cpumap", xdp, unix.BPF_XDP_CPUMAP, unix.BPF_F_XDP_HAS_FRAGS},
		{"xdp.frags/x", xdp, 0, 0},
		{"xdp_pass", xdp, 0, 0},
	} {
		if a, f := attachOf(c.section, c.typ); a != c.attach || f != c.flags {
			t.Errorf("%s: got %d, %d", c.section, a, f)
		}
	}
}

func TestErrName(t *testing.T) {
	for e, want := range map[unix.Errno]string{unix.EACCES: "-EACCES", 524: "-ENOTSUPP", errReloc: "-4005"} {
		if got := errName(e); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// FuzzObject reads, and links, whatever looks like an object.
func FuzzObject(f *testing.F) {
	files, _ := filepath.Glob(objects + "*.o")
	if len(files) == 0 {
		f.Fatal("no objects")
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, e := checkHeader(b); e != 0 {
			return
		}
		fetchable(b)
		before := bytes.Clone(b)
		o := &elfObject{path: "x.o", log: &bytes.Buffer{}}
		if o.read(b) == 0 {
			for _, p := range o.progs {
				for _, q := range o.progs {
					q.at = -1
				}
				l := &linked{o: o}
				if p.sec != o.text && l.add(p) == 0 {
					l.point()
				}
			}
		}
		if !bytes.Equal(b, before) {
			t.Error("the file was changed")
		}
	})
}

// TestRegs holds that both registers are where C's bit-fields are, on any machine.
func TestRegs(t *testing.T) {
	c := insn{regs: rtnl.Nibbles(6, 1)}
	c.setSrc(srcFunc)
	want := byte(6 | 4<<4)
	if !rtnl.LittleEndian() {
		want = 6<<4 | 4
	}
	if c.regs != want {
		t.Errorf("%#x, want %#x", c.regs, want)
	}
}
