package bpf

import (
	"strings"
	"unsafe"

	"gip/internal/file"

	"golang.org/x/sys/unix"
)

// A bpfMap is a map that the object declares, or a section of its data.
type bpfMap struct {
	name     string
	sec      int
	off      uint32
	internal bool
	readonly bool
	pinning  uint32 // 1: by name
	pinned   bool   // by us
	data     []byte // what is in it at first; nothing is zeros
	attr     mapAttr
	fd       int // or -1
}

func (o *elfObject) addMap(m *bpfMap) {
	m.fd = -1
	copy(m.attr.name[:len(m.attr.name)-1], m.name)
	o.maps = append(o.maps, m)
}

// declaredMaps reads the maps that section .maps declares by their types.
func (o *elfObject) declaredMaps() unix.Errno {
	if o.decls == 0 {
		return 0
	}
	_, sec := o.btf.find(".maps")
	if sec.kind() != btfDatasec {
		return o.warn(unix.ENOENT, "DATASEC '.maps' not found.", "", "")
	}
	for i := range sec.vlen() {
		if e := o.declaredMap(sec.member(i)); e != 0 {
			return e
		}
	}
	return 0
}

func (o *elfObject) declaredMap(member []uint32) unix.Errno {
	v := o.btf.at(member[0])
	def := o.btf.plain(v.ref())
	m := &bpfMap{name: o.btf.name(v), sec: o.decls, off: member[1]}
	switch {
	case m.name == "" || def.kind() != btfStruct:
		return o.malformed(".maps")
	case v[3] != linkGlobal:
		return o.warn(unix.EOPNOTSUPP, "map '%': unsupported map linkage static.", m.name, "")
	}
	o.addMap(m)
	for j := range def.vlen() {
		if e := o.field(m, def.member(j)); e != 0 {
			return e
		}
	}
	switch m.attr.typ {
	case unix.BPF_MAP_TYPE_UNSPEC:
		return o.warn(unix.EINVAL, "map '%': map type isn't specified.", m.name, "")
	case unix.BPF_MAP_TYPE_ARRAY_OF_MAPS, unix.BPF_MAP_TYPE_HASH_OF_MAPS:
		return o.warn(unix.EOPNOTSUPP, "map '%': maps of maps are not supported", m.name, "")
	}
	return 0
}

// mapFields are the fields of a map's declaration and where in a bpfMap they go.
// One that is a number points to an array of as many elements; the last two point
// to a value of the type, whose size counts.
var mapFields = [...]struct {
	name      string
	place, id uintptr
}{
	{"type", inMap + unsafe.Offsetof(mapAttr{}.typ), 0},
	{"max_entries", inMap + unsafe.Offsetof(mapAttr{}.max), 0},
	{"map_flags", inMap + unsafe.Offsetof(mapAttr{}.flags), 0},
	{"numa_node", inMap + unsafe.Offsetof(mapAttr{}.numa), 0},
	{"map_extra", inMap + unsafe.Offsetof(mapAttr{}.extra), 0},
	{"pinning", unsafe.Offsetof(bpfMap{}.pinning), 0},
	{"key_size", inMap + unsafe.Offsetof(mapAttr{}.key), 0},
	{"value_size", inMap + unsafe.Offsetof(mapAttr{}.value), 0},
	{"key", inMap + unsafe.Offsetof(mapAttr{}.key), inMap + unsafe.Offsetof(mapAttr{}.keyType)},
	{"value", inMap + unsafe.Offsetof(mapAttr{}.value), inMap + unsafe.Offsetof(mapAttr{}.valueType)},
}

const inMap = unsafe.Offsetof(bpfMap{}.attr)

// field takes a field of a map's declaration. Unknown ones are passed over.
func (o *elfObject) field(m *bpfMap, member []uint32) unix.Errno {
	name := cstr(o.btf.strs, member[0])
	for i := range mapFields {
		f := &mapFields[i]
		if f.name != name {
			continue
		}
		at := (*uint32)(unsafe.Add(unsafe.Pointer(m), f.place))
		n, ok := o.fieldValue(member[1], f.id != 0)
		if !ok || *at != 0 && *at != n {
			return o.warn(unix.EINVAL, "map '%': malformed or conflicting '%'", m.name, name)
		}
		*at = n
		if f.id != 0 {
			*(*uint32)(unsafe.Add(unsafe.Pointer(m), f.id)) = o.btf.plain(member[1]).ref()
		}
	}
	return 0
}

