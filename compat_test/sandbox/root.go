package sandbox

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sort"

	"golang.org/x/sys/unix"

	"gip/compat_test/place"
	"gip/compat_test/prop"
)

// toolDir is first on PATH and holds the candidate's tools.
const toolDir = "/tools"

// build makes the sandbox's root folder below mount and moves into it: /usr of
// the base, read-only, and everything else fresh, so that neither tool meets
// configuration of this machine.
func build(mount string, job *Job, p *place.Place) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("making mounts private: %w", err)
	}
	b := builder{root: mount, base: job.Base, place: p}
	b.tmpfs("")
	b.folders()
	b.own()
	b.system()
	b.usr(job)
	if !job.Bare && b.has("etc") {
		b.etc()
	}
	b.tools(job.Tools)
	b.props()
	if b.err != nil {
		return b.err
	}
	return enter(mount)
}

// enter makes the folder the root and lets go of the old one.
func enter(root string) error {
	if err := unix.PivotRoot(root, filepath.Join(root, "old")); err != nil {
		return fmt.Errorf("changing the root: %w", err)
	}
	if err := os.Chdir(workDir); err != nil {
		return err
	}
	if err := unix.Unmount("/old", unix.MNT_DETACH); err != nil {
		return fmt.Errorf("leaving the old root: %w", err)
	}
	return os.Remove("/old")
}

// A builder remembers the first thing that went wrong.
type builder struct {
	root, base string
	place      *place.Place
	err        error
}

// has says whether the place has the folder.
func (b *builder) has(path string) bool { return !slices.Contains(b.place.Without, path) }

func (b *builder) try(what string, err error) {
	if b.err == nil && err != nil {
		b.err = fmt.Errorf("%s: %w", what, err)
	}
}

func (b *builder) mount(source, path, kind string, flags uintptr, data string) {
	if b.err == nil {
		b.try("mounting "+path, unix.Mount(source, filepath.Join(b.root, path), kind, flags, data))
	}
}

func (b *builder) tmpfs(path string) { b.mount("tmpfs", path, "tmpfs", 0, "mode=755") }

func (b *builder) mkdir(path string) {
	b.try("making "+path, os.MkdirAll(filepath.Join(b.root, path), 0o755))
}

func (b *builder) write(path, text string) {
	b.try("writing "+path, os.WriteFile(filepath.Join(b.root, path), []byte(text), 0o644))
}

func (b *builder) link(target, path string) {
	b.try("linking "+path, os.Symlink(target, filepath.Join(b.root, path)))
}

// bind shows a file or folder of the machine inside, with what is mounted
// below it: a user namespace may not take a folder apart from its mounts.
func (b *builder) bind(source, path string) {
	if info, err := os.Stat(source); err != nil {
		b.try("binding "+path, err)
	} else if info.IsDir() {
		b.mkdir(path)
	} else {
		b.write(path, "")
	}
	b.mount(source, path, "", unix.MS_BIND|unix.MS_REC, "")
}

func (b *builder) folders() {
	for _, dir := range []string{"old", "proc", "sys", "dev", "run", "etc", "usr", "root", "var", workDir, toolDir} {
		b.mkdir(dir)
	}
	b.link("../run", "var/run")
	for _, dir := range []string{"bin", "sbin", "lib", "lib32", "lib64", "libx32"} {
		if _, err := os.Stat(filepath.Join(b.base, "usr", dir)); err == nil {
			b.link("usr/"+dir, dir)
		}
	}
}

// ownDir holds what the bench itself needs inside, whatever the place lacks.
const ownDir = "/.bench"

const systemFlags = unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC

func (b *builder) own() {
	for _, dir := range []string{"proc", "sys", "tmp", "dev"} {
		b.mkdir(filepath.Join(ownDir, dir))
	}
	b.mount("proc", ownDir+"/proc", "proc", systemFlags, "")
	b.mount("sysfs", ownDir+"/sys", "sysfs", systemFlags, "")
	b.tmpfs(ownDir + "/tmp")
	b.bind(os.DevNull, ownDir+os.DevNull)
}

// system mounts what the kernel serves. The pid and network namespaces are new,
// so /proc and /sys have to be as well.
func (b *builder) system() {
	if b.has("proc") {
		b.mount("proc", "proc", "proc", systemFlags, "")
		b.protect()
	}
	if b.has("sys") {
		b.sys()
	}
	if b.has("run") {
		b.tmpfs("run")
	}
	if b.has("dev") {
		b.dev()
	}
}

