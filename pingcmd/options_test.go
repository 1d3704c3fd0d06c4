package pingcmd

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// parsed is what options make of a pinger, what they print, and their refusal.
func parsed(t *testing.T, line string) (p *pinger, printed, refusal string) {
	var out, complaints bytes.Buffer
	e := clitest.Env(&out, cli.Options{})
	e.Stderr = &complaints
	p = &pinger{tool: tool{env: e, pen: e.Pen, prog: "ping", refusal: statusRefused}, stats: newStats()}
	_, err := p.parse(strings.Fields(line))
	if err != nil {
		cli.Report(&complaints, err)
	}
	e.Pen.Flush()
	return p, out.String(), complaints.String()
}

func TestOptions(t *testing.T) {
	for _, c := range []struct {
		line string
		ok   func(p *pinger) bool
	}{
		{"h", func(p *pinger) bool {
			return p.interval == 1000 && p.linger == 10e6 && p.size == 56 && p.preload == 1 && p.ident == -1 && p.pmtu == -1 && p.count == 0 && !p.node.asked()
		}},
		{"-c 3 -i 0.2 -W 1.5 -w 7 -s 0 h", func(p *pinger) bool {
			return p.count == 3 && p.interval == 200 && p.hasIvl && p.linger == 1500000 && p.deadline == 7*time.Second && p.size == 0
		}},
		{"-3aAbBCdDHLOqrUv h", func(p *pinger) bool {
			return p.precise && p.audible && p.adaptive && p.broadcast && p.strict && p.connect && p.debug && p.date && p.resolve && p.noLoop && p.outstand &&
				p.quiet && p.dontRoute && p.latency && p.verbose
		}},
		{"-H -n h", func(p *pinger) bool { return p.numeric && !p.resolve }},
		{"-f h", func(p *pinger) bool { return p.flood && p.numeric }},
		{"-4 -4 h", func(p *pinger) bool { return p.family == unix.AF_INET }},
		{"-6 -F 0xfffff h", func(p *pinger) bool { return p.family == unix.AF_INET6 && p.hasFlow && p.flow == 1<<20-1 }},
		{"-e 65535 -l 3 -m 4294967295 h", func(p *pinger) bool {
			return p.ident == 65535 && p.preload == 3 && p.hasMark && p.mark == 1<<32-1
		}},
		{"-Q 0x10 -S 1 -t 0 h", func(p *pinger) bool { return p.tos == 16 && p.sndbuf == 1 && p.hasTTL && p.ttl == 0 }},
		{"-I eth0 h", func(p *pinger) bool { return p.device == "eth0" && p.hasDevice && !p.strict }},
		{"-I 10.0.0.1 h", func(p *pinger) bool { return p.source4 == [4]byte{10, 0, 0, 1} && p.strict && !p.hasDevice }},
		{"-I fe80::1%eth0 h", func(p *pinger) bool {
			return p.source6[0] == 0xfe && p.source6[15] == 1 && p.device == "eth0" && p.strict
		}},
		{"-M do h", func(p *pinger) bool { return p.pmtu == unix.IP_PMTUDISC_DO }},
		{"-M dont h", func(p *pinger) bool { return p.pmtu == unix.IP_PMTUDISC_DONT }},
		{"-R h", func(p *pinger) bool { return p.record }},
		{"-T tsprespec h", func(p *pinger) bool { return p.stamps && p.stampType == uapi.IPOPT_TS_PRESPEC }},
		{"-q -p 1aF h", func(p *pinger) bool { return bytes.HasPrefix(p.payload, []byte{0x1a, 0xf, 0x1a, 0xf}) }},
		{"-N ipv6-all -N ipv6-global h", func(p *pinger) bool { return p.node.query == askAddr6 && p.node.flags == flagAll|flagGlobal }},
		{"-N subject-ipv4=10.0.0.9 h", func(p *pinger) bool {
			return !p.node.asked() && p.node.subjectType == subjectAddr4 && string(p.node.subject) == "\x0a\x00\x00\x09"
		}},
		{"-N subject-name=Host h", func(p *pinger) bool { return string(p.node.subject) == "\x04host\x00\x00" }},
		{"-N subject-fqdn=Host.org h", func(p *pinger) bool { return string(p.node.subject) == "\x04host\x03org\x00\x00" }},
	} {
		p, printed, refusal := parsed(t, c.line)
		if printed != "" || refusal != "" || !c.ok(p) {
			t.Errorf("%s: %+v, printed %q, refused %q", c.line, *p.config, printed, refusal)
		}
	}
}

// TestOptionsRefused has what iputils says of each value that it does not take.
func TestOptionsRefused(t *testing.T) {
	for _, c := range []struct{ line, printed, refusal string }{
		{"-q", "", "ping: usage error: Destination address required\n"},
		{"-4 -6 h", "", "ping: only one -4 or -6 option may be specified\n"},
		{"-c 0 h", "", "ping: invalid argument: '0': out of range: 1 <= value <= " + itoa(math.MaxInt) + "\n"},
		{"-c 1x h", "", "ping: invalid argument: '1x'\n"},
		{"-c 99999999999999999999 h", "", "ping: invalid argument: '99999999999999999999': Numerical result out of range\n"},
		{"-e 65536 h", "", "ping: invalid argument: '65536': out of range: 0 <= value <= 65535\n"},
		{"-F 0x100000 h", "", "ping: flow value is greater than 20 bits: 0x100000\n"},
		{"-F 1x h", "", "ping: bad value for flowinfo: 1x\n"},
		{"-Q 256 h", "", "ping: the decimal value of TOS bits must be in range 0-255: 256\n"},
		{"-Q x h", "", "ping: bad TOS value: x\n"},
		{"-i -1 h", "", "ping: bad timing interval: -1\n"},
		{"-i 1s,x", "", "ping: option argument contains garbage: s,x\nping: this will become fatal error in the future\nping: usage error: Destination address required\n"},
		{"-i inf h", "", "ping: bad timing interval: inf: Numerical result out of range\n"},
		{"-W 4295 h", "", "ping: bad linger time: 4295\n"},
		{"-I 1::2:x h", "", "ping: invalid source address: 1::2:x\n"},
		{"-M maybe h", "", "ping: invalid -M argument: maybe\n"},
		{"-R -T tsonly h", "", "ping: only one of -T or -R may be used\n"},
		{"-T tsonly -R h", "", "ping: only one of -T or -R may be used\n"},
		{"-T now h", "", "ping: invalid timestamp type: now\n"},
		{"-p 12g4 h", "", "ping: patterns must be specified as hex digits: g4\n"},
		{"-p 0fff h", "PATTERN: 0x0fff\n", ""},
		{"-V h", version, ""},
		{"-N ipv4 -N name h", "Qtype conflict\n", nodeHelp},
		{"-N subject-ipv4=10.0.0.9 -N subject-ipv6=::1 h", "Subject type conflict\n", nodeHelp},
		{"-N subject-name=a..b h", "", "ping: inappropriate subject name: a..b\n"},
		{"-N help h", nodeHelp, ""},
		{"-N what h", "", nodeHelp},
		{"-Z h", "", "ping: invalid option -- 'Z'\n" + usage},
		{"-c", "", "ping: option requires an argument -- 'c'\n" + usage},
	} {
		if _, printed, refusal := parsed(t, c.line); printed != c.printed || refusal != c.refusal {
			t.Errorf("%s: printed %q, want %q; refused %q, want %q", c.line, printed, c.printed, refusal, c.refusal)
		}
	}
}
