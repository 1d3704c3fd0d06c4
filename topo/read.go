package topo

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"strconv"
	"strings"

	"gip/internal/cli"
	"gip/internal/names"
	"gip/internal/netns"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// Options say how a network is read. The zero Options are good.
type Options struct {
	// Visit, if set, is called for each namespace that could be looked into, once the
	// graph is whole, on a thread that is in the namespace.
	Visit func(*Namespace)
}

// Read reads the network of the machine, as far as the caller may see it: what could
// not be seen is told in the graph (Graph.Unseen, Namespace.Unseen) and is no error. A
// namespace that goes away meanwhile is left out. The error is the context's if that is
// over, which is looked at before each list is read, or why the caller's own namespace
// could not be read: an errno, or the kernel's refusal.
//
// Namespaces are those of /run/netns, of other mounts, of processes, and, where the
// kernel has listns(2), all others. They are visited by a thread that ends with the
// call, so that no other code of the process ever runs in one of them.
func Read(ctx context.Context, opt Options) (*Graph, error) {
	r := newReader(ctx, opt)
	err := aside(func(self int) error { return r.readAll(findSpaces(self)) })
	if err != nil {
		return nil, err
	}
	return r.graph, nil
}

// In calls f on a thread that is in a namespace, which has the name that it has in a
// graph, and is thrown away afterwards. The error is an errno: unix.ENOENT if there is
// none of that name (errors.Is finds fs.ErrNotExist), unix.EPERM if it cannot be entered
// (fs.ErrPermission).
func In(name string, f func()) error {
	r := newReader(context.Background(), Options{})
	return aside(func(self int) error {
		r.graph = &Graph{}
		for _, s := range findSpaces(self).list {
			r.graph.Namespaces = append(r.graph.Namespaces, newNamespace(s))
		}
		r.arrange()
		n := r.graph.Find(name)
		if n == nil {
			return unix.ENOENT
		}
		if err := r.enter(n); err != nil {
			return err
		}
		f()
		return nil
	})
}

// aside calls f, with the open namespace of the caller or -1, on a thread that is thrown
// away.
func aside(f func(self int) error) error {
	// The caller's namespace is that of its thread.
	runtime.LockOSThread()
	self, err := netns.OpenOwn()
	runtime.UnlockOSThread()
	if err != nil && err != unix.ENOENT {
		return err
	}
	defer unix.Close(self)
	return netns.Apart(func() error { return f(self) })
}

func newReader(ctx context.Context, opt Options) *reader {
	return &reader{ctx: ctx, opt: opt, tables: names.NewTables(io.Discard)}
}

// A reader visits namespaces on one thread.
type reader struct {
	ctx     context.Context
	opt     Options
	tables  *names.Tables
	graph   *Graph
	current uint64 // the inode of the namespace that the thread is in, if it is known
	buf     bytes.Buffer
}

func (r *reader) readAll(found *spaces) error {
	r.graph = &Graph{Version: Version}
	for _, s := range found.list {
		n := newNamespace(s)
		switch err := r.visit(n); {
		case err == unix.ENOENT || err == unix.ESRCH:
			continue
		case r.ctx.Err() != nil:
			return r.ctx.Err()
		case err != nil && s.self:
			return err
		case err != nil:
			n.Unseen = textOf(err)
		}
		r.graph.Namespaces = append(r.graph.Namespaces, n)
	}
	r.arrange()
	r.note(found)
	r.match()
	r.hold()
	return r.visitAll()
}

// textOf is an error in the words of the C library.
func textOf(err error) string {
	if no, ok := err.(unix.Errno); ok {
		return rtnl.Strerror(no)
	}
	return err.Error()
}

// arrange puts the host first, then the others by their names, as people count them:
// c2 before c10.
func (r *reader) arrange() {
	all := r.graph.Namespaces
	sortNamespaces(all)
	distinguish(all)
}

// note tells what could not be seen.
func (r *reader) note(found *spaces) {
	switch {
	case found.closed == 1:
		r.graph.Unseen = append(r.graph.Unseen, "the namespace of a process of another user")
	case found.closed > 1:
		r.graph.Unseen = append(r.graph.Unseen, "the namespaces of "+strconv.Itoa(found.closed)+" processes of other users")
	}
	r.graph.Unseen = append(r.graph.Unseen, found.unread...)
	var closed []string
	for _, n := range r.graph.Namespaces {
		if n.Unseen != "" {
			closed = append(closed, n.Name)
		}
	}
	if len(closed) > 0 {
		r.graph.Unseen = append(r.graph.Unseen, "what is in "+strings.Join(closed, ", ")+": "+r.graph.Find(closed[0]).Unseen)
	}
}

