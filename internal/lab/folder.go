package lab

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gip/internal/file"
	"gip/internal/lab/rights"
	"gip/internal/netns"

	"golang.org/x/sys/unix"
)

// A Folder is laid over the root folder of a node: what it holds stands there in the
// place of the machine's files, or beside them.
type Folder struct {
	Path string
	// Print changes when something in the folder does, so that the node is made anew.
	Print string
}

// overDir has, for each node with a folder, what its programs write to the laid parts.
const overDir = labRun + "/over"

// FindFolders looks for the folders of the nodes in the one that the text stands in.
func (l *Lab) FindFolders(dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	for _, n := range l.Nodes {
		path := dir + "/" + n.Name
		var st unix.Stat_t
		if n.Host || unix.Stat(path, &st) != nil || st.Mode&unix.S_IFMT != unix.S_IFDIR {
			continue
		}
		if err := n.findFolder(path); err != nil {
			return &Error{n.At, "the folder " + path + ": " + err.Error()}
		}
	}
	return nil
}

func (n *Node) findFolder(path string) error {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	if path == "/run" || strings.HasPrefix(path, "/run/") {
		return errors.New("a lab has a /run of its own, and does not see this one")
	}
	mark, err := fingerprint(path)
	if err == nil {
		n.Folder = &Folder{path, mark}
	}
	return err
}

// fingerprint is a number of all that stat(2) tells of what a folder holds, by the
// hash of Fowler, Noll and Vo.
func fingerprint(dir string) (string, error) {
	sum := newHash
	err := sum.addFile(dir)
	return strconv.FormatUint(uint64(sum), 16), err
}

type hash uint64

const newHash hash = 14695981039346656037

// add adds a text.
func (h *hash) add(text string) {
	const prime = 1099511628211
	for _, c := range []byte(text) {
		*h = (*h ^ hash(c)) * prime
	}
}

// addFile adds a file, and of a folder what it holds, in the order of names.
func (h *hash) addFile(path string) error {
	var st unix.Stat_t
	if err := unix.Lstat(path, &st); err != nil {
		return pathError("stat", path, err)
	}
	h.add(path + "\x00" + strconv.Itoa(int(st.Mode)) + " " + strconv.Itoa(int(st.Ino)) + " " + strconv.Itoa(int(st.Size)) + " " + strconv.Itoa(int(st.Mtim.Nano())))
	if st.Mode&unix.S_IFMT != unix.S_IFDIR {
		return nil
	}
	names, err := file.Names(path)
	slices.Sort(names)
	for _, name := range names {
		if err := h.addFile(path + "/" + name); err != nil {
			return err
		}
	}
	return err
}

// notLaid are the folders of a root that a lab or a node has for itself.
var notLaid = []string{"dev", "proc", "run", "sys"}

// parts are the folders of a root over which something is laid. What else stands in the
// folder is told to note: there is nothing to lay it over.
func (f *Folder) parts(note func(text string)) (parts []string, err error) {
	names, err := file.Names(f.Path)
	slices.Sort(names)
	for _, name := range names {
		switch {
		case slices.Contains(notLaid, name):
			note(f.Path + "/" + name + " is left out: a lab has a /" + name + " of its own")
		case !isFolder("/"+name) || !isFolder(f.Path+"/"+name):
			note(f.Path + "/" + name + " is left out: only folders that the root folder has can be laid over it")
		default:
			parts = append(parts, name)
		}
	}
	return parts, err
}

