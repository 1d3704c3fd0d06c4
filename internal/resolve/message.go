package resolve

import (
	"encoding/binary"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
	"golang.org/x/sys/unix"
)

// A query is one question for a name server.
type query struct {
	id       uint16
	question dnsmessage.Question
	packed   []byte
}

// query asks the name servers one question.
func (c *config) query(name string, typ dnsmessage.Type) (Host, error) {
	q, err := newQuery(name, typ)
	if err != nil {
		return Host{}, NotFound // there cannot be such a name
	}
	reply, err := c.send(q)
	if err != nil {
		return Host{}, err
	}
	return q.read(reply)
}

func newQuery(name string, typ dnsmessage.Type) (*query, error) {
	n, err := dnsmessage.NewName(strings.TrimSuffix(name, ".") + ".")
	if err != nil {
		return nil, err
	}
	q := &query{question: dnsmessage.Question{Name: n, Type: typ, Class: dnsmessage.ClassINET}}
	q.id = randomID()
	b := dnsmessage.NewBuilder(nil, dnsmessage.Header{ID: q.id, RecursionDesired: true})
	if err := b.StartQuestions(); err != nil {
		return nil, err
	}
	if err := b.Question(q.question); err != nil {
		return nil, err
	}
	q.packed, err = b.Finish()
	return q, err
}

// randomID is hard to guess for who would forge an answer. Where the kernel gives
// no random numbers it is the clock's last digits, as in the C library.
func randomID() uint16 {
	var id [2]byte
	if _, err := unix.Getrandom(id[:], 0); err != nil {
		now := time.Now().UnixNano()
		return uint16(now ^ now>>16)
	}
	return binary.NativeEndian.Uint16(id[:])
}

// open reads a message as far as the answers. One that is none to this query
// is not ok: it may be late, or forged.
func (q *query) open(msg []byte) (p dnsmessage.Parser, h dnsmessage.Header, ok bool) {
	h, err := p.Start(msg)
	if err != nil || !h.Response || h.ID != q.id {
		return p, h, false
	}
	question, err := p.Question()
	if err != nil || question.Type != q.question.Type || question.Class != q.question.Class || !same(question.Name, q.question.Name) {
		return p, h, false
	}
	return p, h, p.SkipAllQuestions() == nil
}

func same(a, b dnsmessage.Name) bool {
	return sameName(string(a.Data[:a.Length]), string(b.Data[:b.Length]))
}

// answered reports whether a reply is an answer, whichever: it is none if the
// server cannot say, or only knows who could.
func answered(reply []byte, h dnsmessage.Header) bool {
	switch h.RCode {
	case dnsmessage.RCodeServerFailure, dnsmessage.RCodeNotImplemented, dnsmessage.RCodeRefused:
		return false
	case dnsmessage.RCodeSuccess:
		const answersAt, additionalsAt = 6, 10 // their numbers in the header
		none := binary.BigEndian.Uint16(reply[answersAt:]) == 0 && binary.BigEndian.Uint16(reply[additionalsAt:]) == 0
		return !none || h.Authoritative || h.RecursionAvailable
	}
	return true
}

// read takes the answers that belong to the name, or to the one that it is an
// alias of. If there are only others, that is not NoData in the C library.
func (q *query) read(reply []byte) (Host, error) {
	p, header, ok := q.open(reply)
	switch {
	case header.RCode == dnsmessage.RCodeNameError:
		return Host{}, NotFound
	case !ok || header.RCode != dnsmessage.RCodeSuccess:
		return Host{}, Failed
	}
	a := answers{parser: p, want: q.question.Type, owner: q.question.Name}
	// Of a message that breaks off, the answers before that count.
	for a.next() == nil {
		a.number++
	}
	return a.host()
}

// answers are the ones of a reply.
type answers struct {
	parser  dnsmessage.Parser
	want    dnsmessage.Type
	owner   dnsmessage.Name // whose records count
	number  int             // of all records
	pointer string          // the name that an address points to
	addrs   []netip.Addr
}

// next takes one record.
func (a *answers) next() error {
	r, err := a.parser.AnswerHeader()
	if err != nil {
		return err
	}
	if r.Class != dnsmessage.ClassINET || !same(r.Name, a.owner) {
		return a.parser.SkipAnswer()
	}
	switch {
	case r.Type == dnsmessage.TypeCNAME:
		c, err := a.parser.CNAMEResource()
		a.owner = c.CNAME
		return err
	case r.Type != a.want:
	case r.Type == dnsmessage.TypePTR && a.pointer == "":
		ptr, err := a.parser.PTRResource()
		a.pointer = hostName(ptr.PTR)
		return err
	case r.Type == dnsmessage.TypeA && r.Length == 4:
		v4, err := a.parser.AResource()
		a.addrs = append(a.addrs, netip.AddrFrom4(v4.A))
		return err
	case r.Type == dnsmessage.TypeAAAA && r.Length == 16:
		v6, err := a.parser.AAAAResource()
		a.addrs = append(a.addrs, netip.AddrFrom16(v6.AAAA))
		return err
	}
	return a.parser.SkipAnswer()
}

// host is what the answers say together.
func (a *answers) host() (Host, error) {
	h := Host{Name: a.pointer, Addrs: a.addrs}
	if a.want != dnsmessage.TypePTR {
		h.Name = hostName(a.owner)
	}
	switch {
	case a.number == 0:
		return Host{}, NoData
	case h.Name == "" || h.Addrs == nil && a.want != dnsmessage.TypePTR:
		return Host{}, useless
	}
	return h, nil
}

// hostName is a name as text, "" if no host may be called like that: it is
// going to a terminal.
func hostName(n dnsmessage.Name) string {
	if s := strings.TrimSuffix(n.String(), "."); isHostName(s) {
		return s
	}
	return ""
}

// isHostName tells what a host may be called: labels of letters, digits, _ and
// -, which no label starts with.
func isHostName(s string) bool {
	for i := range len(s) {
		c := lower(s[i])
		inside := i > 0 && s[i-1] != '.'
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '_':
		case c == '-' && inside, c == '.' && inside:
		default:
			return false
		}
	}
	return s != ""
}
