package rtnl

import (
	"errors"
	"fmt"
	"strings"

	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// An Error is the kernel's refusal of a request (linux/netlink.h, struct
// nlmsgerr and its extended-ack attributes).
type Error struct {
	Errno   unix.Errno
	Msg     string // NLMSGERR_ATTR_MSG, or ""
	Offset  uint32 // NLMSGERR_ATTR_OFFS: the bad attribute in the request
	Miss    uint32 // NLMSGERR_ATTR_MISS_TYPE: the missing attribute's type
	HasMiss bool
	Dump    bool // the refusal ended a dump
}

// Error says it as iproute2 does on stderr, without the newline.
func (e *Error) Error() string {
	switch {
	case e.Msg != "":
		return "Error: " + sentence(e.Msg)
	case e.Dump && e.Errno == unix.EMSGSIZE:
		return "Error: Buffer too small for object."
	}
	return "RTNETLINK answers: " + Strerror(e.Errno)
}

// Unwrap gives the errno, for errors.Is.
func (e *Error) Unwrap() error { return e.Errno }

// Quiet reports whether iproute2 prints nothing for the error: a dump of
// something that does not exist or is not supported.
func (e *Error) Quiet() bool {
	return e.Dump && e.Msg == "" && (e.Errno == unix.ENOENT || e.Errno == unix.EOPNOTSUPP)
}

// Is reports whether err is the kernel's refusal with that errno.
func Is(err error, errno unix.Errno) bool {
	var e *Error
	return errors.As(err, &e) && e.Errno == errno
}

// Errno is why a request or a call was refused: EIO if no errno tells, 0 without an error.
func Errno(err error) (no unix.Errno) {
	if err != nil && !errors.As(err, &no) {
		no = unix.EIO
	}
	return no
}

// sentence ends s with a full stop.
func sentence(s string) string {
	if strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}

// Strerror returns glibc's text of an errno in the C locale. Package unix has
// the same texts with a small first letter.
func Strerror(e unix.Errno) string {
	switch s := e.Error(); {
	case e == 0:
		return "Success"
	case strings.HasPrefix(s, "errno "):
		return fmt.Sprintf("Unknown error %d", int(e))
	case e == unix.ENOTSUP:
		return "Operation not supported"
	default:
		return strings.ToUpper(s[:1]) + s[1:]
	}
}

// plainAck is the plain acknowledgement, of which a batch gets very many.
var plainAck = &Error{}

// parseAck reads the body of NLMSG_ERROR: the errno, and what the extended
// acknowledgement says. With NLM_F_CAPPED the request is not echoed.
func parseAck(body []byte, flags uint16) *Error {
	if len(body) < 4 {
		return &Error{Errno: unix.EBADMSG}
	}
	no := unix.Errno(-int32(NE.Uint32(body)))
	if no == 0 && flags&unix.NLM_F_ACK_TLVS == 0 {
		return plainAck
	}
	e := &Error{Errno: no}
	if flags&unix.NLM_F_ACK_TLVS == 0 || len(body) < 4+headerLen {
		return e
	}
	rest := body[4+headerLen:]
	if flags&unix.NLM_F_CAPPED == 0 {
		skip := int(NE.Uint32(body[4:])) - headerLen
		if skip < 0 || align(skip) > len(rest) {
			return e
		}
		rest = rest[align(skip):]
	}
	e.readTLVs(rest)
	return e
}

// parseDone reads the body of NLMSG_DONE: the errno, then extended-ack
// attributes directly behind it.
func parseDone(body []byte, flags uint16) *Error {
	e := &Error{Dump: true}
	if len(body) < 4 {
		return e
	}
	if n := int32(NE.Uint32(body)); n < 0 {
		e.Errno = unix.Errno(-n)
	}
	if flags&unix.NLM_F_ACK_TLVS != 0 {
		e.readTLVs(body[4:])
	}
	return e
}

func (e *Error) readTLVs(b []byte) {
	for t, v := range Attrs(b) {
		switch t {
		case unix.NLMSGERR_ATTR_MSG:
			e.Msg = Str(v)
		case unix.NLMSGERR_ATTR_OFFS:
			e.Offset = U32(v)
		case uapi.NLMSGERR_ATTR_MISS_TYPE:
			e.Miss, e.HasMiss = U32(v), true
		}
	}
}