// fieldValue is the number, or the size of the type, that a field of some type
// stands for.
func (o *elfObject) fieldValue(typ uint32, size bool) (uint32, bool) {
	t := o.btf.plain(typ)
	to := o.btf.at(t.ref())
	switch {
	case t.kind() != btfPtr:
	case size:
		n := o.btf.sizeOf(t.ref())
		return n, n != 0
	case to.kind() == btfArray:
		return to[5], true
	}
	return 0, false
}

// dataMaps makes a map of each section of variables and constants.
func (o *elfObject) dataMaps() {
	for i := range o.secs {
		s := &o.secs[i]
		name := s.name + "."
		constant := strings.HasPrefix(name, ".rodata.")
		switch {
		case s.size == 0:
		case s.typ == secProgbits && s.flags&flagExec == 0 && (constant || strings.HasPrefix(name, ".data.")),
			s.typ == secNobits && strings.HasPrefix(name, ".bss."):
			o.dataMap(i, constant)
		}
	}
}

func (o *elfObject) dataMap(i int, constant bool) {
	s := &o.secs[i]
	m := &bpfMap{name: o.mapName(s.name), sec: i, internal: true, readonly: constant, data: s.data}
	o.addMap(m)
	m.attr.typ, m.attr.key, m.attr.value, m.attr.max = unix.BPF_MAP_TYPE_ARRAY, 4, uint32(s.size), 1
	if constant {
		m.attr.flags = unix.BPF_F_RDONLY_PROG
	}
	if o.btf == nil {
		return
	}
	id, t := o.btf.find(s.name)
	m.attr.valueType = id
	if t.kind() != btfDatasec {
		return
	}
	// Only what a program of user space could name may be mapped to memory.
	for j := range t.vlen() {
		if v := o.btf.at(t.member(j)[0]); v.kind() == btfVar && v[3] != linkStatic {
			m.attr.flags |= unix.BPF_F_MMAPABLE
		}
	}
}

// mapName is the name of a section's map: 15 bytes of the object's and the
// section's name, of which the section's has at least 7.
func (o *elfObject) mapName(sec string) string {
	const most = unix.BPF_OBJ_NAME_LEN - 1
	own := o.name()
	if strings.Contains(sec[1:], ".") {
		own = ""
	}
	room := min(max(len(sec), 7), most)
	b := []byte(own[:min(len(own), most-room)] + sec[:min(len(sec), room)])
	for i, c := range b {
		if c != '_' && c != '.' && (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') {
			b[i] = '_'
		}
	}
	return string(b)
}

// noTypes are the kinds of map for which the kernel takes no types.
const noTypes = 1<<unix.BPF_MAP_TYPE_PERF_EVENT_ARRAY | 1<<unix.BPF_MAP_TYPE_CGROUP_ARRAY |
	1<<unix.BPF_MAP_TYPE_STACK_TRACE | 1<<unix.BPF_MAP_TYPE_DEVMAP | 1<<unix.BPF_MAP_TYPE_DEVMAP_HASH |
	1<<unix.BPF_MAP_TYPE_CPUMAP | 1<<unix.BPF_MAP_TYPE_XSKMAP | 1<<unix.BPF_MAP_TYPE_SOCKMAP |
	1<<unix.BPF_MAP_TYPE_SOCKHASH | 1<<unix.BPF_MAP_TYPE_QUEUE | 1<<unix.BPF_MAP_TYPE_STACK

// createMaps makes all maps of the object, or opens those that are pinned.
func (o *elfObject) createMaps(types, ifindex uint32) unix.Errno {
	for _, m := range o.maps {
		if m.attr.typ != unix.BPF_MAP_TYPE_PERF_EVENT_ARRAY {
			m.attr.ifindex = ifindex
		}
		m.attr.types = types
		if types == 0 || noTypes>>m.attr.typ&1 != 0 {
			m.attr.types, m.attr.keyType, m.attr.valueType = 0, 0, 0
		}
		m.fitMax()
		if e := o.createMap(m); e != 0 {
			return o.warn(e, "map '%': failed to create: %", m.name, errName(e))
		}
	}
	return 0
}

