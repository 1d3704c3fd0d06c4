package pingcmd

import (
	"encoding/binary"
	"hash/maphash"
	"net/netip"
	"strconv"
	"strings"

	"gip/internal/cli"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// Node information (RFC 4620): a query asks a node for one kind of thing, about
// a subject, which is the node itself, another address or a name. Query and
// reply have the header
//
//	type, code, checksum (2)
//	kind of thing (2), flags (2)
//	nonce (8), of which ours begin with the sequence number
//
// with the subject, or the answer, behind it.
const (
	nodeHeaderLen = 16
	nonceAt       = 8

	askName  = 2 // kinds of things
	askAddr6 = 3
	askAddr4 = 4

	subjectAddr6 = 0 // codes of a query
	subjectName  = 1
	subjectAddr4 = 2

	nodeKnows   = 0 // codes of a reply
	nodeRefuses = 1
	nodeUnknown = 2

	flagTruncated = 1 // the answer has not all
	flagAll       = 2 // of all interfaces
	flagCompat    = 4 // scopes of addresses
	flagLinkLocal = 8
	flagSiteLocal = 16
	flagGlobal    = 32
)

// A nodeQuery is what -N asks for.
type nodeQuery struct {
	query       int // the kind of thing, -1 for none
	flags       uint16
	subjectType int
	subject     []byte
	secret      maphash.Seed // of the nonces
}

func (q *nodeQuery) asked() bool { return q.query >= 0 }

// begin takes the target for the subject where none was given.
func (q *nodeQuery) begin(target [16]byte) {
	if !q.asked() {
		return
	}
	q.secret = maphash.MakeSeed()
	if q.subjectType < 0 || q.subject == nil {
		q.subject, q.subjectType = target[:], subjectAddr6
	}
}

// nonce is what the reply to a query has to hold: its number, and what nobody
// can tell who has not seen the query.
func (q *nodeQuery) nonce(seq uint16) (b [8]byte) {
	binary.BigEndian.PutUint16(b[:], seq)
	binary.NativeEndian.PutUint64(b[:], maphash.Comparable(q.secret, seq))
	binary.BigEndian.PutUint16(b[:], seq)
	return b
}

// build writes a query and returns its length.
func (q *nodeQuery) build(b []byte, seq uint16) int {
	copy(b, []byte{uapi.ICMPV6_NI_QUERY, byte(q.subjectType), 0, 0})
	binary.BigEndian.PutUint16(b[4:], uint16(q.query))
	binary.BigEndian.PutUint16(b[6:], q.flags)
	nonce := q.nonce(seq)
	copy(b[nonceAt:], nonce[:])
	return nodeHeaderLen + copy(b[nodeHeaderLen:], q.subject)
}

// check returns the number of the query that a reply answers, if it is ours.
func (q *nodeQuery) check(b []byte) (seq uint16, ok bool) {
	if len(b) < nodeHeaderLen || !q.asked() {
		return 0, false
	}
	seq = binary.BigEndian.Uint16(b[nonceAt:])
	return seq, [8]byte(b[nonceAt:]) == q.nonce(seq)
}

// A nodeOption is a row of the words of -N: what is asked for with which flags,
// or, of those that have a value, what reads the subject.
type nodeOption struct {
	name    string
	query   int
	flags   uint16
	subject func(p *pinger, v string) error
}

var nodeOptions = [...]nodeOption{
	{name: "name", query: askName},
	{name: "fqdn", query: askName},
	{name: "ipv6", query: askAddr6},
	{name: "ipv6-all", query: askAddr6, flags: flagAll},
	{name: "ipv6-compatible", query: askAddr6, flags: flagCompat},
	{name: "ipv6-linklocal", query: askAddr6, flags: flagLinkLocal},
	{name: "ipv6-sitelocal", query: askAddr6, flags: flagSiteLocal},
	{name: "ipv6-global", query: askAddr6, flags: flagGlobal},
	{name: "ipv4", query: askAddr4},
	{name: "ipv4-all", query: askAddr4, flags: flagAll},
	{name: "subject-ipv6=", subject: func(p *pinger, v string) error { return p.subjectAddr(v, unix.AF_INET6, subjectAddr6) }},
	{name: "subject-ipv4=", subject: func(p *pinger, v string) error { return p.subjectAddr(v, unix.AF_INET, subjectAddr4) }},
	{name: "subject-name=", subject: func(p *pinger, v string) error { return p.subjectName(v, true) }},
	{name: "subject-fqdn=", subject: func(p *pinger, v string) error { return p.subjectName(v, false) }},
}

// errNodeHelp has the help follow what was said already.
var errNodeHelp = &cli.Error{Status: statusRefused, Text: nodeHelp, Ends: true}

// setNodeQuery reads a word of -N. Words that contradict others get the help.
func (p *pinger) setNodeQuery(s string) error {
	if s == "help" {
		p.pen.Raw(nodeHelp)
		return cli.Done
	}
	for i := range nodeOptions {
		o := &nodeOptions[i]
		word.Offer(s, o.name)
		value, isSubject := strings.CutPrefix(s, o.name)
		switch {
		case o.subject != nil && isSubject:
			return o.subject(p, value)
		case o.subject == nil && s == o.name:
			return p.askFor(o)
		}
	}
	return errNodeHelp
}

func (p *pinger) askFor(o *nodeOption) error {
	q := &p.node
	if q.asked() && q.query != o.query {
		p.pen.Raw("Qtype conflict\n")
		return errNodeHelp
	}
	q.query = o.query
	q.flags |= o.flags
	return nil
}

func (p *pinger) setSubjectType(typ int) error {
	q := &p.node
	if q.subjectType >= 0 && q.subject != nil && q.subjectType != typ {
		p.pen.Raw("Subject type conflict\n")
		return errNodeHelp
	}
	q.subjectType = typ
	return nil
}

func (p *pinger) subjectAddr(s string, family, typ int) error {
	if err := p.setSubjectType(typ); err != nil {
		return err
	}
	list, err := lookUp(s, family)
	if err != nil {
		p.warnErr(s, err)
		return errNodeHelp
	}
	p.node.subject = list[0].AsSlice()
	return nil
}

// subjectName takes a name for the subject, in the form of DNS messages. One
// that is not whole has an empty name behind it; with a dot in it, one may be.
func (p *pinger) subjectName(s string, mayBeWhole bool) error {
	if err := p.setSubjectType(subjectName); err != nil {
		return err
	}
	name, err := toASCII(s)
	if err != nil {
		return p.refused("IDN encoding error", err)
	}
	name, scope, _ := strings.Cut(name, "%")
	if len(scope) >= unix.IFNAMSIZ {
		return p.refuse("too long scope name")
	}
	name = strings.ToLower(name)
	b, ok := packName(name)
	if !ok {
		return p.refuse("inappropriate subject name: " + name)
	}
	if !mayBeWhole || !strings.Contains(name, ".") {
		b = append(b, 0)
	}
	p.node.subject = b
	return nil
}

// Limits of names in DNS messages (RFC 1035).
const (
	maxLabel = 63
	maxName  = 255
)

// packName writes a name as DNS messages have it: labels behind their lengths,
// the empty one at the end. A backslash stands before a byte that means itself,
// or its number.
func packName(s string) (b []byte, ok bool) {
	s = strings.TrimSuffix(s, ".")
	start := 0
	b = append(b, 0)
	for s != "" {
		c := s[0]
		s = s[1:]
		if c == '.' {
			if len(b) == start+1 {
				return nil, false
			}
			start = len(b)
			b = append(b, 0)
			continue
		}
		if c == '\\' {
			if c, s, ok = unescape(s); !ok {
				return nil, false
			}
		}
		b = append(b, c)
		if b[start]++; b[start] > maxLabel {
			return nil, false
		}
	}
	if len(b) > 1 {
		if len(b) == start+1 {
			return nil, false
		}
		b = append(b, 0)
	}
	return b, len(b) <= maxName
}

// unescape reads what stands behind a backslash.
func unescape(s string) (c byte, rest string, ok bool) {
	if s == "" {
		return 0, s, false
	}
	if !isDecimal(s[0]) {
		return s[0], s[1:], true
	}
	if len(s) < 3 || !isDecimal(s[1]) || !isDecimal(s[2]) {
		return 0, s, false
	}
	n := 100*int(s[0]-'0') + 10*int(s[1]-'0') + int(s[2]-'0')
	return byte(n), s[3:], n < 256
}

// appendNodeReply writes what a reply says.
func appendNodeReply(b []byte, r *reply) []byte {
	kind := binary.BigEndian.Uint16(r.data[4:])
	switch code := r.data[1]; code {
	case nodeKnows:
		b = appendAnswer(b, r.data, kind)
	case nodeRefuses:
		b = append(b, " refused"...)
	case nodeUnknown:
		b = append(b, " unknown"...)
	default:
		// The real tool takes the byte for a number in network order.
		b = append(show.AppendHexDigits(append(b, " unknown code("...), uint64(uapi.Htons(uint16(code))), 2), ')')
	}
	return append(strconv.AppendUint(append(b, "; seq="...), uint64(r.seq), 10), ';')
}

func appendAnswer(b, reply []byte, kind uint16) []byte {
	answer := reply[nodeHeaderLen:]
	switch kind {
	case askName:
		return appendNames(b, answer)
	case askAddr4:
		return appendAddrs(b, reply, answer, 4)
	case askAddr6:
		return appendAddrs(b, reply, answer, 16)
	}
	return append(show.AppendHexDigits(append(b, " unknown qtype(0x"...), uint64(kind), 2), ')')
}

const ttlLen = 4 // in front of each thing in an answer

// appendAddrs writes a list of addresses, each behind its time to live.
func appendAddrs(b, reply, answer []byte, size int) []byte {
	for i := 0; len(answer) > 0; i++ {
		if i > 0 {
			b = append(b, ',')
		}
		if len(answer) < ttlLen+size {
			b = append(b, " parse error (truncated)"...)
			break
		}
		a, _ := netip.AddrFromSlice(answer[ttlLen : ttlLen+size])
		if size == 4 {
			b = show.AppendIPv4(append(b, ' '), a.As4())
		} else {
			b = show.AppendIPv6(append(b, ' '), a.As16())
		}
		answer = answer[ttlLen+size:]
	}
	if binary.BigEndian.Uint16(reply[6:])&flagTruncated != 0 {
		b = append(b, " (truncated)"...)
	}
	return b
}

// appendNames writes a list of names behind a time to live. One that is whole
// gets its last dot; an empty name behind it tells that it is not.
func appendNames(b, answer []byte) []byte {
	if len(answer) < ttlLen {
		return append(b, " parse error (too short)"...)
	}
	for at := ttlLen; at < len(answer); {
		if at > ttlLen {
			b = append(b, ',')
		}
		mark := len(b)
		named, next, ok := appendName(append(b, ' '), answer, at)
		if !ok {
			return append(b[:mark], " parse error (truncated)"...)
		}
		b, at = named, next
		if at < len(answer) && answer[at] == 0 {
			at++
			continue
		}
		b = append(b, '.')
	}
	return b
}

// maxNameText is the longest text of a name that the real tool has room for.
const maxNameText = 1023

// appendName writes the name at a place of a message, in which a label may refer
// to another place, as dn_expand(3) does, and tells where it ends.
func appendName(b, msg []byte, at int) (named []byte, next int, ok bool) {
	next, start, bytes := -1, len(b), 0
	for {
		if at >= len(msg) {
			return b, 0, false
		}
		n := int(msg[at])
		at++
		switch {
		case n == 0:
			if next < 0 {
				next = at
			}
			return b, next, len(b)-start <= maxNameText
		case n >= 0xc0 && at < len(msg):
			if next < 0 {
				next = at + 1
			}
			at = (n&0x3f)<<8 | int(msg[at])
			// Whoever goes round in circles sees more than the message has.
			if bytes += 2; bytes >= len(msg) {
				return b, 0, false
			}
		case n > maxLabel, at+n > len(msg), bytes+n+1 > maxName:
			return b, 0, false
		default:
			if len(b) > start {
				b = append(b, '.')
			}
			b = appendLabel(b, msg[at:at+n])
			at += n
			bytes += n + 1
		}
	}
}

// appendLabel writes a label with backslashes before what is special in names,
// and instead of what cannot be printed.
func appendLabel(b, label []byte) []byte {
	for _, c := range label {
		switch {
		case strings.IndexByte(`".;\()@$`, c) >= 0:
			b = append(b, '\\', c)
		case c <= ' ' || c >= 0x7f:
			b = appendPadded(append(b, '\\'), int64(c), 3)
		default:
			b = append(b, c)
		}
	}
	return b
}
