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
	"math"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"gip/internal/file"
	"gip/internal/word"
)

// Folders where the tables stand; the first that has the file wins.
const (
	etcDir = "/etc/iproute2"
	usrDir = "/usr/share/iproute2"
)

// A Table is one file of names. Numbers print by name if the file, or the
// built-in list, has one.
//
// The real tool keeps most tables as an array: a number has one name, and the
// file's takes the place of the built-in one. Two it keeps in buckets by the low
// byte of the number: there the old name still stands behind the new one, and is
// understood on the command line. Of several numbers with the same name, an
// array gives the least, the buckets the newest of the first bucket that has it.
type Table struct {
	tables  *Tables
	file    string // below the folders; "" if there are only files in folder
	folder  string // of more files, *.conf, or ""
	size    uint32 // of the array: numbers from size on have no name; 0 for buckets
	eager   bool   // read the files before the first look-up of a number
	base    int    // of a number on the command line
	signed  bool   // see number
	format  func(b []byte, id uint32) []byte
	entries []entry // all that was read, in order, after the built-in ones

	loaded bool
	name   map[uint32]string
	id     map[string]uint32
	recent [8]entry // names that were looked up, by the low bits of their number
	buf    []byte
}

// Name returns the name of id, or the number as the real tool prints it.
func (t *Table) Name(id uint32) string {
	if s, ok := t.shown(id); ok {
		return s
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
	if s, ok := t.shown(id); ok {
		return append(b, s...)
	}
	return t.format(b, id)
}

// shown is Lookup where numbers are not asked for.
func (t *Table) shown(id uint32) (string, bool) {
	if !t.tables.Numeric {
		return t.Lookup(id)
	}
	if t.size == 0 { // the real tool complains of a bad file all the same
		t.load()
	}
	return "", false
}

// Lookup returns the name of id, if it has one.
func (t *Table) Lookup(id uint32) (string, bool) {
	if t.size != 0 && id >= t.size {
		return "", false
	}
	r := &t.recent[id%uint32(len(t.recent))]
	if r.id == id && r.name != "" {
		return r.name, true
	}
	if t.eager {
		t.load()
	}
	s, ok := t.names()[id]
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
	if word.OfferFrom(s, t.words) {
		return 0, false
	}
	if id, ok := t.id[s]; ok {
		return id, true
	}
	id, ok := t.number(s)
	if !ok || t.size != 0 && id >= t.size {
		return 0, false
	}
	return id, true
}

// words are all names of the table, in the order of its lines.
func (t *Table) words() (list []string) {
	for _, e := range t.entries {
		list = append(list, e.name)
	}
	return list
}

// number reads a number of the table; one that is signed is an int of the real
// tool, which keeps the low 32 bits and refuses what is negative then.
func (t *Table) number(s string) (uint32, bool) {
	if !t.signed {
		// One that no long holds is its largest, which an id of a table may be.
		v, rest, _ := word.Strtoul(s, t.base)
		return uint32(v), s != "" && rest == "" && v <= math.MaxUint32
	}
	v, rest, _ := word.Strtol(s, t.base)
	return uint32(v), s != "" && rest == "" && int32(v) >= 0
}

// names are the names by number; before the files are read, the built-in ones.
func (t *Table) names() map[uint32]string {
	if t.name == nil {
		t.name = make(map[uint32]string, len(t.entries))
		for _, e := range t.entries {
			t.name[e.id] = e.name
		}
	}
	return t.name
}

// load reads the files of the table.
func (t *Table) load() {
	if t.loaded {
		return
	}
	t.loaded = true
	t.tables.tableFiles(t.file, t.folder, t.read)
	t.name, t.recent = nil, [8]entry{}
	t.id = make(map[string]uint32, len(t.entries))
	for _, e := range t.entries {
		if t.size != 0 && t.names()[e.id] != e.name {
			continue // replaced
		}
		if old, ok := t.id[e.name]; !ok || t.place(e.id) <= t.place(old) {
			t.id[e.name] = e.id
		}
	}
}

// place says which of two numbers with the same name is found: the lower one.
func (t *Table) place(id uint32) uint32 {
	if t.size == 0 {
		return id & 0xff
	}
	return id
}

// read reports whether the file exists. A line that cannot be read ends the
// file with a note, as in iproute2; what came before it counts.
func (t *Table) read(path string) bool {
	text, err := file.Read(path)
	if err != nil {
		return err != unix.ENOENT
	}
	for text != "" {
		var line string
		line, text = cutLine(text)
		if line == "" || line[0] == '#' || line[0] == '\n' {
			continue
		}
		id, name, ok := scanLine(line)
		if !ok {
			fmt.Fprintf(t.tables.Note, "Database %s is corrupted at %s\n", path, line)
			return true
		}
		if id >= 0 && (t.size == 0 || uint32(id) < t.size) {
			t.entries = append(t.entries, entry{uint32(id), name})
		}
	}
	return true
}

// maxLine is how much of a line the real tool takes at once; the rest of it
// counts as the next line.
const maxLine = 511

// cutLine takes a line with its end off the text, without the blanks in front
// and what stands behind a zero byte.
func cutLine(text string) (line, rest string) {
	n := strings.IndexByte(text, '\n') + 1
	if n == 0 {
		n = len(text)
	}
	n = min(n, maxLine)
	line, _, _ = strings.Cut(text[:n], "\x00")
	return strings.TrimLeft(line, " \t"), text[n:]
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
	// netlinkProtocols is nil before it is asked for.
	netlinkProtocols *Table
}

// NewTables returns the tables with their built-in names; nothing is read yet.
func NewTables(note io.Writer) *Tables {
	ts := &Tables{Note: note}
	ts.Protocols = ts.table(Table{file: "rt_protos", folder: "rt_protos.d", size: 256, format: decimal}, protocols)
	ts.AddrProtocols = ts.table(Table{file: "rt_addrprotos", folder: "rt_addrprotos.d", size: 256, eager: true, format: hex0x}, addrProtocols)
	ts.Scopes = ts.table(Table{file: "rt_scopes", size: 256, format: decimal}, scopes)
	ts.Realms = ts.table(Table{file: "rt_realms", size: 256, format: decimal}, []entry{{0, "unknown"}})
	ts.DSField = ts.table(Table{file: "rt_dsfield", size: 256, base: 16, format: dsfield}, []entry{{0, "0"}})
	ts.RouteTables = ts.table(Table{file: "rt_tables", folder: "rt_tables.d", eager: true, format: decimal}, routeTables)
	ts.Groups = ts.table(Table{file: "group", eager: true, signed: true, format: decimal}, []entry{{0, "default"}})
	ts.ProtodownReasons = ts.table(Table{folder: "protodown_reasons.d", size: 32, eager: true, format: decimal}, nil)
	return ts
}

// NetlinkProtocols are the names of the protocols of netlink, which ss alone wants.
func (ts *Tables) NetlinkProtocols() *Table {
	if ts.netlinkProtocols == nil {
		ts.netlinkProtocols = ts.table(Table{file: "nl_protos", size: 256, eager: true, format: decimal}, netlinkProtocols)
	}
	return ts.netlinkProtocols
}

// table returns a table of ts with its built-in names.
func (ts *Tables) table(t Table, built []entry) *Table {
	t.tables, t.entries = ts, built
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

var netlinkProtocols = []entry{
	{unix.NETLINK_ROUTE, "rtnl"}, {unix.NETLINK_UNUSED, "unused"}, {unix.NETLINK_USERSOCK, "usersock"}, {unix.NETLINK_FIREWALL, "fw"},
	{unix.NETLINK_SOCK_DIAG, "tcpdiag"}, {unix.NETLINK_NFLOG, "nflog"}, {unix.NETLINK_XFRM, "xfrm"}, {unix.NETLINK_SELINUX, "selinux"},
	{unix.NETLINK_ISCSI, "iscsi"}, {unix.NETLINK_AUDIT, "audit"}, {unix.NETLINK_FIB_LOOKUP, "fiblookup"},
	{unix.NETLINK_CONNECTOR, "connector"}, {unix.NETLINK_NETFILTER, "nft"}, {unix.NETLINK_IP6_FW, "ip6fw"}, {unix.NETLINK_DNRTMSG, "dec-rt"},
	{unix.NETLINK_KOBJECT_UEVENT, "uevent"}, {unix.NETLINK_GENERIC, "genl"}, {unix.NETLINK_SCSITRANSPORT, "scsi-trans"},
	{unix.NETLINK_ECRYPTFS, "ecryptfs"}, {unix.NETLINK_RDMA, "rdma"}, {unix.NETLINK_CRYPTO, "crypto"},
}

var scopes = []entry{{0, "global"}, {255, "nowhere"}, {254, "host"}, {253, "link"}, {200, "site"}}

var routeTables = []entry{{253, "default"}, {254, "main"}, {255, "local"}}