// sys mounts /sys, which shows the links of the namespace that it is mounted in.
func (b *builder) sys() {
	mount := func() { b.mount("sysfs", "sys", "sysfs", systemFlags, "") }
	if !slices.Contains(b.place.Foreign, "sys") {
		mount()
		return
	}
	done := make(chan bool)
	go func() { // on a thread that ends with it
		defer close(done)
		runtime.LockOSThread()
		b.try("making a network namespace", unix.Unshare(unix.CLONE_NEWNET))
		mount()
	}()
	<-done
}

func (b *builder) dev() {
	for _, dev := range []string{"null", "zero", "full", "random", "urandom", "tty", "net"} {
		if _, err := os.Stat("/dev/" + dev); err == nil {
			b.bind("/dev/"+dev, "dev/"+dev)
		}
	}
	for i, name := range []string{"stdin", "stdout", "stderr"} {
		b.link(fmt.Sprintf("/proc/self/fd/%d", i), "dev/"+name)
	}
	b.link("/proc/self/fd", "dev/fd")
}

// protect keeps the settings that all namespaces of this machine share from
// being written by a case; those under net belong to the sandbox.
func (b *builder) protect() {
	for _, dir := range []string{"kernel", "vm", "fs", "dev"} {
		path := "proc/sys/" + dir
		b.mount(filepath.Join(b.root, path), path, "", unix.MS_BIND|unix.MS_REC, "")
		b.readOnly(path)
	}
}

// readOnly keeps the mount's other flags, which a user namespace may not drop.
func (b *builder) readOnly(path string) {
	var st unix.Statfs_t
	b.try("looking at "+path, unix.Statfs(filepath.Join(b.root, path), &st))
	const keep = unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC | unix.MS_NOATIME | unix.MS_NODIRATIME | unix.MS_RELATIME
	b.mount("", path, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY|uintptr(st.Flags&keep), "")
}

// usr shows the base's /usr. Of /usr/share nothing is there but the reference's
// name tables, which both tools have to read, and the functions of
// bash-completion, which some scripts call.
func (b *builder) usr(job *Job) {
	b.bind(filepath.Join(b.base, "usr"), "usr")
	b.readOnly("usr")
	share := job.Share
	if share == "" {
		share = filepath.Join(b.base, "usr/share/iproute2")
	}
	b.tmpfs("usr/share")
	if _, err := os.Stat(share); err == nil {
		b.bind(share, "usr/share/iproute2")
		b.readOnly("usr/share/iproute2")
	}
	if path := filepath.Join(b.base, "usr/share/bash-completion"); exists(path) {
		b.bind(path, "usr/share/bash-completion")
		b.readOnly("usr/share/bash-completion")
	}
}

// etcFiles is the configuration that the C library reads for both tools.
var etcFiles = map[string]string{
	"passwd":        "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n",
	"group":         "root:x:0:\nnogroup:x:65534:\n",
	"hosts":         "127.0.0.1 localhost\n::1 localhost ip6-localhost\n10.255.0.1 known.example known\n",
	"networks":      "default 0.0.0.0\nloopback 127.0.0.0\nlink-local 169.254.0.0\n",
	"nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\nnetworks: files\nprotocols: files\nservices: files\nethers: files\n",
	"hostname":      "box\n",
	"resolv.conf":   "",
}

// etc is fresh, but for what helper programs of the base cannot do without.
func (b *builder) etc() {
	names := make([]string, 0, len(etcFiles))
	for name := range etcFiles {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		b.write("etc/"+name, etcFiles[name])
	}
	b.mkdir("etc/iproute2")
	b.mkdir("etc/netns")
	for _, name := range []string{"alternatives", "ld.so.cache"} {
		if path := filepath.Join(b.base, "etc", name); exists(path) {
			b.bind(path, "etc/"+name)
			b.readOnly("etc/" + name)
		}
	}
	// These two are copies, so that a script may change them.
	for _, name := range []string{"protocols", "services"} {
		if text, err := os.ReadFile(filepath.Join(b.base, "etc", name)); err == nil {
			b.write("etc/"+name, string(text))
		}
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// props puts links to the bench itself on PATH, for the programs that it serves as.
func (b *builder) props() {
	const bench = ownDir + "/program"
	self, err := os.Executable()
	b.try("finding the bench", err)
	b.bind(self, bench)
	for _, name := range prop.Names() {
		b.link(bench, filepath.Join(toolDir, name))
	}
}

// tools puts the candidate's programs first on PATH. A multi-call binary is
// bound once and linked under its names.
func (b *builder) tools(tools map[string]string) {
	bound := map[string]string{}
	for name, program := range tools {
		if bound[program] == "" {
			bound[program] = fmt.Sprintf("/.candidate%d", len(bound))
			b.bind(program, bound[program])
		}
		b.link(bound[program], filepath.Join(toolDir, name))
	}
}
