// Package names turns numbers of the kernel into names and back: interfaces,
// and the tables of /etc/iproute2 and /usr/share/iproute2 (routing tables,
// protocols, scopes, realms, groups, …).
//
// The files are read only when a name is needed that is not built in, so that
// gip works, and starts fast, where there are none.
package names

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"gip/internal/file"
)

// Folders where the tables stand; the first that has the file wins.
const (
	etcDir = "/etc/iproute2"
	usrDir = "/usr/share/iproute2"
)

// A Table is one file of names. Numbers print by name if the file, or the
// built-in list, has one.
type Table struct {
	tables *Tables
	file   string
	size   uint32 // numbers from size on have no name; 0 for no limit
	eager  bool   // read the file before the first look-up of a number
	base   int    // of a number on the command line
	format func(b []byte, id uint32) []byte
	built  []entry

	loaded bool
	name   map[uint32]string
	id     map[string]uint32
	recent [8]entry // names that were looked up, by the low bits of their number
	buf    []byte
}

// Name returns the name of id, or the number as the real tool prints it.
func (t *Table) Name(id uint32) string {
	if !t.tables.Numeric && (t.size == 0 || id < t.size) {
		if s, ok := t.Lookup(id); ok {
			return s
		}
	}
	return string(t.format(nil, id))
}

// Bytes returns what Name returns in a buffer of the table's, which holds it
// until the next call: it allocates nothing.
func (t *Table) Bytes(id uint32) []byte {
	t.buf = t.Append(t.buf[:0], id)
	return t.buf
}

// Append appends what Name returns.
func (t *Table) Append(b []byte, id uint32) []byte {
	if !t.tables.Numeric && (t.size == 0 || id < t.size) {
		if s, ok := t.Lookup(id); ok {
			return append(b, s...)
		}
	}
	return t.format(b, id)
}

// Lookup returns the name of id, if it has one.
func (t *Table) Lookup(id uint32) (string, bool) {
	r := &t.recent[id%uint32(len(t.recent))]
	if r.id == id && r.name != "" {
		return r.name, true
	}
	t.fill()
	if t.eager {
		t.load()
	}
	s, ok := t.name[id]
	if !ok && !t.loaded {
		t.load()
		s, ok = t.name[id]
	}
	if ok {
		*r = entry{id, s}
	}
	return s, ok
}

// Parse returns the number that s names, as a name or as a number.
func (t *Table) Parse(s string) (uint32, bool) {
	t.load()
	if id, ok := t.id[s]; ok {
		return id, true
	}
	id, ok := parseNumber(s, t.base)
	if !ok || t.size != 0 && id >= t.size {
		return 0, false
	}
	return id, true
}

// fill takes the built-in names.
func (t *Table) fill() {
	if t.name != nil {
		return
	}
	t.name = make(map[uint32]string, len(t.built))
	t.id = make(map[string]uint32, len(t.built))
	for _, e := range t.built {
		t.add(e.id, e.name)
	}
}

func (t *Table) add(id uint32, name string) {
	t.recent[id%uint32(len(t.recent))] = entry{}
	t.name[id] = name
	t.id[name] = id
}

// load reads the files of the table.
func (t *Table) load() {
	if !t.loaded {
		t.loaded = true
		t.fill()
		t.tables.tableFiles(t.file, t.read)
	}
}

// read reports whether the file exists. A line that cannot be read ends the
// file with a note, as in iproute2; what came before it counts.
func (t *Table) read(path string) bool {
	text, err := file.Read(path)
	if err != nil {
		return err != unix.ENOENT
	}
	for line := range strings.Lines(text) {
		line = strings.TrimLeft(strings.TrimRight(line, "\r\n"), " \t")
		if line == "" || line[0] == '#' {
			continue
		}
		id, name, ok := parseLine(line)
		if !ok {
			fmt.Fprintf(t.tables.Note, "Database %s is corrupted at %s\n\n", path, line)
			return true
		}
		if id >= 0 && (t.size == 0 || uint64(id) < uint64(t.size)) {
			t.add(uint32(id), name)
		}
	}
	return true
}

