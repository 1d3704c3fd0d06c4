package cli

import (
	"bytes"
	"fmt"
	"io"
	"net/netip"
	"os"

	"gip/internal/names"
	"gip/internal/netns"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// Options are the global options of ip, bridge and tc.
type Options struct {
	Family    uint8 // -4 -6 -0 -M -B -f; unix.AF_UNSPEC if not given
	Stats     int   // -s, counted
	Details   int   // -d, counted
	JSON      bool  // -j
	Pretty    bool  // -p
	Oneline   bool  // -o
	Brief     bool  // -br
	Human     bool  // -h
	IEC       bool  // -iec
	Resolve   bool  // -r
	Numeric   bool  // -N
	Force     bool  // -force
	All       bool  // -a
	Echo      bool  // -echo
	Timestamp bool  // -t
	ShortTime bool  // -ts
	Compress  bool  // -compressvlans of bridge
	Raw       bool  // -r of tc
	Graph     bool  // -g of tc
	Names     bool  // -nm of tc
	Loops     int   // -l; rounds of a flush
	RcvBuf    int   // -rc
	Palette   show.Palette
	NamesFile string // -cf of tc
	// NoRemarks is set for tools whose original does not speak netlink, and so never
	// shows what the kernel remarks on the side there.
	NoRemarks bool
	// Lenient is set in a batch of ip, whose socket does not ask the kernel
	// for strict checks.
	Lenient bool
}

// DefaultLoops is how often a flush repeats without -l.
const DefaultLoops = 10

// Env is all that a command gets from outside its arguments. One Env serves
// one command, or all lines of one batch.
type Env struct {
	Stdin  io.Reader
	Stdout *os.File // only for the question whether it is a terminal, and for binary streams
	Stderr io.Writer
	Opt    Options
	// Called is the name that a tool was called by, with its folder: argv[0].
	Called string
	Pen    *show.Pen
	Tables *names.Tables
	Links  *names.Links
	// NSIDs knows the names of the namespaces that links refer to by number.
	NSIDs *netns.IDs
	// Batch tells that the command is a line of a batch: what it starts is a
	// child, not our successor.
	Batch bool
	// Hosted is set where the command is a part of another program.
	Hosted *Hosted
	// Netns is the namespace that -n moved into, as long as it lacks its mounts
	// (see netns.Enter).
	Netns string
	// LinksShown is set once links were listed: from then on, the real tool
	// shows addresses with all that it shows of links.
	LinksShown bool
	learned    bool // see LearnLinks
	// Applet runs another command of gip by name, as netns exec does when the
	// command is not on PATH; nil if there are none.
	Applet func(name string, args []string) (run func() int, ok bool)
	// Asked tells that the command runs for the completion of its words. Then Halt may
	// be the error that it ends with before it does anything.
	Asked bool
	Halt  error
	// Heading, if set, writes what a monitor puts before an event: the time,
	// and the label of its kind, "[RULE]". Printers call Head.
	Heading func(label string)
	// Dry, if set, answers in the place of the kernel: the command is tried, and
	// may touch nothing.
	Dry *rtnl.Dry
	// Watched is the device whose events a monitor shows; 0 for all.
	Watched uint32

	opened []func() // what closes the sockets of a part of another program, see Close

	conn   *rtnl.Conn
	xfrm   *rtnl.Conn
	genl   genl
	window *window
	check  *outputCheck          // see CheckOutput
	change *rtnl.Msg             // see NewChange
	state  []any                 // see State
	hosts  map[netip.Addr]string // the names that -r found
}

// New returns an environment that reads and writes the given streams.
func New(stdin io.Reader, stdout, stderr *os.File, opt Options) *Env {
	e := &Env{Stdin: stdin, Stdout: stdout, Stderr: stderr, Opt: opt}
	e.Pen = show.New(stdout, show.Options{JSON: opt.JSON, Pretty: opt.Pretty, Oneline: opt.Oneline, Palette: opt.Palette})
	e.Tables = names.NewTables(stderr)
	e.Tables.Numeric = opt.Numeric
	e.Links = names.NewLinks(func() (*rtnl.Conn, error) { return e.dial(unix.NETLINK_ROUTE) })
	e.Links.Borrow = e.idle
	e.Links.Failed = func(err error) { Report(e.Stderr, err) }
	dial := func() (*rtnl.Conn, error) { return e.Dial(unix.NETLINK_ROUTE) }
	e.NSIDs = netns.NewIDs(dial, func(err error) { Report(stderr, err) })
	return e
}

// Dial opens a netlink socket in the current namespace whose remarks go to
// stderr.
func (e *Env) Dial(protocol int) (*rtnl.Conn, error) {
	if err := e.Settle(); err != nil {
		return nil, err
	}
	return e.dial(protocol)
}

// Supports fails where no socket of a family can be had, which tools that ask by ioctl
// say. A completion, which has none either, goes on.
func (e *Env) Supports(family int) error {
	if e.Asked {
		return nil
	}
	return rtnl.Supports(family)
}

// dial is Dial while changes wait.
func (e *Env) dial(protocol int) (*rtnl.Conn, error) {
	opt := rtnl.Options{Strict: !e.Opt.Lenient, RcvBuf: e.Opt.RcvBuf, Dry: e.Dry}
	if !e.Opt.NoRemarks {
		opt.Note = func(s string) { e.Warnf("%s\n", s) }
	}
	c, err := rtnl.Dial(protocol, opt)
	switch {
	case err == nil:
		e.opens(func() { c.Close() })
		return c, nil
	case e.Batch:
		return nil, Exit(StatusError, "%s\nCannot open rtnetlink", err)
	}
	return nil, NoSocket(err)
}

// errText is the C text of a system call's error.
func errText(err error) string {
	if no, ok := underlyingErrno(err); ok {
		return rtnl.Strerror(no)
	}
	return err.Error()
}

// Conn returns the connection to rtnetlink, opened at first use and shared by
// all lines of a batch.
func (e *Env) Conn() (*rtnl.Conn, error) {
	if err := e.Settle(); err != nil {
		return nil, err
	}
	return e.rtnetlink()
}

// rtnetlink is Conn while changes wait.
func (e *Env) rtnetlink() (c *rtnl.Conn, err error) {
	if e.conn == nil {
		e.conn, err = e.dial(unix.NETLINK_ROUTE)
	}
	return e.conn, err
}

// idle is the connection to rtnetlink, or nil while it is in use.
func (e *Env) idle() *rtnl.Conn {
	if e.waiting() || e.conn != nil && e.conn.Busy() {
		return nil
	}
	c, err := e.rtnetlink()
	if err != nil {
		return nil
	}
	return c
}

// Do sends a change and waits for the acknowledgement; a refusal is an
// *rtnl.Error.
func (e *Env) Do(m *rtnl.Msg) error {
	c, err := e.Conn()
	if err != nil {
		return err
	}
	return c.Do(m)
}

// Head begins a record: monitors put a heading before it.
func (e *Env) Head(label string) {
	if e.Heading != nil {
		e.Heading(label)
	}
}

// Monitoring reports whether records are printed by a monitor: some printers
// leave out there what only lists have.
func (e *Env) Monitoring() bool { return e.Heading != nil }

// MayChange reports whether the kernel lets us change devices. It looks at that
// before all else, so a request that names no device is refused either way.
func (e *Env) MayChange() bool {
	m := rtnl.Request(unix.RTM_DELLINK, unix.IfInfomsg{})
	return !rtnl.Is(e.Do(m), unix.EPERM)
}

// NewChange returns the message of the change that a command makes. All lines
// of a batch share it: it is good until the next call.
func (e *Env) NewChange(typ, flags uint16) *rtnl.Msg {
	if e.change == nil {
		e.change = rtnl.New(typ, flags)
	} else {
		e.change.Reset(typ, flags)
	}
	return e.change
}

// Change sends a change as the last thing that a command does; with -echo it
// prints the kernel's echo of it as an output of its own. In a batch it may be
// sent later, with others.
func (e *Env) Change(m *rtnl.Msg, print func(*Env, rtnl.Message) error) error {
	if !e.Opt.Echo {
		return e.Post(m, Special{})
	}
	m.SetFlags(unix.NLM_F_ECHO)
	echoed := false
	echo := func(m rtnl.Message) error {
		if echoed {
			return nil
		}
		echoed = true
		e.Pen.Begin()
		e.Pen.OpenObject("")
		err := print(e, m)
		e.Pen.CloseObject()
		e.Pen.End()
		return err
	}
	err := e.Request(m, echo)
	if err == nil && !echoed {
		// A kernel that does not echo: the real tool prints the empty shell.
		return echo(rtnl.Message{})
	}
	return err
}

// Request sends a request and gives f what comes before the acknowledgement.
func (e *Env) Request(m *rtnl.Msg, f func(rtnl.Message) error) error {
	c, err := e.Conn()
	if err != nil {
		return err
	}
	return c.Request(m, f)
}

// Get sends a request that is answered by one message.
func (e *Env) Get(m *rtnl.Msg, f func(rtnl.Message) error) error {
	c, err := e.Conn()
	if err != nil {
		return err
	}
	return c.Get(m, f)
}

// LinkAttrs sends a request that is answered by one message about a link, and returns a
// copy of the attributes; nil if there was none.
func (e *Env) LinkAttrs(m *rtnl.Msg) (attrs []byte, err error) {
	err = e.Get(m, func(m rtnl.Message) error {
		_, attrs = rtnl.View[unix.IfInfomsg](m.Body)
		attrs = bytes.Clone(attrs)
		return nil
	})
	return attrs, err
}

// Dump sends a dump request and streams the answer to f.
func (e *Env) Dump(m *rtnl.Msg, f func(rtnl.Message) error) error {
	c, err := e.Conn()
	if err != nil {
		return err
	}
	return c.Dump(m, f)
}

// LearnLinks fills the cache of names with all links, once. The real tool does
// that before some commands, and exits if it cannot.
func (e *Env) LearnLinks() error {
	if e.learned {
		return nil
	}
	m := rtnl.Links(uapi.RTEXT_FILTER_VF | uapi.RTEXT_FILTER_SKIP_STATS | uapi.RTEXT_FILTER_NAME_ONLY)
	err := e.Dump(m, func(m rtnl.Message) error { e.Links.Remember(m); return nil })
	e.learned = err == nil
	return DumpError(err, StatusError)
}

// LearnForBatch is LearnLinks for a line of a batch: later lines find the links
// as they are named now, in the real tool. A single command asks for the few
// names that it needs.
func (e *Env) LearnForBatch() error {
	if !e.Batch {
		return nil
	}
	return e.LearnLinks()
}

// Units returns how counters are written.
func (e *Env) Units() show.Units { return show.Units{Human: e.Opt.Human, IEC: e.Opt.IEC} }

// Warnf writes to stderr, after the refusals of changes that wait; the command
// goes on.
func (e *Env) Warnf(format string, args ...any) {
	fmt.Fprintf(e.Stderr, format, args...)
}

// Index returns the index of a device that a change needs.
func (e *Env) Index(dev string) (uint32, error) {
	if idx := e.Links.Index(dev); idx != 0 {
		return idx, nil
	}
	return 0, NoDev(dev)
}

// State is what a package keeps in an Env, for all lines of a batch; at first it
// is a new T.
func State[T any](e *Env) *T {
	for _, s := range e.state { // a few: a map takes longer
		if s, ok := s.(*T); ok {
			return s
		}
	}
	s := new(T)
	e.state = append(e.state, s)
	return s
}
