package resolve

import (
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// A zone is what the fake server knows: its records by name, and how it
// behaves for some.
type zone map[string][]dnsmessage.ResourceBody

func (z zone) answer(msg []byte, tcp bool) [][]byte {
	var p dnsmessage.Parser
	h, err := p.Start(msg)
	if err != nil {
		return nil
	}
	q, err := p.Question()
	if err != nil {
		return nil
	}
	name := strings.ToLower(q.Name.String())
	reply := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: h.ID, Response: true, RecursionAvailable: true},
		Questions: []dnsmessage.Question{q},
	}
	switch label, _, _ := strings.Cut(name, "."); {
	case label == "silent":
		return nil
	case label == "servfail":
		reply.RCode = dnsmessage.RCodeServerFailure
	case label == "formerr":
		reply.RCode = dnsmessage.RCodeFormatError
	case label == "lame":
		reply.RecursionAvailable = false
	case label == "big" && !tcp:
		reply.Truncated = true
	case z[name] == nil:
		reply.RCode = dnsmessage.RCodeNameError
	}
	if reply.RCode == 0 && !reply.Truncated {
		reply.Answers = z.records(name, q)
	}
	good, _ := reply.Pack()
	forged := slices.Clone(good)
	forged[0]++
	other := reply
	other.Questions = []dnsmessage.Question{{Name: dnsmessage.MustNewName("other.test."), Type: q.Type, Class: q.Class}}
	wrong, _ := other.Pack()
	if tcp {
		return [][]byte{good}
	}
	return [][]byte{forged, wrong, msg, {1, 2, 3}, good}
}

func (z zone) records(name string, q dnsmessage.Question) (list []dnsmessage.Resource) {
	owner := q.Name
	for {
		next := ""
		for _, body := range z[name] {
			h := dnsmessage.ResourceHeader{Name: owner, Class: dnsmessage.ClassINET}
			alias, is := body.(*dnsmessage.CNAMEResource)
			switch {
			case is:
				h.Type, next, owner = dnsmessage.TypeCNAME, alias.CNAME.String(), alias.CNAME
			case typeOf(body) == q.Type:
				h.Type = q.Type
			default:
				continue
			}
			list = append(list, dnsmessage.Resource{Header: h, Body: body})
		}
		if next == "" || len(list) > 8 {
			return list
		}
		name = next
	}
}

func typeOf(b dnsmessage.ResourceBody) dnsmessage.Type {
	switch b.(type) {
	case *dnsmessage.AResource:
		return dnsmessage.TypeA
	case *dnsmessage.AAAAResource:
		return dnsmessage.TypeAAAA
	case *dnsmessage.PTRResource:
		return dnsmessage.TypePTR
	}
	return dnsmessage.TypeTXT
}

// serve answers on a port of the loopback until the test ends; questions gets
// a word for each one.
func (z zone) serve(t *testing.T, questions chan<- string) uint16 {
	udp, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Skip("no loopback:", err)
	}
	port := udp.LocalAddr().(*net.UDPAddr).Port
	tcp, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { udp.Close(); tcp.Close() })
	go func() {
		for buf := make([]byte, 4096); ; {
			n, from, err := udp.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			questions <- "udp"
			for _, m := range z.answer(buf[:n], false) {
				udp.WriteToUDPAddrPort(m, from)
			}
		}
	}()
	go func() {
		for {
			c, err := tcp.Accept()
			if err != nil {
				return
			}
			c.SetDeadline(time.Now().Add(5 * time.Second))
			buf := make([]byte, 4096)
			if n, _ := c.Read(buf); n > 2 {
				questions <- "tcp"
				for _, m := range z.answer(buf[2:n], true) {
					// in two parts, as a network may deliver them
					c.Write([]byte{byte(len(m) >> 8), byte(len(m))})
					c.Write(m[:5])
					time.Sleep(time.Millisecond)
					c.Write(m[5:])
				}
			}
			c.Close()
		}
	}()
	return uint16(port)
}

func v4(s string) *dnsmessage.AResource {
	return &dnsmessage.AResource{A: netip.MustParseAddr(s).As4()}
}

func v6(s string) *dnsmessage.AAAAResource {
	return &dnsmessage.AAAAResource{AAAA: netip.MustParseAddr(s).As16()}
}

func ptr(s string) *dnsmessage.PTRResource {
	return &dnsmessage.PTRResource{PTR: dnsmessage.MustNewName(s)}
}

func alias(s string) *dnsmessage.CNAMEResource {
	return &dnsmessage.CNAMEResource{CNAME: dnsmessage.MustNewName(s)}
}

type bodies = []dnsmessage.ResourceBody

func testZone() zone {
	note := &dnsmessage.TXTResource{TXT: []string{"x"}}
	return zone{
		"a.test.":                bodies{v4("10.0.0.1")},
		"two.test.":              bodies{v4("10.0.0.3"), v4("10.0.0.2")},
		"both.test.":             bodies{v4("10.0.0.4"), v6("2001:db8::4")},
		"six.test.":              bodies{v6("2001:db8::6")},
		"alias.test.":            bodies{alias("a.test.")},
		"loop.test.":             bodies{alias("loop.test.")},
		"big.test.":              bodies{v4("10.0.0.5")},
		"note.test.":             bodies{note},
		"lame.test.":             bodies{note},
		"short.dom.test.":        bodies{v4("10.0.0.7")},
		"note.dom.test.":         bodies{note},
		"dotted.name.dom.test.":  bodies{v4("10.0.0.8")},
		"top.":                   bodies{v4("10.0.0.9")},
		"1.0.0.10.in-addr.arpa.": bodies{ptr("First.test."), ptr("second.test.")},
		"2.0.0.10.in-addr.arpa.": bodies{alias("2.sub.test.")},
		"2.sub.test.":            bodies{ptr("delegated.test.")},
		"3.0.0.10.in-addr.arpa.": bodies{ptr("\x1b[31m.test.")},
		"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.": bodies{ptr("six.test.")},
	}
}
