package bpf

import (
	"io"
	"strconv"
	"strings"
	"unsafe"

	"gip/internal/file"
	"gip/internal/rtnl"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// types are what Parse reads behind type, for a source that has no type yet.
var types = word.Names{{unix.BPF_PROG_TYPE_SCHED_CLS, "cls"}, {unix.BPF_PROG_TYPE_SCHED_ACT, "act"}, {unix.BPF_PROG_TYPE_XDP, "xdp"},
	{unix.BPF_PROG_TYPE_LWT_IN, "lwt_in"}, {unix.BPF_PROG_TYPE_LWT_OUT, "lwt_out"}, {unix.BPF_PROG_TYPE_LWT_XMIT, "lwt_xmit"},
	{unix.BPF_PROG_TYPE_LWT_SEG6LOCAL, "lwt_seg6local"}}

// Graft puts the program into the map of programs that is pinned under path: at key, or
// where the name of its section says if that is nil.
func (s *Source) Graft(path string, key *uint32, log io.Writer) error {
	prog, err := s.Open(log)
	if err != nil {
		return err
	}
	defer unix.Close(prog)
	if key == nil {
		_, at, ok := tailCall(s.section)
		if !ok {
			return fail("Couldn't infer map key from section name! Please provide 'key' argument!\n", unix.EINVAL)
		}
		key = &at
	}
	fd, e := Get(pinnedPath(path, s.Type))
	if e != 0 {
		return fail("Couldn't retrieve pinned map '"+path+"': "+rtnl.Strerror(e)+"\n", unix.EPERM)
	}
	defer unix.Close(fd)
	if differs, ok := s.compare(fd, log); !ok {
		return fail(differs+"Map '"+path+"' self-check failed!\n", unix.EINVAL)
	}
	if e := update(fd, *key, rtnl.NE.AppendUint32(nil, uint32(prog))); e != 0 {
		return fail("Map update failed: "+rtnl.Strerror(e)+"\n", unix.EPERM)
	}
	return nil
}

// tailCall reads the name of a section that tells for which place in which map of
// programs its own is: "MAP/KEY".
func tailCall(section string) (id, key uint32, ok bool) {
	i, rest, ok := word.Scan(section, 0)
	if !ok || rest == "" || rest[0] != '/' {
		return 0, 0, false
	}
	k, _, ok := word.Scan(rest[1:], 0)
	return uint32(i), uint32(k), ok
}

// noTailCalls complains of such sections: maps have no numbers any more.
func (o *elfObject) noTailCalls() {
	for _, p := range o.progs {
		if id, _, ok := tailCall(o.sectionOf(p)); ok {
			io.WriteString(o.log, "unable to find map id "+strconv.FormatUint(uint64(id), 10)+" for tail call\n")
		}
	}
}

// A property is what a map has to be, and the line of its fdinfo that tells.
type property struct {
	line, title string
	want        uint64
}

// compare looks whether the map is one of programs, and tells how it differs. A map of
// which the kernel says nothing is accepted; its owner is for the kernel to judge.
func (s *Source) compare(fd int, log io.Writer) (differs string, ok bool) {
	properties := [...]property{
		{"map_type", "Type:         ", unix.BPF_MAP_TYPE_PROG_ARRAY},
		{"key_size", "Size key:     ", uint64(unsafe.Sizeof(uint32(0)))},
		{"value_size", "Size value:   ", uint64(unsafe.Sizeof(uint32(0)))},
		{"max_entries", "Max elems:    ", 0},
		{"map_flags", "Flags:        ", 0},
	}
	text, err := file.Read("/proc/self/fdinfo/" + strconv.Itoa(fd))
	if err != nil {
		return "No procfs support?!\n", false
	}
	if owner := infoOf(text, "owner_prog_type"); owner != 0 && owner != uint64(s.Type) {
		io.WriteString(log, "Program array map owner types differ: "+against(uint64(s.Type), owner))
	}
	known := false
	ok = true
	for i, p := range properties {
		has := infoOf(text, p.line)
		if i < 3 { // what every map of programs has
			known, ok = known || has != 0, ok && has == p.want
		}
		if has != p.want {
			differs += " - " + p.title + against(p.want, has)
		}
	}
	return "Map specification differs from pinned file!\n" + differs + "\n", ok || !known
}

// against tells what a program or the command line wants, and what the map is.
func against(want, has uint64) string {
	return strconv.FormatUint(want, 10) + " (obj) != " + strconv.FormatUint(has, 10) + " (pin)\n"
}

// infoOf is the number behind a name in a file of fdinfo, 0 if it is not there.
func infoOf(text, name string) uint64 {
	for line := range strings.Lines(text) {
		if v, found := strings.CutPrefix(line, name+":\t"); found {
			n, _, _ := word.Strtoul(v, 0)
			return n
		}
	}
	return 0
}
