package topo

import (
	"context"
	"os"
	"time"

	"gip/internal/netns"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// Watch reads the network and gives it to changed, then again each time that something
// in it has changed. It ends without an error when changed returns false, with that of
// the context when that is over, and else as Read does. Changes that come together, in
// some 40 ms, are told together; changed is called on the caller's goroutine.
//
// A socket in each namespace hears its events. It would keep alive a namespace that
// nothing else holds, so there is none in those that only listns(2) knows, and it is
// closed as soon as the name of its namespace, or its last process, is gone. What has no
// socket is looked at now and then.
func Watch(ctx context.Context, opt Options, changed func(*Graph) bool) error {
	graphs, more, failed := make(chan *Graph), make(chan bool), make(chan error, 1)
	go func() {
		failed <- aside(func(self int) error {
			w := &watcher{reader: *newReader(ctx, opt), self: self, ears: map[uint64]*rtnl.Conn{}, dead: map[uint64]bool{}}
			return w.run(graphs, more)
		})
	}()
	for {
		select {
		case g := <-graphs:
			more <- changed(g)
		case err := <-failed:
			return err
		}
	}
}

// A watcher listens on one thread.
type watcher struct {
	reader
	self  int
	ears  map[uint64]*rtnl.Conn // by the inode of the namespace
	names int                   // an inotify of the folder of names
	dead  map[uint64]bool       // namespaces that cannot be listened in
}

const (
	// gather is how long changes are waited for that belong to the first one.
	gather = 40 * time.Millisecond
	// look is how often it is looked for what no event tells: processes that begin or
	// end, and namespaces without an ear.
	look = 250 * time.Millisecond
	// deaf is how often namespaces are read in which nothing can be heard.
	deaf = 2 * time.Second
	// share is the part of the time that reading may take: one of so many.
	share = 3
)

func (w *watcher) run(graphs chan<- *Graph, more <-chan bool) error {
	defer w.close()
	w.watchNames()
	for {
		begun := time.Now()
		found := findSpaces(w.self)
		w.listen(found)
		if err := w.readAll(found); err != nil {
			return err
		}
		took := time.Since(begun)
		select {
		case graphs <- w.graph:
			if !<-more {
				return nil
			}
		case <-w.ctx.Done():
			return w.ctx.Err()
		}
		time.Sleep((share - 1) * took)
		if err := w.wait(found); err != nil {
			return err
		}
	}
}

func (w *watcher) close() {
	for _, c := range w.ears {
		c.Close()
	}
	if w.names > 0 {
		unix.Close(w.names)
	}
}

// watchNames hears when namespaces get names and lose them. Where the folder is not
// there yet, that is seen when it is looked for what no event tells.
func (w *watcher) watchNames() {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return
	}
	w.names = fd
	w.addNamesWatch()
}

// addNamesWatch may be called again: the kernel knows a folder that is watched.
func (w *watcher) addNamesWatch() {
	if w.names > 0 {
		_, _ = unix.InotifyAddWatch(w.names, netns.RunDir, unix.IN_CREATE|unix.IN_DELETE|unix.IN_MOVE|unix.IN_UNMOUNT)
	}
}

// The groups whose events tell of what a graph has, as bits; the rule group of IPv6 has
// no name of this old kind.
const watched = unix.RTMGRP_LINK | unix.RTMGRP_IPV4_IFADDR | unix.RTMGRP_IPV6_IFADDR | unix.RTMGRP_IPV4_ROUTE |
	unix.RTMGRP_IPV6_ROUTE | unix.RTMGRP_IPV4_RULE | 1<<(unix.RTNLGRP_IPV6_RULE-1) |
	1<<(unix.RTNLGRP_IPV4_NETCONF-1) | 1<<(unix.RTNLGRP_IPV6_NETCONF-1)

// listen opens ears in namespaces that are new, and closes those of namespaces that
// nothing but an ear may hold. A namespace that could not be listened in is forgotten when
// it is gone: the kernel gives its inode to the next one.
func (w *watcher) listen(found *spaces) {
	w.addNamesWatch()
	held := map[uint64]bool{}
	for _, s := range found.list {
		if !s.self && s.path == "" {
			continue
		}
		held[s.ino] = true
		if w.ears[s.ino] == nil && !w.dead[s.ino] {
			w.openEar(s)
		}
	}
	for ino := range w.dead {
		if !held[ino] {
			delete(w.dead, ino)
		}
	}
	closed := false
	for ino, c := range w.ears {
		if !held[ino] {
			c.Close()
			delete(w.ears, ino)
			closed = true
		}
	}
	if closed {
		time.Sleep(gather) // the kernel takes a namespace apart when nothing holds it any more
	}
}

func (w *watcher) openEar(s *space) {
	var c *rtnl.Conn
	err := w.enter(&Namespace{space: s})
	if err == nil {
		c, err = rtnl.Dial(unix.NETLINK_ROUTE, rtnl.Options{})
	}
	if err == nil {
		if err = c.Bind(watched); err == nil {
			w.ears[s.ino] = c
			return
		}
		c.Close()
	}
	w.dead[s.ino] = true
}

// wait returns when something has changed, or with the error of a context that is over.
func (w *watcher) wait(before *spaces) error {
	fds := []unix.PollFd{{Fd: int32(w.names), Events: unix.POLLIN}}
	if w.names <= 0 {
		fds[0].Fd = -1
	}
	for _, c := range w.ears {
		fds = append(fds, unix.PollFd{Fd: int32(c.FD()), Events: unix.POLLIN})
	}
	quiet := time.Now()
	for {
		n, err := unix.Poll(fds, int(look/time.Millisecond))
		switch {
		case w.ctx.Err() != nil:
			return w.ctx.Err()
		case err != nil && err != unix.EINTR:
			return os.NewSyscallError("poll", err)
		case n > 0:
			time.Sleep(gather)
			drain(fds)
			return nil
		case len(w.ears) < len(before.list) && time.Since(quiet) > deaf, !sameSpaces(before, findSpaces(w.self)):
			return nil
		}
	}
}

// drain takes all events: that there were some is enough.
func drain(fds []unix.PollFd) {
	var b [4096]byte
	for _, fd := range fds {
		one := []unix.PollFd{{Fd: fd.Fd, Events: unix.POLLIN}}
		for ready(one) {
			_, err := unix.Read(int(fd.Fd), b[:])
			if err != nil && err != unix.EINTR && err != unix.ENOBUFS {
				break
			}
		}
	}
}

func ready(fds []unix.PollFd) bool {
	n, err := unix.Poll(fds, 0)
	return n > 0 && err == nil
}

// sameSpaces tells that no namespace is new, gone, or held by others.
func sameSpaces(a, b *spaces) bool {
	if len(a.list) != len(b.list) {
		return false
	}
	for _, s := range b.list {
		old := a.byIno[s.ino]
		if old == nil || old.pid != s.pid || old.path != s.path || len(old.names) != len(s.names) {
			return false
		}
	}
	return true
}
