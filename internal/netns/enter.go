package netns

import (
	"strings"

	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"

	"gip/internal/file"
)

// Enter moves this thread into the namespace called name, for the netlink
// sockets and files of /proc/self/net that are opened from now on. /sys and
// /etc stay what they were, unless EtcDir has files for the namespace: making
// a mount namespace takes longer than most commands do. Where they did, bare is
// true, and Isolate makes it for those that look at /sys. note is told, line by
// line, which of these files could not be used.
func Enter(name string, note func(text string)) (bare bool, err error) {
	if err := set(name); err != nil {
		return false, err
	}
	if unix.Access(EtcDir+"/"+name, unix.F_OK) != nil && mayMount() {
		return true, nil
	}
	return false, Isolate(name, note)
}

// mayMount tells the usual system, in which the mounts of Isolate do not fail: /
// is a mount, which it is not after a plain chroot, there is a folder /sys, and
// who may enter a namespace may mount one there, which not every root of a user
// namespace may.
func mayMount() bool {
	var st unix.Statx_t
	if unix.Statx(unix.AT_FDCWD, "/", 0, 0, &st) != nil || st.Attributes&unix.STATX_ATTR_MOUNT_ROOT == 0 {
		return false
	}
	users, _ := file.Read("/proc/self/uid_map")
	return strings.HasSuffix(users, " 4294967295\n") && unix.Access("/sys", unix.F_OK) == nil
}

// Switch moves this thread into the namespace called name as a program has to
// find it: with a /sys of its own and the files from EtcDir in /etc.
func Switch(name string, note func(text string)) error {
	if err := set(name); err != nil {
		return err
	}
	return Isolate(name, note)
}

func set(name string) error {
	Offer(name)
	h, err := netns.GetFromPath(Path(name))
	if err != nil {
		return fail(err, `Cannot open network namespace "`+name+`"`)
	}
	defer h.Close()
	if err := netns.Set(h); err != nil {
		return fail(err, `setting the network namespace "`+name+`" failed`)
	}
	return nil
}

// Isolate does the part of Switch that Enter leaves out: it gives this thread
// its own mounts, a /sys that shows its network namespace, and the files of
// EtcDir/name. What is mounted here does not reach the rest of the system;
// what the system mounts later reaches us.
func Isolate(name string, note func(text string)) error {
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		return fail(err, "unshare failed")
	}
	if err := unix.Mount("", "/", "none", unix.MS_SLAVE|unix.MS_REC, ""); err != nil {
		return fail(err, `"mount --make-rslave /" failed`)
	}
	if err := unix.Mount(name, "/sys", "sysfs", uncoverSys(), ""); err != nil {
		return fail(err, "mount of /sys failed")
	}
	bindEtc(name, note)
	for _, part := range Laid("", name) {
		if err := unix.Mount(LaidDir+"/"+name+"/"+part, "/"+part, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
			return fail(err, "mount of /"+part+" failed")
		}
	}
	return nil
}

// LaidDir has, in a lab of "gip lab", a folder for each namespace whose programs are to
// see others in the place of some folders of the root.
const LaidDir = "/run/gip-lab/laid"

// Laid are the names of those folders of a namespace, seen from the outside of a root.
func Laid(root, name string) []string {
	parts, _ := file.Names(root + LaidDir + "/" + name)
	return parts
}

// uncoverSys takes the old /sys away and returns the flags for the new one. An
// old one that stays is covered; a read-only one only by a read-only one.
func uncoverSys() (flags uintptr) {
	if unix.Unmount("/sys", unix.MNT_DETACH) == nil {
		return 0
	}
	var st unix.Statfs_t
	if unix.Statfs("/sys", &st) == nil && st.Flags&unix.ST_RDONLY != 0 {
		return unix.MS_RDONLY
	}
	return 0
}

// bindEtc puts the files and folders of EtcDir/name over those of /etc. One
// that has no counterpart there is a remark, not a failure.
func bindEtc(name string, note func(text string)) {
	dir := EtcDir + "/" + name
	entries, _ := file.Names(dir)
	for _, entry := range entries {
		from, to := dir+"/"+entry, "/etc/"+entry
		if err := unix.Mount(from, to, "none", unix.MS_BIND, ""); err != nil {
			note(fail(err, "Bind "+from+" -> "+to+" failed").Error())
		}
	}
}
