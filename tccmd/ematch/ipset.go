package ematch

import (
	"strconv"
	"strings"
	"unsafe"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// ipset looks whether addresses are in a set of netfilter. Its struct xt_set_info has the
// set's number of 16 bits, how many dimensions there are, and of each, as bits from 1 on,
// whether the source counts.
var ipset = Kind{Name: "ipset", Number: uapi.TCF_EM_IPSET, Parse: parseIPSet, Show: showIPSet, Help: `Usage: ipset(NAME FLAGS)
where: FLAGS := { src | dst }[,FLAGS]

Example: ipset(bulk src,dst)
`}

// What is asked of ip_set by getsockopt (linux/netfilter/ipset/ip_set.h).
const (
	soIPSet       = 83
	setByName     = 6
	setByIndex    = 7
	setVersion    = 0x100
	setNameSize   = 32
	setInvalid    = 65535
	setDimensions = 6
)

// setRequest is struct ip_set_req_get_set: the name, or the number in its place.
type setRequest struct {
	op, version uint32
	set         [setNameSize]byte
}

// ask asks for a set; what goes wrong is told.
func (r *setRequest) ask(e *cli.Env) bool {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.IPPROTO_RAW)
	if err != nil {
		e.Warnf("Can't open socket to ipset.\n")
		return false
	}
	defer unix.Close(fd)
	version := setRequest{op: setVersion}
	if err := version.get(fd, 8); err != 0 {
		e.Warnf("xt_set getsockopt: %s\n", rtnl.Strerror(err))
		return false
	}
	r.version = version.version
	if err := r.get(fd, unsafe.Sizeof(*r)); err != 0 {
		e.Warnf("Problem when communicating with ipset: %s\n", rtnl.Strerror(err))
		return false
	}
	return true
}

func (r *setRequest) get(fd int, size uintptr) unix.Errno {
	n := uint32(size)
	_, _, err := unix.Syscall6(unix.SYS_GETSOCKOPT, uintptr(fd), unix.SOL_IP, soIPSet, uintptr(unsafe.Pointer(r)), uintptr(unsafe.Pointer(&n)), 0)
	return err
}

func parseIPSet(e *cli.Env, args []arg) ([]byte, *fault) {
	name := args[0].text
	if len(name) >= setNameSize {
		return nil, &fault{text: "ipset: set name too long (max " + strconv.Itoa(setNameSize-1) + ")"}
	}
	r := setRequest{op: setByName}
	copy(r.set[:], name)
	if !r.ask(e) || rtnl.U16(r.set[:]) == setInvalid {
		return nil, &fault{text: "ipset: unknown set name '" + name + "'"}
	}
	if len(args) == 1 {
		return nil, &fault{text: "ipset: missing set flags"}
	}
	dims, flags := strings.Split(args[1].text, ","), byte(0)
	for i, d := range dims {
		switch {
		case i == setDimensions:
			e.Warnf("Can't be more src/dst options than %d", setDimensions)
			return nil, &fault{text: "ipset: error parsing set flags", at: 1, from: 1}
		case strings.HasPrefix(d, "src"):
			flags |= 2 << i
		case !strings.HasPrefix(d, "dst"):
			e.Warnf("You must specify (the comma separated list of) 'src' or 'dst'\n")
			return nil, &fault{text: "ipset: error parsing set flags", at: 1, from: 1}
		}
	}
	if len(args) > 2 {
		return nil, &fault{text: "ipset: unknown parameter", at: 2, from: 2}
	}
	return append(rtnl.NE.AppendUint16(nil, rtnl.U16(r.set[:])), byte(len(dims)), flags), nil
}

func showIPSet(e *cli.Env, b []byte) (string, bool) {
	if len(b) != 4 {
		e.Warnf("xt_set_info struct size mismatch\n")
		return "", false
	}
	r := setRequest{op: setByIndex}
	rtnl.NE.PutUint16(r.set[:], rtnl.U16(b))
	switch {
	case !r.ask(e):
		return "", false
	case r.set[0] == 0:
		e.Warnf("Set with index %d in kernel doesn't exist.\n", rtnl.U16(b))
		return "", false
	}
	text := rtnl.Str(r.set[:])
	for i := range b[2] {
		sep, side := ",", "dst"
		if i == 0 {
			sep = " "
		}
		if b[3]&(2<<i) != 0 {
			side = "src"
		}
		text += sep + side
	}
	return text, true
}
