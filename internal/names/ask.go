package names

import (
	"errors"

	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// ask requests one link, by index or by the name in attr, files it and returns
// its index, or 0. failed tells that there was no answer.
func (l *Links) ask(idx uint32, attr uint16, name string) (found uint32, failed bool) {
	failed = l.request(idx, attr, name, needName, func(m rtnl.Message) {
		if ifi, _ := rtnl.View[unix.IfInfomsg](m.Body); ifi != nil {
			found = uint32(ifi.Index)
			l.Remember(m)
		}
	})
	return found, failed
}

// What an answer may leave out (IFLA_EXT_MASK): newer kernels can do with
// little more than the names.
const (
	needKind = uapi.RTEXT_FILTER_VF | uapi.RTEXT_FILTER_SKIP_STATS
	needName = needKind | uapi.RTEXT_FILTER_NAME_ONLY
)

// request asks the kernel for one link and gives f the answer, if there is one.
// It reports whether that failed; that there is no such link is no failure.
func (l *Links) request(idx uint32, attr uint16, name string, mask uint32, f func(rtnl.Message)) (failed bool) {
	if l.Before != nil {
		l.Before()
	}
	c, err := l.connection()
	if err != nil {
		return l.fail(err)
	}
	m := l.msg
	m.Reset(unix.RTM_GETLINK, 0)
	rtnl.Put(m, unix.IfInfomsg{Index: int32(idx)})
	m.U32(unix.IFLA_EXT_MASK, mask)
	if attr != 0 {
		m.Str(attr, name)
	}
	return l.fail(c.Get(m, func(m rtnl.Message) error {
		if m.Type == unix.RTM_NEWLINK {
			f(m)
		}
		return nil
	}))
}

// fail tells of an error, if it is none that the kernel answered.
func (l *Links) fail(err error) bool {
	var refused *rtnl.Error
	if err == nil || errors.As(err, &refused) {
		return false
	}
	if l.Failed != nil {
		l.Failed(err)
	}
	return true
}

// connection returns what to ask on.
func (l *Links) connection() (c *rtnl.Conn, err error) {
	if l.conn == nil && l.Borrow != nil {
		if c := l.Borrow(); c != nil {
			return c, nil
		}
	}
	if l.conn == nil {
		l.conn, err = l.dial()
	}
	return l.conn, err
}

// indexByIoctl is if_nametoindex(3): 0 if no link has that name.
func indexByIoctl(name string) (idx uint32) {
	onSocket(func(fd int) {
		if ifr, err := unix.NewIfreq(name); err == nil && unix.IoctlIfreq(fd, unix.SIOCGIFINDEX, ifr) == nil {
			idx = ifr.Uint32()
		}
	})
	return idx
}

// nameByIoctl is if_indextoname(3): "" if there is no such link.
func nameByIoctl(idx uint32) (name string) {
	onSocket(func(fd int) {
		ifr, _ := unix.NewIfreq("")
		ifr.SetUint32(idx)
		if unix.IoctlIfreq(fd, unix.SIOCGIFNAME, ifr) == nil {
			name = ifr.Name()
		}
	})
	return name
}

// onSocket gives f a socket for requests about links, if there can be one.
func onSocket(f func(fd int)) {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return
	}
	f(fd)
	unix.Close(fd)
}