// enter moves the thread into a namespace. Without rights it may stay where it is.
func (r *reader) enter(n *Namespace) error {
	if r.current == n.space.ino && r.current != 0 {
		return nil
	}
	if n.space.self && n.space.fd < 0 {
		// Where there is no /proc, no way leads back.
		if r.current != 0 {
			return unix.ENOENT
		}
		return nil
	}
	fd, err := n.space.open()
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	if r.current == 0 {
		// The thread is where the one that began it was.
		if here, err := netns.OpenOwn(); err == nil {
			r.current, _ = inodeOf(here)
			unix.Close(here)
		}
		if r.current == n.space.ino {
			return nil
		}
	}
	if err := unix.Setns(fd, unix.CLONE_NEWNET); err != nil {
		return err
	}
	r.current = n.space.ino
	return nil
}

// visit reads what is in a namespace.
func (r *reader) visit(n *Namespace) error {
	if err := r.enter(n); err != nil {
		return err
	}
	e := r.env()
	conn, err := e.Conn()
	if err != nil {
		return errors.New(cli.Said(err))
	}
	defer conn.Close()
	v := &visit{reader: r, e: e, conn: conn, n: n, byIndex: map[int]*Link{}}
	return v.read()
}

// env is an environment in which the printers of commands write to our buffer.
func (r *reader) env() *cli.Env {
	e := cli.New(strings.NewReader(""), nil, nil, cli.Options{Oneline: true})
	e.Stderr, e.Tables = io.Discard, r.tables
	e.Pen = show.New(&r.buf, show.Options{Oneline: true})
	return e
}

// A visit is the reading of one namespace.
type visit struct {
	*reader
	e    *cli.Env
	conn *rtnl.Conn
	n    *Namespace
	// byIndex has the links that were read.
	byIndex map[int]*Link
}

// link returns the link with that index, or nil.
func (v *visit) link(index int) *Link { return v.byIndex[index] }

func (v *visit) read() error {
	steps := [...]func() error{v.links, v.describe, v.addresses, v.ports, v.keyed, v.routes, v.rules, v.far, v.forwarding}
	for _, step := range steps {
		if err := v.ctx.Err(); err != nil {
			return err
		}
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// printed returns what f prints, on one line with single blanks.
func (v *visit) printed(f func()) string {
	v.buf.Reset()
	f()
	v.e.Pen.Flush()
	return strings.Join(strings.FieldsFunc(v.buf.String(), func(c rune) bool {
		return c == ' ' || c == '\t' || c == '\n' || c == '\\'
	}), " ")
}

// dump gives f the messages of a dump; that the kernel lacks what is asked for is no
// error: then there is nothing of it.
func (v *visit) dump(m *rtnl.Msg, f func(rtnl.Message) error) error {
	return unlessRefused(v.conn.Dump(m, f))
}

// unlessRefused is an error, but not one that the kernel has answered with.
func unlessRefused(err error) error {
	if _, refused := err.(*rtnl.Error); refused {
		return nil
	}
	return err
}

func (v *visit) addresses() error {
	return v.dump(rtnl.Request(unix.RTM_GETADDR, unix.IfAddrmsg{}), func(m rtnl.Message) error {
		if m.Type == unix.RTM_NEWADDR {
			v.address(m)
		}
		return nil
	})
}

// forwarding asks whether the namespace forwards packets (NETCONFA_FORWARDING of all
// devices): /proc/sys has the same, where there is one.
func (v *visit) forwarding() error {
	for _, of := range [...]struct {
		family uint8
		on     *bool
	}{{unix.AF_INET, &v.n.Forwards}, {unix.AF_INET6, &v.n.Forwards6}} {
		m := rtnl.Request(unix.RTM_GETNETCONF, [4]uint8{of.family})
		all := int32(uapi.NETCONFA_IFINDEX_ALL)
		m.U32(uapi.NETCONFA_IFINDEX, uint32(all))
		err := unlessRefused(v.conn.Get(m, func(m rtnl.Message) error {
			if len(m.Body) > 4 {
				*of.on = rtnl.U32(rtnl.Find(m.Body[4:], uapi.NETCONFA_FORWARDING)) != 0
			}
			return nil
		}))
		if err != nil {
			return err
		}
	}
	return nil
}
