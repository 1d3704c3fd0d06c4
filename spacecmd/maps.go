package spacecmd

import (
	"slices"
	"strconv"
	"strings"
	"syscall"

	"gip/internal/cli"
	"gip/internal/file"
	"gip/internal/join"
	"gip/internal/netns"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// An idRange maps numbers of users or groups of a namespace to those outside.
type idRange struct{ inner, outer, count uint32 }

// mapOption reads the options about users and groups, each of which makes a namespace of
// users.
func (u *unsharer) mapOption(o cli.Opt) (err error) {
	switch o.Val {
	case 'r', 'c', optMapUser, optMapGroup, optMapUsers, optMapGroups, optMapAuto, optMapSubids, optOwner:
		u.flags |= unix.CLONE_NEWUSER
	}
	switch o.Val {
	case 'r':
		u.mapUser, u.mapGroup = 0, 0
	case 'c':
		u.mapUser, u.mapGroup = u.euid, u.egid
	case optMapUser:
		u.mapUser, err = u.accountOf("failed to parse uid", "/etc/passwd", o.Arg)
	case optMapGroup:
		u.mapGroup, err = u.accountOf("failed to parse gid", "/etc/group", o.Arg)
	case optMapUsers:
		err = u.addRanges(&u.users, &userFiles, o.Arg)
	case optMapGroups:
		err = u.addRanges(&u.groups, &groupFiles, o.Arg)
	case optMapAuto, optMapSubids:
		how := "auto"
		if o.Val == optMapSubids {
			how = "subids"
		}
		if err = u.addRanges(&u.users, &userFiles, how); err == nil {
			err = u.addRanges(&u.groups, &groupFiles, how)
		}
	case optOwner:
		return u.setOwner(o.Arg)
	default:
		return u.common(o, unshareUsage)
	}
	return err
}

func (u *unsharer) accountOf(what, path, s string) (uint32, error) {
	id, ok := account(path, s)
	if !ok {
		return none, u.fail(what + " '" + s + "'")
	}
	return id, nil
}

func (u *unsharer) setOwner(s string) error {
	ids, rest := scanNumbers(s, ":", 2)
	if len(ids) < 2 || rest != "" {
		return u.fail("failed to parse owner")
	}
	u.ownerUser, u.ownerGroup = ids[0], ids[1]
	return nil
}

// scanNumbers reads numbers of 32 bits as sscanf(3) does for %u, with a separator between
// them, and returns what follows.
func scanNumbers(s, sep string, n int) (ids []uint32, rest string) {
	for len(ids) < n {
		v, rest, _ := word.Strtoul(s, 10)
		if rest == s {
			return ids, rest
		}
		ids, s = append(ids, uint32(v)), rest
		if len(ids) < n {
			after, ok := strings.CutPrefix(s, sep)
			if !ok {
				return ids, s
			}
			s = after
		}
	}
	return ids, s
}

// idFiles are the files about users, or about groups.
type idFiles struct{ subids, kernel string }

var (
	userFiles  = idFiles{"/etc/subuid", "/proc/self/uid_map"}
	groupFiles = idFiles{"/etc/subgid", "/proc/self/gid_map"}
)

// addRanges puts the ranges that a word stands for in front of the others.
func (u *unsharer) addRanges(to *[]idRange, files *idFiles, s string) error {
	var r idRange
	var err error
	switch s {
	case "auto":
		r, err = u.subids(files.subids)
		r.inner = none
	case "subids":
		r, err = u.subids(files.subids)
		r.inner = r.outer
	case "all":
		return u.addAll(to, files.kernel)
	default:
		if ids, rest := scanNumbers(s, ":", 3); len(ids) == 3 && rest == "" {
			r = idRange{ids[0], ids[1], ids[2]}
		} else if ids, rest := scanNumbers(s, ",", 3); len(ids) == 3 && rest == "" {
			r = idRange{ids[1], ids[0], ids[2]}
		} else {
			return u.fail("invalid mapping '" + s + "'")
		}
	}
	*to = slices.Insert(*to, 0, r)
	return err
}

// subids finds the first range that a file has for the user.
func (u *unsharer) subids(path string) (r idRange, err error) {
	me := accountFields("/etc/passwd", u.euid)
	if me == nil {
		return r, u.fail("you (user " + strconv.Itoa(int(int32(u.euid))) + ") don't exist.")
	}
	text, readErr := file.Read(path)
	if readErr != nil {
		return r, u.failed("could not open '"+path+"'", readErr)
	}
	for line := range strings.Lines(text) {
		f := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3)
		if len(f) < 3 {
			continue
		}
		if n, _, _ := word.Strtoul(f[0], 10); f[0] != me[0] && n != uint64(u.euid) {
			continue
		}
		for i, to := range []*uint32{&r.outer, &r.count} {
			n, err := u.unsigned("failed to parse subid map", f[i+1])
			if err != nil {
				return r, err
			}
			*to = uint32(n)
		}
		return r, nil
	}
	return r, u.fail(`no line matching user "` + me[0] + `" in ` + path)
}

