// Package netns finds and enters named network namespaces: the handles that
// "ip netns add" keeps in /run/netns.
//
// A namespace belongs to a thread. All functions here that change it act on
// the calling thread, which therefore has to be locked to its goroutine; the
// main goroutine of gip is, for good.
package netns

import (
	"errors"
	"strconv"
	"strings"

	"gip/internal/file"
	"gip/internal/rtnl"
	"gip/internal/word"

	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// Where the handles are, and the folders of files that stand in for those of
// /etc in one namespace. The real tool of Debian has them here.
const (
	RunDir = "/run/netns"
	EtcDir = "/etc/netns"
)

// Self is the namespace of the main thread.
const Self = "/proc/self/ns/net"

// Thread is the namespace of the thread that opens it.
const Thread = "/proc/thread-self/ns/net"

// SelfExe is the program that runs.
const SelfExe = "/proc/self/exe"

// maxName is the longest name of a file.
const maxName = 255

// ValidName reports whether name can be a handle: it must not lead out of the
// folder.
func ValidName(name string) bool {
	return name != "" && len(name) <= maxName && !strings.Contains(name, "/") && name != "." && name != ".."
}

// Path is the handle's file.
func Path(name string) string { return RunDir + "/" + name }

// Open opens the namespace that a command names: by its name, by a path (a
// word with a slash), or by the number of a process in it.
func Open(name string) (netns.NsHandle, error) {
	path := name
	if Offer(name) {
		return netns.None(), unix.ENOENT
	}
	if !strings.Contains(name, "/") {
		path = Path(name)
	}
	h, err := netns.GetFromPath(path)
	if err == nil {
		return h, nil
	}
	if _, notNumber := strconv.ParseUint(name, 10, 31); notNumber != nil {
		return h, err
	}
	return netns.GetFromPath("/proc/" + name + "/ns/net")
}

// Offer tells the names of all handles, if w is the word that is asked about, and
// reports whether it is.
func Offer(w string) bool {
	return word.OfferFrom(w, func() []string {
		names, _ := Names()
		return names
	})
}

// Names returns the names of all handles in the order in which the file
// system has them, which is the order of "ip netns list".
func Names() ([]string, error) { return file.Names(RunDir) }

// Errors of this package say what the real tool says on stderr, without the
// newline.
type textError struct {
	text  string
	cause error
}

func (e *textError) Error() string { return e.text + strerror(e.cause) }
func (e *textError) Unwrap() error { return e.cause }

func fail(cause error, text string) error { return &textError{text + ": ", cause} }

// strerror is the C text of a system call's error.
func strerror(err error) string {
	var no unix.Errno
	if errors.As(err, &no) {
		return rtnl.Strerror(no)
	}
	return err.Error()
}
