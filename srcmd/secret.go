package srcmd

import (
	"bufio"
	"io"
	"os"
	"strings"

	"gip/internal/cli"
	"gip/internal/file"

	"golang.org/x/sys/unix"
)

const prompt = "Enter secret for HMAC key ID (blank to delete): "

// askSecret asks for a secret as getpass(3) does: on the terminal of the
// process, without echo; if it has none, on standard input, with the prompt on
// standard error.
func askSecret(e *cli.Env) string {
	in, out := e.Stdin, e.Stderr
	tty, err := file.OpenFile("/dev/tty", os.O_RDWR|unix.O_NOCTTY, 0)
	if err == nil {
		defer tty.Close()
		in, out = tty, tty
	}
	restore, hidden := hide(in)
	io.WriteString(out, prompt)
	if err == nil && e.Interrupted(int(tty.Fd())) { // standard input looks for that itself
		restore()
		return ""
	}
	s, ok := readLine(in)
	if ok && hidden {
		io.WriteString(out, "\n")
	}
	restore()
	return s
}

// hide turns off a terminal's echo and the keys that send signals.
func hide(in io.Reader) (restore func(), hidden bool) {
	f, ok := in.(interface{ Fd() uintptr })
	if !ok {
		return func() {}, false
	}
	fd := int(f.Fd())
	old, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return func() {}, false
	}
	t := *old
	t.Lflag &^= unix.ECHO | unix.ISIG
	err = unix.IoctlSetTermios(fd, unix.TCSETSF, &t)
	return func() { unix.IoctlSetTermios(fd, unix.TCSETSF, old) }, err == nil
}

// readLine reads a line, as long as a C string in it: whole tells that it
// ended in a newline. Like the C library it reads more at once, and gives back
// what a file has more; a batch has a buffer, where that stays.
func readLine(in io.Reader) (line string, whole bool) {
	if r, ok := in.(interface{ ReadString(byte) (string, error) }); ok {
		line, _ = r.ReadString('\n')
	} else {
		r := bufio.NewReaderSize(in, 4096)
		line, _ = r.ReadString('\n')
		if s, ok := in.(io.Seeker); ok {
			s.Seek(-int64(r.Buffered()), io.SeekCurrent)
		}
	}
	line, whole = strings.CutSuffix(line, "\n")
	line, _, _ = strings.Cut(line, "\x00")
	return line, whole
}
