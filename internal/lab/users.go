package lab

import (
	"encoding/binary"
	"os"
	"slices"
	"strconv"
	"strings"

	"gip/internal/file"
	"gip/internal/join"
	"gip/internal/netns"
	"gip/internal/spawn"

	"golang.org/x/sys/unix"
)

// A mapper is a program that gives a user namespace more numbers than the one of the user,
// whom a file lets have them (subuid(5)).
type mapper struct{ name, file string }

var mappers = []mapper{{"newuidmap", "/etc/subuid"}, {"newgidmap", "/etc/subgid"}}

// An idRange is numbers of users or groups, as the file has them.
type idRange struct{ first, count uint64 }

// rangeOf is the largest range that a text lets a user have; none has a count of 0.
func rangeOf(text, name string, uid int) (best idRange) {
	const all = 1 << 32
	for line := range strings.Lines(text) {
		f := strings.Split(strings.TrimSpace(line), ":")
		if len(f) != 3 || f[0] != name && f[0] != strconv.Itoa(uid) {
			continue
		}
		first, err := strconv.ParseUint(f[1], 10, 32)
		count, err2 := strconv.ParseUint(f[2], 10, 32)
		if err == nil && err2 == nil && count > best.count && first+count < all {
			best = idRange{first, count}
		}
	}
	return best
}

// words is the command line by which the program maps the user's own number to 0, and the
// range to 1 and on.
func (m *mapper) words(pid, own int, r idRange) []string {
	n := func(v uint64) string { return strconv.FormatUint(v, 10) }
	return []string{m.name, itoa(pid), "0", itoa(own), "1", "1", n(r.first), n(r.count)}
}

// errNoRanges is the error of a user who has no numbers but the own one.
const errNoRanges = constError("no ranges of users")

// startWithRanges starts this program in new namespaces, of which that of users has the
// ranges of the user. Between its making and the next step stands the work of the
// programs, who find it by the child's number.
func startWithRanges(files []int, argv []string) (pid int, err error) {
	ranges, err := ownRanges()
	if err != nil {
		return 0, err
	}
	copies, err := apart(files...)
	defer closeAll(copies)
	if err != nil {
		return 0, err
	}
	var up, down [2]int // the child tells its number, and reads that it is mapped
	if err := unix.Pipe2(up[:], unix.O_CLOEXEC); err != nil {
		return 0, err
	}
	defer closeAll(up[:])
	if err := unix.Pipe2(down[:], unix.O_CLOEXEC); err != nil {
		return 0, err
	}
	defer unix.Close(down[0])
	mapped := make(chan error)
	go func() {
		mapped <- mapChild(up[0], down[1], ranges)
	}()
	p := planWithRanges(up[1], down, copies)
	p.Execute([]string{netns.SelfExe}, argv, Environ())
	pid, err = join.Start(p)
	unix.Close(up[1]) // if it has told nothing, nobody waits for that any more
	up[1] = -1
	if mapErr := <-mapped; err == nil && mapErr != nil {
		// It may have gone on without, and would be a second one beside that which is
		// tried next.
		unix.Kill(pid, unix.SIGKILL)
		join.Wait(pid)
		err = mapErr
	}
	return pid, err
}

// planWithRanges is what the child does.
func planWithRanges(tell int, mapped [2]int, files []int) *join.Plan {
	p := new(join.Plan)
	number, answer := new(uint32), new(uint32)
	p.Keep(number)
	p.Keep(answer)
	p.Enter = []join.Step{
		{Trap: unix.SYS_PRCTL, Args: [5]uintptr{unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL)}},
		{Trap: unix.SYS_UNSHARE, Args: [5]uintptr{unix.CLONE_NEWUSER}},
		{Trap: unix.SYS_CLOSE, Args: [5]uintptr{uintptr(mapped[1])}},
		{Trap: unix.SYS_GETPID, Into: number},
		{Trap: unix.SYS_WRITE, Args: [5]uintptr{uintptr(tell), join.Address(number), 4}},
		{Trap: unix.SYS_READ, Args: [5]uintptr{uintptr(mapped[0]), join.Address(answer), 4}},
		{Trap: unix.SYS_UNSHARE, Args: [5]uintptr{spaces}},
	}
	for to, fd := range files {
		p.Run = append(p.Run, join.Step{Trap: unix.SYS_DUP3, Args: [5]uintptr{uintptr(fd), uintptr(to)}})
	}
	return p
}

// mapChild maps the numbers of the child that tells who it is, and tells it; if that
// fails, it ends the child.
func mapChild(up, down int, ranges []idRange) error {
	defer unix.Close(down)
	var b [4]byte
	if err := hear(up, b[:]); err != nil {
		return err
	}
	pid := int(binary.NativeEndian.Uint32(b[:]))
	for i, own := range []int{os.Geteuid(), os.Getegid()} {
		if err := runMapper(mappers[i].words(pid, own, ranges[i])); err != nil {
			unix.Kill(pid, unix.SIGKILL)
			return err
		}
	}
	_, err := unix.Write(down, b[:])
	return err
}

// runMapper runs one of the programs, whose complaints are for nobody: it goes without.
func runMapper(words []string) error {
	null := nullFile(-1)
	if null < 0 {
		return unix.ENOENT
	}
	defer unix.Close(null)
	fd := uintptr(null)
	pid, err := spawn.Start(words, []uintptr{fd, fd, fd}, nil)
	if err != nil {
		return err
	}
	if ws := join.Wait(pid); ws != 0 {
		return errNoRanges
	}
	return nil
}

// ownRanges are the ranges of users and groups that this user may have, if the programs are
// there.
func ownRanges() (ranges []idRange, err error) {
	uid := os.Geteuid()
	name := file.AccountName("/etc/passwd", itoa(uid))
	for _, m := range mappers {
		text, err := file.Read(m.file)
		if err != nil {
			return nil, err
		}
		r := rangeOf(text, name, uid)
		there := func(path string) bool { return unix.Access(path, unix.X_OK) == nil }
		if r.count == 0 || !slices.ContainsFunc(spawn.Candidates(m.name, os.Getenv("PATH")), there) {
			return nil, errNoRanges
		}
		ranges = append(ranges, r)
	}
	return ranges, nil
}