// addAll adds all numbers that this namespace has, each for itself.
func (u *unsharer) addAll(to *[]idRange, path string) error {
	text, err := file.Read(path)
	if err != nil {
		return u.failed("could not open '"+path+"'", err)
	}
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) < 3 {
			continue
		}
		first, _, _ := word.Strtoul(f[0], 10)
		count, _, _ := word.Strtoul(f[2], 10)
		*to = slices.Insert(*to, 0, idRange{uint32(first), uint32(first), uint32(count)})
	}
	return nil
}

// joinMaps adds the single numbers to the ranges, if there are some or another is to own
// the namespace: then another process writes them all.
func (u *unsharer) joinMaps() {
	if u.users != nil || u.mapUser != none && u.ownerUser != none {
		u.users, u.mapUser = withSingle(u.users, u.euid, u.mapUser), none
	}
	if u.groups != nil || u.mapGroup != none && u.ownerGroup != none {
		u.groups, u.mapGroup = withSingle(u.groups, u.egid, u.mapGroup), none
	}
}

// withSingle makes room in ranges for one number, and puts that in front; inner may be
// none. The ranges come out in the opposite order, as the real tool has them.
func withSingle(ranges []idRange, outer, inner uint32) (out []idRange) {
	if inner == none {
		outer = none
	}
	for _, r := range ranges {
		out = append(r.without(outer, inner), out...)
	}
	if inner != none {
		out = slices.Insert(out, 0, idRange{inner, outer, 1})
	}
	return out
}

// without is a range in up to three parts, between which one number is left out inside
// and one outside. One that begins anywhere begins with 0.
func (r idRange) without(outer, inner uint32) (parts []idRange) {
	in := func(n, first uint32) bool { return n >= first && n <= first+r.count }
	switch {
	case r.inner == none:
		r.inner = 0
	case inner != none && (in(outer, r.outer) || in(inner, r.inner)):
		r.count--
	}
	offset := func(n, first uint32) uint32 {
		if n <= first {
			return 0
		}
		return min(n-first, r.count)
	}
	atOuter, atInner := offset(outer, r.outer), offset(inner, r.inner)
	low, high := min(atOuter, atInner), max(atOuter, atInner)
	next := r
	for _, count := range []uint32{low, high - low, r.count - high} {
		if count != 0 {
			parts = append(parts, idRange{next.inner, next.outer, count})
		}
		next.inner, next.outer = next.inner+count, next.outer+count
		if next.outer == outer {
			next.outer++
		}
		if next.inner == inner {
			next.inner++
		}
	}
	return parts
}

// Roles of this program when it is executed again: it makes the namespaces, or helps from
// outside of them.
const (
	roleMain = "main"
	roleBind = "bind" // binds the namespaces to files
	roleMap  = "map"  // writes the maps of users and groups
)

// A helper is a process outside of the namespaces that waits until they are made.
type helper struct{ pid, pipe int }

// helperPipe is the descriptor from which a helper reads that they are.
const helperPipe = 3

// help starts a helper.
func (u *unsharer) help(h *helper, role string) error {
	if err := u.mayAgain(); err != nil {
		return err
	}
	var pipe [2]int
	if err := unix.Pipe2(pipe[:], unix.O_CLOEXEC); err != nil {
		return u.failed("eventfd failed", err)
	}
	defer unix.Close(pipe[0])
	files := append(u.Files()[:helperPipe:helperPipe], uintptr(pipe[0]))
	env := append(environ(), join.Variable(nil, u.data(role)))
	pid, err := syscall.ForkExec(netns.SelfExe, u.argv(), &syscall.ProcAttr{Env: env, Files: files})
	if err != nil {
		unix.Close(pipe[1])
		return u.failed("fork failed", err)
	}
	h.pid, h.pipe = pid, pipe[1]
	return nil
}

// finish tells a helper that the namespaces are made, and waits for its end. If that was
// a failure, it is that of the command.
func (h *helper) finish() error {
	if h.pid == 0 {
		return nil
	}
	unix.Write(h.pipe, []byte{1})
	unix.Close(h.pipe)
	return wait(h.pid)
}

