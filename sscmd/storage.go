package sscmd

import (
	"strconv"

	"golang.org/x/sys/unix"

	"gip/internal/bpf"
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"
)

// A storage says which maps of BPF are shown in which programs keep something for a
// socket: all, or some, in the order in which they were asked for. With all, those that
// have been seen.
type storage struct {
	all  bool
	maps []*bpf.Map
}

func (g *storage) wanted() bool { return g.all || len(g.maps) > 0 }

func (g *storage) close() {
	for _, m := range g.maps {
		m.Close()
	}
}

// maxMaps is how many maps the real tool knows.
const maxMaps = 32

func mixed(status int) error {
	return cli.Exit(status, "ss: --bpf-maps and --bpf-map-id cannot be used together")
}

// allMaps is --bpf-maps.
func (s *ss) allMaps() error {
	if len(s.storage.maps) > 0 {
		return mixed(cli.StatusUsage)
	}
	s.storage.all = true
	return nil
}

// oneMap is --bpf-map-id.
func (s *ss) oneMap(w string) error {
	if s.storage.all {
		return mixed(cli.StatusError)
	}
	id, rest := cli.Strtoul(w, 0)
	if rest != "" || id == 0 || id >= 1<<32-1 {
		return cli.Exit(cli.StatusError, "ss: invalid BPF map ID %s", w)
	}
	_, err := s.storageMap(uint32(id), w)
	return err
}

// storageMap is the map of an id, which stands in word. One that is too many is the
// last one.
func (s *ss) storageMap(id uint32, word string) (*bpf.Map, error) {
	list := s.storage.maps
	for _, m := range list {
		if m.ID == id {
			return m, nil
		}
	}
	if len(list) == maxMaps {
		s.Warnf("ss: too many (> %d) BPF socket-local storage maps found, skipping map ID %d\n", maxMaps, id)
		return list[maxMaps-1], nil
	}
	m, err := openMap(id, word)
	if err == nil {
		s.storage.maps = append(list, m)
	}
	return m, err
}

// openMap opens a map, and reads the types of what is in it.
func openMap(id uint32, word string) (*bpf.Map, error) {
	m, e := bpf.OpenMap(id)
	if e != 0 {
		why := ""
		if e == unix.EPERM {
			why = ": missing root permissions, CAP_BPF, or CAP_SYS_ADMIN"
		}
		return nil, cli.Exit(cli.StatusError, "ss: cannot get fd for BPF map ID %d%s", id, why)
	}
	var err error
	switch {
	case m.Read() != 0:
		err = cli.Exit(cli.StatusError, "ss: failed to get info for BPF map ID %d", id)
	case m.Type() != unix.BPF_MAP_TYPE_SK_STORAGE:
		err = cli.Exit(cli.StatusError, "ss: BPF map with ID %s has type ID %d, expecting %d ('sk_storage')",
			word, m.Type(), unix.BPF_MAP_TYPE_SK_STORAGE)
	case !m.ReadTypes():
		err = cli.Exit(cli.StatusError, "ss: failed to load BTF for map ID %d", id)
	default:
		return m, nil
	}
	m.Close()
	return nil, err
}

// addStorage asks for what is kept in maps: in all, unless some are named.
func (s *ss) addStorage(m *rtnl.Msg) {
	if !s.storage.wanted() {
		return
	}
	nest := m.Nest(uapi.INET_DIAG_REQ_SK_BPF_STORAGES | unix.NLA_F_NESTED)
	if !s.storage.all {
		for _, one := range s.storage.maps {
			m.U32(unix.SK_DIAG_BPF_STORAGE_REQ_MAP_FD, uint32(one.FD))
		}
	}
	m.End(nest)
}

// printStorage prints what the kernel tells of a socket's maps.
func (s *ss) printStorage(v []byte) {
	if v == nil {
		return
	}
	if s.json {
		s.Pen.OpenArray("bpf_maps")
		defer s.Pen.CloseArray()
	}
	for typ, one := range rtnl.Attrs(v) {
		if typ != unix.SK_DIAG_BPF_STORAGE {
			continue
		}
		var tb [unix.SK_DIAG_BPF_STORAGE_MAP_VALUE + 1][]byte
		rtnl.Index(tb[:], one)
		if id := tb[unix.SK_DIAG_BPF_STORAGE_MAP_ID]; len(id) >= 4 {
			s.printStored(rtnl.U32(id), tb[unix.SK_DIAG_BPF_STORAGE_MAP_VALUE])
		}
	}
}

// printStored prints what is in one map.
func (s *ss) printStored(id uint32, v []byte) {
	m, err := s.storageMap(id, strconv.Itoa(int(id)))
	switch {
	case err != nil:
		s.Warnf("%s\n", err)
		s.out.Text("\n\tmap_id: " + strconv.Itoa(int(int32(id))) + " failed to fetch info, skipping\n")
	case m.ValueSize() != len(v):
		s.Warnf("map_id: %d: invalid value size, expecting %d, got %d\n", int32(id), m.ValueSize(), len(v))
	case s.json:
		s.Pen.OpenObject("")
		s.Pen.JUint("map_id", uint64(m.ID))
		m.JSON(s.Pen, "value", v)
		s.Pen.CloseObject()
	default:
		s.textStored(m, v)
	}
}

func (s *ss) textStored(m *bpf.Map, v []byte) {
	p, indent, end := &s.out, 2, "\n\t]"
	p.Int(s.extra("map_id:"), "", int64(int32(m.ID)))
	if s.oneline {
		indent, end = 0, ""
	} else {
		p.Text(" [\n")
	}
	var e unix.Errno
	p.Table.Field, e = m.AppendValue(p.Table.Field, v, indent, s.oneline)
	if e != 0 {
		p.Text("\t\t"[:indent] + "failed to dump data: -" + strconv.Itoa(int(e)))
	}
	p.Text(end)
}
