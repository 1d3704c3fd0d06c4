package lab

import (
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/join"
	"gip/internal/netns"
	"gip/internal/spawn"

	vnetns "github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// lines runs the lines of the lab that are to run once, and starts those that stay, as
// far as they are wanted. Then it waits for what they have changed, if anything.
func (b *builder) lines(p *command.Process, wanted func(*Line) bool) error {
	b.progress.Clear()
	unsettled := isSwitch
	for _, l := range b.lab.Lines {
		b.unsure = b.unsure || l.Programs(p)
		if !wanted(l) {
			continue
		}
		unsettled = anyNode
		var err error
		switch l.Doing {
		case Do:
			err = b.do(p, l)
		case Start:
			err = b.start(l, b.lab.number(l))
		}
		if err != nil {
			b.unsure = b.unsure || l.Doing == Start || l.Node.trial()
			return err
		}
	}
	return b.settle(unsettled)
}

// trial reports whether a rehearsal lacks something of the node, so that lines may fail.
func (n *Node) trial() bool { return n.Host || n.online() }

// runsPrograms reports whether there is a line that is not one of gip's own commands:
// what it does may need the links.
func (b *builder) runsPrograms(p *command.Process) bool {
	return slices.ContainsFunc(b.lab.Lines, func(l *Line) bool { return l.Doing == Start || l.Programs(p) })
}

// Programs reports whether the line runs a program once that is not one of gip's own
// commands: nobody knows what that does.
func (l *Line) Programs(p *command.Process) bool {
	_, inPlace := p.InPlace(l.Words)
	return l.Doing == Do && !inPlace
}

// String is the line as the text has it.
func (l *Line) String() string { return l.Node.Name + ": " + Quoted(l.Words) }

// Claim is what a check says: the line, behind "not" if it has to fail.
func (l *Line) Claim() string {
	if l.Doing == CheckNot {
		return "not " + l.String()
	}
	return l.String()
}

// Quoted joins words so that they are split again as they were.
func Quoted(words []string) string {
	var out []string
	for _, w := range words {
		switch {
		case w != "" && !strings.ContainsAny(w, " \t\"'"):
		case !strings.Contains(w, `"`):
			w = `"` + w + `"`
		default:
			w = "'" + w + "'"
		}
		out = append(out, w)
	}
	return strings.Join(out, " ")
}

// do runs a line: one of gip's own commands on this thread, which is moved to the
// node, anything else as a program.
func (b *builder) do(p *command.Process, l *Line) error {
	said := &heading{w: p.Stderr, text: l.At.String() + ": " + l.String() + "\n"}
	trial := b.quiet && (b.unsure || l.Node.trial())
	if trial {
		said.w = io.Discard
	}
	status := 0
	a, inPlace := p.InPlace(l.Words)
	if inPlace {
		err := b.within(l.Node, func() { status = p.Serve(a, l.Words, said) })
		if err != nil {
			return fail(l.At, quote(l.Node.Name), err)
		}
	} else {
		var err error
		if status, err = runIn(l.Node.Name, l.Words); err != nil {
			return fail(l.At, l.String(), err)
		}
		awaitGuard(unix.Signal(status - 128))
	}
	if status == 0 || trial { // what programs, or the machine, have for it, a rehearsal has not
		return nil
	}
	if inPlace && said.said {
		return errSaid
	}
	return &Error{l.At, l.String() + ": exit status " + strconv.Itoa(status)}
}

// within calls f in a node: on this thread, or, where the node has files of its own, on
// one that sees them.
func (b *builder) within(n *Node, f func()) error {
	if !n.lies() {
		err := vnetns.Set(b.ns[n])
		if err == nil {
			f()
		}
		return err
	}
	return netns.Apart(func() error {
		err := netns.Switch(n.Name, note)
		if err == nil {
			f()
		}
		return err
	})
}

// note is told what of a node's files could not be had.
func note(text string) { os.Stderr.WriteString(text + "\n") }

// A heading is written before the first text.
type heading struct {
	w    io.Writer
	text string
	said bool
}

func (h *heading) Write(b []byte) (int, error) {
	if !h.said {
		h.said = true
		io.WriteString(h.w, h.text)
	}
	return h.w.Write(b)
}

// runIn runs a program in a node, with the standard streams of this process, and
// returns its status; that of a signal counts from 128.
func runIn(node string, words []string) (status int, err error) {
	pid, err := startIn(node, words, []uintptr{0, 1, 2})
	if err != nil {
		return 0, err
	}
	ws := join.Wait(pid)
	if ws.Signaled() {
		return 128 + int(ws.Signal()), nil
	}
	return ws.ExitStatus(), nil
}

// startIn starts a program in a node as "ip netns exec" does, from a thread that is
// not used again.
func startIn(node string, words []string, files []uintptr) (pid int, err error) {
	err = netns.Apart(func() error {
		if err := netns.Switch(node, note); err != nil {
			return err
		}
		pid, err = spawn.Start(words, files, nil)
		if err != nil {
			return cli.Fail(`exec of "%s" failed: %s`, words[0], cli.Strerror(err))
		}
		return nil
	})
	return pid, err
}

// start starts a line in the background. What it writes goes to a file of the state.
func (b *builder) start(l *Line, number int) error {
	name := l.logName(number)
	log, err := unix.Openat(fdState, name, unix.O_WRONLY|unix.O_CREAT|unix.O_TRUNC|unix.O_APPEND|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return fail(l.At, name, err)
	}
	defer unix.Close(log)
	if _, err := startIn(l.Node.Name, l.Words, []uintptr{0, uintptr(log), uintptr(log)}); err != nil {
		return fail(l.At, l.String(), err)
	}
	return nil
}