func isFolder(path string) bool {
	var st unix.Stat_t
	return unix.Stat(path, &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFDIR
}

// lies reports whether the node's programs see other files than the machine's.
func (n *Node) lies() bool { return n.Folder != nil || n.online() }

// lay makes, for each part of the node's folder, what its programs are to see: both as
// one by overlayfs, and what they write on top of that, in the memory of the lab.
// netns.Isolate puts it in its place. A node that has the internet has its nameserver so.
func (b *builder) lay(n *Node) error {
	if !n.lies() {
		return nil
	}
	parts, err := n.parts(func(text string) {
		if !b.quiet {
			note(n.At.String() + ": " + text)
		}
	})
	if err != nil {
		return pathError("open", n.Folder.Path, err)
	}
	defer unix.Umask(unix.Umask(0o022))
	for _, part := range parts {
		if err := n.layPart(part); err != nil {
			return errors.New("laying files over /" + part + ": " + err.Error())
		}
	}
	return nil
}

// parts are the folders of the root that are others for the node.
func (n *Node) parts(note func(text string)) (parts []string, err error) {
	if n.Folder != nil {
		parts, err = n.Folder.parts(note)
	}
	if n.online() && !slices.Contains(parts, "etc") {
		parts = append(parts, "etc")
	}
	return parts, err
}

func (n *Node) layPart(part string) error {
	return n.layAt(part, overDir+"/"+n.Name+"/"+part, netns.LaidDir+"/"+n.Name+"/"+part)
}

// ownEtc gives a script an /etc of which what it writes is gone with the sandbox: recipes put
// there what "ip netns exec" binds. Where the kernel cannot lay one over the other, it has
// the machine's; and so has who may write there, as root with a script that installs packages.
func (b *builder) ownEtc() {
	if unix.Access("/etc", unix.W_OK) == nil {
		return
	}
	defer unix.Umask(unix.Umask(0o022))
	const part, over = "etc", overDir + "/etc"
	n := &Node{}
	os.MkdirAll(over+"/upper", 0o755)
	for _, own := range []string{"netns", "iproute2", "hosts", "resolv.conf"} { // which all may change
		n.copyIn("/"+part+"/"+own, over+"/upper/"+own)
	}
	if n.layAt(part, over, over+"/seen") == nil {
		unix.Mount(over+"/seen", "/"+part, "", unix.MS_BIND|unix.MS_REC, "")
	}
}

// layAt makes target what the node's programs are to see as a part of the root folder;
// what they write there goes to the folder over.
func (n *Node) layAt(part, over, target string) error {
	for _, dir := range []string{over + "/upper", over + "/work", target} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	if err := n.nameserver(part, over+"/upper"); err != nil {
		return err
	}
	lower := escaped("/" + part)
	if n.Folder != nil && isFolder(n.Folder.Path+"/"+part) {
		lower = escaped(n.Folder.Path+"/"+part) + ":" + lower
	}
	options := "lowerdir=" + lower + ",upperdir=" + escaped(over+"/upper") + ",workdir=" + escaped(over+"/work")
	if !rights.FirstUsers() {
		options += ",userxattr" // the other attributes are for the machine's root
	}
	below, mounted, err := n.mountsBelow("/"+part, over+"/upper")
	if err != nil {
		return err
	}
	err = unix.Mount("overlay", target, "overlay", unix.MS_NODEV, options)
	switch {
	case err == unix.EINVAL && !mounted:
		return errors.New("overlayfs is below it twice already, and the kernel lays no third one over that")
	case err == unix.EINVAL && !rights.FirstUsers(): // the kernel lets users not see what a mount hides
		return errors.New("something is mounted below it, and without root that is not possible")
	case err != nil:
		return os.NewSyscallError("overlayfs", err)
	}
	for _, at := range below {
		if err := unix.Mount(at, target+at[1+len(part):], "", unix.MS_BIND|unix.MS_REC, ""); err != nil && err != unix.ENOENT {
			return pathError("mount", at, err)
		}
	}
	return nil
}

// escaped is a path among the options of overlayfs.
func escaped(path string) string {
	return strings.NewReplacer(`\`, `\\`, ",", `\,`, ":", `\:`).Replace(path)
}

// has reports whether the node's folder has something for a path.
func (n *Node) has(path string) bool { return n.Folder != nil && file.Exists(n.Folder.Path+path) }

// copyIn copies a small file, or of a folder what it holds, as far as that may be read.
func (n *Node) copyIn(from, to string) {
	const small = 1 << 20
	var st unix.Stat_t
	if unix.Lstat(from, &st) != nil || st.Size > small {
		return
	}
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFDIR:
		os.MkdirAll(to, 0o755)
		names, _ := file.Names(from)
		for _, name := range names {
			n.copyIn(from+"/"+name, to+"/"+name)
		}
	case unix.S_IFREG:
		if text, err := file.Read(from); err == nil && os.WriteFile(to, []byte(text), 0) == nil {
			unix.Chown(to, int(st.Uid), int(st.Gid)) // where these are accounts
			unix.Chmod(to, st.Mode&0o7777)
		}
	}
}

// mountsBelow are the places below a part of the root folder at which something is mounted,
// which overlayfs does not see, and the node has nothing itself; mounted tells that there are
// others, too. A small file it copies to upper: what the node writes there is not to be in
// the machine's.
func (n *Node) mountsBelow(part, upper string) (below []string, mounted bool, err error) {
	text, err := file.Read("/proc/self/mountinfo")
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		const point = 4
		if len(fields) <= point || !strings.HasPrefix(fields[point], part+"/") {
			continue
		}
		mounted = true
		at := file.Unescape(fields[point])
		to := upper + at[len(part):]
		if n.has(at) || file.Exists(to) {
			continue
		}
		if !isFolder(at) && !slices.ContainsFunc(below, func(folder string) bool { return strings.HasPrefix(at, folder+"/") }) {
			os.MkdirAll(filepath.Dir(to), 0o755)
			n.copyIn(at, to)
		}
		if !file.Exists(to) {
			below = append(below, at)
		}
	}
	return below, mounted, err
}

// nameserver writes where a node asks for names that has the internet, unless its folder
// tells.
func (n *Node) nameserver(part, upper string) error {
	const name = "resolv.conf"
	if part != "etc" || !n.online() || n.has("/etc/"+name) {
		return nil
	}
	return os.WriteFile(upper+"/"+name, []byte("nameserver "+internetDNS+"\n"), 0o644)
}

// unlay takes away what lay has made for a node of that name.
func unlay(name string) error {
	laid := netns.LaidDir + "/" + name
	parts, err := file.Names(laid)
	if err == unix.ENOENT {
		return nil
	}
	for _, part := range parts {
		if err := unix.Unmount(laid+"/"+part, unix.MNT_DETACH); err != nil {
			return pathError("unmount", laid+"/"+part, err)
		}
	}
	return errors.Join(err, os.RemoveAll(laid), os.RemoveAll(overDir+"/"+name))
}