// fitMax gives a ring buffer a size that the kernel accepts, and an array of
// events an element for each processor.
func (m *bpfMap) fitMax() {
	page := uint32(unix.Getpagesize())
	switch most := m.attr.max; m.attr.typ {
	case unix.BPF_MAP_TYPE_PERF_EVENT_ARRAY:
		if most == 0 {
			m.attr.max = processors()
		}
	case unix.BPF_MAP_TYPE_RINGBUF, unix.BPF_MAP_TYPE_USER_RINGBUF:
		size := page
		for size != 0 && size < most {
			size <<= 1
		}
		if most != 0 && size != 0 {
			m.attr.max = size
		}
	}
}

// processors is how many there may be: one more than the last of a list such as
// 0-3,8-11.
func processors() uint32 {
	text, _ := file.Read("/sys/devices/system/cpu/possible")
	n := uint32(0)
	for _, c := range []byte(text) {
		switch {
		case c >= '0' && c <= '9':
			n = n*10 + uint32(c-'0')
		case c == '-' || c == ',':
			n = 0
		}
	}
	return n + 1
}

func (o *elfObject) createMap(m *bpfMap) (e unix.Errno) {
	if m.pinning != 0 {
		if e = o.reuse(m); e != 0 || m.fd >= 0 {
			return e
		}
	}
	a := &m.attr
	fd, e := a.create()
	if e != 0 && a.keyType|a.valueType != 0 {
		o.warn(0, "Error in bpf_create_map_xattr(%): %. Retrying without BTF.", m.name, errName(e))
		a.types, a.keyType, a.valueType = 0, 0, 0
		fd, e = a.create()
	}
	if e != 0 {
		return e
	}
	m.fd = fd
	if m.data != nil {
		e = update(fd, 0, m.data)
	}
	if e == 0 && m.readonly {
		_, e = numbers(unix.BPF_MAP_FREEZE, [4]uint32{uint32(fd)})
	}
	if e == 0 && m.pinning != 0 {
		if _, e = named(unix.BPF_OBJ_PIN, o.pinPath(m), fd); e != 0 {
			o.warn(0, "failed to pin map: %", errName(e), "")
			return o.warn(e, "map '%': failed to auto-pin at '%", m.name, o.pinPath(m)+"': "+errName(e))
		}
		m.pinned = true
	}
	return e
}

func (o *elfObject) pinPath(m *bpfMap) string { return o.root + "/" + m.name }

// reuse opens the map that is pinned already, if it is and is the same.
func (o *elfObject) reuse(m *bpfMap) unix.Errno {
	fd, e := Get(o.pinPath(m))
	if e == unix.ENOENT {
		return 0
	}
	if e != 0 {
		o.warn(0, "couldn't retrieve pinned map '%': %", o.pinPath(m), errName(e))
		return o.warn(e, "map '%': error reusing pinned map", m.name, "")
	}
	m.fd = fd
	var i mapInfo
	e = objectInfo(fd, unsafe.Pointer(&i), unsafe.Sizeof(i))
	a := &m.attr
	if a.typ == unix.BPF_MAP_TYPE_DEVMAP || a.typ == unix.BPF_MAP_TYPE_DEVMAP_HASH {
		i.flags &^= unix.BPF_F_RDONLY_PROG // which the kernel adds
	}
	if e != 0 || i.typ != a.typ || i.key != a.key || i.value != a.value || i.max != a.max || i.flags != a.flags {
		o.warn(0, "couldn't reuse pinned map at '%': parameter mismatch", o.pinPath(m), "")
		return o.warn(unix.EINVAL, "map '%': error reusing pinned map", m.name, "")
	}
	return 0
}

// closeMaps leaves the maps to the program. Without one, they are unpinned.
func (o *elfObject) closeMaps(loaded bool) {
	for _, m := range o.maps {
		if m.fd >= 0 {
			unix.Close(m.fd)
		}
		if m.pinned && !loaded {
			unix.Unlink(o.pinPath(m))
		}
	}
}