func wait(pid int) error {
	ws := join.Wait(pid)
	if ws.Exited() && ws.ExitStatus() != 0 {
		return cli.Silent(ws.ExitStatus())
	}
	return nil
}

// data is what this program finds when it is executed again, see resume.
func (u *unsharer) data(role string) string {
	for _, fd := range []int{u.binds.pipe, u.maps.pipe} {
		if role == roleMain && fd != 0 {
			unix.FcntlInt(uintptr(fd), unix.F_SETFD, 0)
		}
	}
	words := []string{role}
	for _, n := range []int{int(u.euid), int(u.egid), u.binds.pid, u.binds.pipe, u.maps.pid, u.maps.pipe, unix.Getpid()} {
		words = append(words, strconv.Itoa(n))
	}
	return strings.Join(words, " ")
}

func (u *unsharer) resume(data string) {
	role, numbers, _ := strings.Cut(data, " ")
	u.role = role
	var n [7]int
	for i, w := range strings.Fields(numbers) {
		n[i%len(n)], _ = strconv.Atoi(w)
	}
	u.euid, u.egid = uint32(n[0]), uint32(n[1])
	u.binds, u.maps, u.parent = helper{n[2], n[3]}, helper{n[4], n[5]}, n[6]
	for _, fd := range []int{n[3], n[5]} {
		if fd != 0 && role == roleMain {
			unix.CloseOnExec(fd)
		}
	}
}

// told waits until the parent has made the namespaces.
func (u *unsharer) told() error {
	var b [1]byte
	for {
		n, err := unix.Read(helperPipe, b[:])
		if err == unix.EINTR {
			continue
		}
		if n != 1 {
			return cli.Silent(cli.StatusError)
		}
		return nil
	}
}

func (u *unsharer) bindForParent() error {
	if err := u.told(); err != nil {
		return err
	}
	return u.bindTo(u.parent)
}

// bind binds the namespaces to their files, so that they stay.
func (u *unsharer) bind() error {
	switch {
	case !u.persists():
		return nil
	case u.binds.pid != 0:
		return u.binds.finish()
	}
	return u.bindTo(unix.Getpid())
}

func (u *unsharer) bindTo(pid int) error {
	for i, to := range u.files {
		from := "/proc/" + strconv.Itoa(pid) + "/ns/" + kinds[i].children
		if to == nil {
			continue
		}
		if err := unix.Mount(from, *to, "", unix.MS_BIND, ""); err != nil {
			return u.failed("mount "+from+" on "+*to+" failed", err)
		}
	}
	return nil
}

// mapForParent writes the maps: itself where it may, else by newuidmap and newgidmap.
func (u *unsharer) mapForParent() error {
	if err := u.told(); err != nil {
		return err
	}
	for _, m := range []struct {
		ranges     []idRange
		file, tool string
	}{{u.users, "uid_map", "newuidmap"}, {u.groups, "gid_map", "newgidmap"}} {
		if m.ranges == nil {
			continue
		}
		err := u.writeMap(m.file, m.ranges)
		if unix.Geteuid() != 0 {
			err = u.callMapper(m.tool, m.ranges)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (u *unsharer) writeMap(name string, ranges []idRange) error {
	if unix.Geteuid() != 0 {
		return nil
	}
	path, text := "/proc/"+strconv.Itoa(u.parent)+"/"+name, ""
	for _, r := range ranges {
		text += r.String() + "\n"
	}
	fd, err := unix.Open(path, unix.O_WRONLY|unix.O_CLOEXEC|unix.O_NOCTTY, 0)
	if err != nil {
		return u.failed("failed to open "+path, err)
	}
	defer unix.Close(fd)
	if _, err := unix.Write(fd, []byte(text)); err != nil {
		return u.failed("failed to write "+path, err)
	}
	return nil
}

func (r idRange) String() string {
	n := func(v uint32) string { return strconv.FormatUint(uint64(v), 10) }
	return n(r.inner) + " " + n(r.outer) + " " + n(r.count)
}

// callMapper runs one of the programs that may write maps for any user.
func (u *unsharer) callMapper(name string, ranges []idRange) error {
	words := []string{name, strconv.Itoa(u.parent)}
	for _, r := range ranges {
		words = append(words, strings.Fields(r.String())...)
	}
	p := &program{tool: &u.tool}
	p.execute(words, environ())
	pid, err := p.start()
	if err != nil {
		return err
	}
	return wait(pid)
}
