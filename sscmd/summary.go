package sscmd

import (
	"strings"

	"golang.org/x/sys/unix"

	"gip/internal/cli"
	"gip/internal/file"
	"gip/internal/word"
	"gip/sscmd/columns"
)

// counts are the numbers of sockets in /proc/net/sockstat and sockstat6.
type counts struct {
	socks                        int32
	tcp, orphans, timewait, held int32 // those that are in use, …, and allocated
	udp, raw, frag               int32
	tcp6, udp6, raw6, frag6      int32
}

// read reads lines such as "TCP: inuse 1 orphan 0 tw 0 alloc 1 mem 0".
func (c *counts) read(text string) {
	for line := range strings.Lines(text) {
		name, rest, _ := strings.Cut(line, " ")
		r := word.Scanner{Text: rest}
		for _, p := range c.places(name) {
			r.Word()
			if v := r.Int(); !r.Failed {
				*p = v
			}
		}
	}
}

// places are where the numbers of a line go.
func (c *counts) places(name string) []*int32 {
	switch name {
	case "sockets:":
		return []*int32{&c.socks}
	case "TCP:":
		return []*int32{&c.tcp, &c.orphans, &c.timewait, &c.held}
	case "UDP:":
		return []*int32{&c.udp}
	case "RAW:":
		return []*int32{&c.raw}
	case "FRAG:":
		return []*int32{&c.frag}
	case "TCP6:":
		return []*int32{&c.tcp6}
	case "UDP6:":
		return []*int32{&c.udp6}
	case "RAW6:":
		return []*int32{&c.raw6}
	case "FRAG6:":
		return []*int32{&c.frag6}
	}
	return nil
}

// printSummary prints what -s shows.
func (s *ss) printSummary() {
	var c counts
	text, err := file.Read(file.Proc("PROC_NET_SOCKSTAT", "net/sockstat"))
	if err != nil {
		s.Warnf("ss: get_sockstat: %s\n", cli.Strerror(err))
	} else {
		c.read(text)
		text, _ = file.Read(file.Proc("PROC_NET_SOCKSTAT6", "net/sockstat6"))
		c.read(text)
	}
	established := s.established()
	if s.json {
		s.jsonSummary(&c, established)
		return
	}
	b := columns.Padded(append(s.out.Buf, "Total: "...), int64(c.socks), 0)
	b = columns.Padded(append(b, "\nTCP:   "...), int64(c.held+c.timewait), 0)
	b = columns.Padded(append(b, " (estab "...), int64(established), 0)
	b = columns.Padded(append(b, ", closed "...), int64(c.held-(c.tcp+c.tcp6-c.timewait)), 0)
	b = columns.Padded(append(b, ", orphaned "...), int64(c.orphans), 0)
	b = columns.Padded(append(b, ", timewait "...), int64(c.timewait), 0)
	b = append(b, ")\n\nTransport Total     IP        IPv6\n"...)
	for _, t := range c.transports() {
		b = columns.Padded(append(append(b, t.name...), "\t  "...), int64(t.v4+t.v6), 9)
		b = columns.Padded(append(b, ' '), int64(t.v4), 9)
		b = append(columns.Padded(append(b, ' '), int64(t.v6), 9), '\n')
	}
	s.Pen.Raw(string(append(b, '\n')))
}

type transport struct {
	name   string
	v4, v6 int32
}

func (c *counts) transports() []transport {
	return []transport{
		{"RAW", c.raw, c.raw6}, {"UDP", c.udp, c.udp6}, {"TCP", c.tcp, c.tcp6},
		{"INET", c.raw + c.udp + c.tcp, c.raw6 + c.udp6 + c.tcp6}, {"FRAG", c.frag, c.frag6},
	}
}

// jsonSummary writes the summary as a line of its own, before the array of sockets
// if they are shown, too.
func (s *ss) jsonSummary(c *counts, established int32) {
	s.Pen.Begin()
	s.Pen.OpenObject("")
	s.Pen.JInt("total", int64(c.socks))
	s.Pen.OpenObject("tcp")
	s.Pen.JInt("total", int64(c.held+c.timewait))
	s.Pen.JInt("established", int64(established))
	s.Pen.JInt("closed", int64(c.held-(c.tcp+c.tcp6-c.timewait)))
	s.Pen.JInt("orphaned", int64(c.orphans))
	s.Pen.JInt("timewait", int64(c.timewait))
	s.Pen.CloseObject()
	for _, t := range c.transports() {
		s.Pen.OpenObject("sockets_" + strings.ToLower(t.name))
		s.Pen.JInt("ipv4", int64(t.v4))
		s.Pen.JInt("ipv6", int64(t.v6))
		s.Pen.CloseObject()
	}
	s.Pen.CloseObject()
	s.Pen.End()
}

// established is the counter CurrEstab of /proc/net/snmp: it stands as far to the
// right in the second line of "Tcp:" as its name in the first.
func (s *ss) established() int32 {
	text, err := file.Read(file.Proc("PROC_NET_SNMP", "net/snmp"))
	if err != nil {
		s.Warnf("ss: get_snmpstat: %s\n", cli.Strerror(err))
		return 0
	}
	for {
		var head string
		if head, text, _ = strings.Cut(text, "\n"); head == "" && text == "" {
			s.Warnf("ss: get_snmpstat: %s\n", cli.Strerror(unix.ESRCH))
			return 0
		}
		if !strings.HasPrefix(head, "Tcp:") {
			continue
		}
		values, _, _ := strings.Cut(text, "\n")
		names, list := strings.Split(head, " "), strings.Split(values, " ")
		for i, name := range names {
			if name == "CurrEstab" && i < len(list) && strings.HasPrefix(values, "Tcp:") {
				return word.Atoi(list[i])
			}
		}
	}
}