// parseLine reads "NUMBER NAME" with an optional comment behind it.
func parseLine(line string) (id int64, name string, ok bool) {
	f := strings.Fields(line)
	if len(f) < 2 || len(f) > 2 && f[2][0] != '#' && len(f[1]) == 0 {
		return 0, "", false
	}
	base := 10
	num := f[0]
	if hex, ok := strings.CutPrefix(num, "0x"); ok {
		base, num = 16, hex
	}
	id, err := strconv.ParseInt(num, base, 64)
	return id, f[1], err == nil
}

// Tables is the set of name tables.
type Tables struct {
	Numeric bool      // -N: numbers stay numbers
	Note    io.Writer // where complaints about a file go
	Root    string    // put before the folders; "" outside tests

	Protocols, AddrProtocols, Scopes, Realms, DSField, RouteTables, Groups *Table
	ProtodownReasons                                                       *Table

	// These are nil before their file was read.
	ipProtos []ipProto
	services []service
}

func (ts *Tables) root(dir string) string { return ts.Root + dir }

// NewTables returns the tables with their built-in names; nothing is read yet.
func NewTables(note io.Writer) *Tables {
	ts := &Tables{Note: note}
	ts.Protocols = ts.table("rt_protos", Table{size: 256, format: decimal}, protocols)
	ts.AddrProtocols = ts.table("rt_addrprotos", Table{size: 256, format: hex0x}, addrProtocols)
	ts.Scopes = ts.table("rt_scopes", Table{size: 256, format: decimal}, scopes)
	ts.Realms = ts.table("rt_realms", Table{size: 256, format: decimal}, []entry{{0, "unknown"}})
	ts.DSField = ts.table("rt_dsfield", Table{size: 256, base: 16, format: dsfield}, []entry{{0, "0"}})
	ts.RouteTables = ts.table("rt_tables", Table{eager: true, format: decimal}, routeTables)
	ts.Groups = ts.table("group", Table{eager: true, format: decimal}, []entry{{0, "default"}})
	ts.ProtodownReasons = ts.table("protodown_reasons", Table{size: 32, eager: true, format: decimal}, nil)
	return ts
}

func (ts *Tables) table(file string, t Table, built []entry) *Table {
	t.tables, t.file, t.built = ts, file, built
	return &t
}

func decimal(b []byte, id uint32) []byte { return strconv.AppendUint(b, uint64(id), 10) }

func hex0x(b []byte, id uint32) []byte {
	return strconv.AppendUint(append(b, "0x"...), uint64(id), 16)
}

func dsfield(b []byte, id uint32) []byte {
	b = append(b, "0x"...)
	if id < 16 {
		b = append(b, '0')
	}
	return strconv.AppendUint(b, uint64(id), 16)
}

type entry struct {
	id   uint32
	name string
}

var protocols = []entry{
	{0, "unspec"}, {1, "redirect"}, {2, "kernel"}, {3, "boot"}, {4, "static"}, {8, "gated"}, {9, "ra"}, {10, "mrt"},
	{11, "zebra"}, {12, "bird"}, {13, "dnrouted"}, {14, "xorp"}, {15, "ntk"}, {16, "dhcp"}, {18, "keepalived"},
	{42, "babel"}, {186, "bgp"}, {187, "isis"}, {188, "ospf"}, {189, "rip"}, {192, "eigrp"},
}

var addrProtocols = []entry{{0, "unspec"}, {1, "kernel_lo"}, {2, "kernel_ra"}, {3, "kernel_ll"}}

var scopes = []entry{{0, "global"}, {255, "nowhere"}, {254, "host"}, {253, "link"}, {200, "site"}}

var routeTables = []entry{{253, "default"}, {254, "main"}, {255, "local"}}
