package pingcmd

import (
	"math"
	"os"
	"strings"
	"time"

	"gip/internal/cli"
	"gip/internal/show"
	"gip/internal/uapi"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// config is what the command line asks for.
type config struct {
	family     int
	count      int64         // -c; 0 for no end
	interval   int           // -i, in milliseconds
	linger     uint64        // -W, in microseconds
	deadline   time.Duration // -w
	size       int           // -s: bytes of data
	ttl        int           // -t
	device     string        // -I with an interface
	source4    [4]byte       // -I with an address; all zero if not given
	source6    [16]byte
	ident      int    // -e; -1 if not given
	preload    int    // -l
	mark       uint32 // -m
	sndbuf     int    // -S
	tos        int    // -Q: the type of service, or traffic class
	flow       uint32 // -F
	pmtu       int    // -M; -1 if not given
	stampType  byte   // -T
	node       nodeQuery
	payload    []byte // -p, as long as the longest packet's; nil if not given
	precise    bool   // -3
	audible    bool   // -a
	adaptive   bool   // -A
	broadcast  bool   // -b
	strict     bool   // -B, and -I with an address: the source is bound
	connect    bool   // -C
	debug      bool   // -d
	date       bool   // -D
	flood      bool   // -f
	resolve    bool   // -H
	noLoop     bool   // -L
	numeric    bool   // -n
	outstand   bool   // -O
	quiet      bool   // -q
	dontRoute  bool   // -r
	record     bool   // -R
	stamps     bool   // -T
	latency    bool   // -U
	verbose    bool   // -v
	hasDevice  bool   // which may have an empty name
	hasMark    bool
	hasTTL     bool
	hasFlow    bool
	hasIvl     bool
	envNumeric bool // names are off by the environment
}

const (
	defaultSize     = 64 - headerLen
	defaultInterval = 1000             // milliseconds
	defaultLinger   = 10 * 1000 * 1000 // microseconds
	maxPreload      = window
	maxUserPreload  = 3
)

// ptrLookup is the variable that turns the names of replies off.
const ptrLookup = "IPUTILS_PING_PTR_LOOKUP"

const letters = "h?4bRT:6F:N:3aABc:CdDe:fHi:I:l:Lm:M:nOp:qQ:rs:S:t:UvVw:W:"

// version is what -V prints.
const version = "ping" + release

// An option is a row of the table: a letter whose value, or whose effect on others, wants
// a function.
type option struct {
	letter rune
	set    func(p *pinger, v string) error
}

var optionTable = [...]option{
	{'4', func(p *pinger, _ string) error { return p.setFamily(unix.AF_INET) }},
	{'6', func(p *pinger, _ string) error { return p.setFamily(unix.AF_INET6) }},
	{'c', func(p *pinger, v string) error { return p.signed(v, 1, math.MaxInt, &p.count) }},
	{'e', (*pinger).setIdent},
	{'f', (*pinger).setFlood},
	{'F', (*pinger).setFlow},
	{'i', (*pinger).setInterval},
	{'I', (*pinger).setInterface},
	{'l', (*pinger).setPreload},
	{'m', (*pinger).setMark},
	{'M', (*pinger).setPMTU},
	{'n', func(p *pinger, _ string) error { p.numeric, p.resolve = true, false; return nil }},
	{'N', (*pinger).setNodeQuery},
	{'p', (*pinger).setPattern},
	{'Q', (*pinger).setTOS},
	{'R', (*pinger).setRecord},
	{'s', func(p *pinger, v string) error { return p.number(v, 0, math.MaxInt32, &p.size) }},
	{'S', func(p *pinger, v string) error { return p.number(v, 1, math.MaxInt32, &p.sndbuf) }},
	{'t', func(p *pinger, v string) error { p.hasTTL = true; return p.number(v, 0, 255, &p.ttl) }},
	{'T', (*pinger).setStamps},
	{'V', func(p *pinger, _ string) error { p.pen.Raw(version); return cli.Done }},
	{'w', (*pinger).setDeadline},
	{'W', (*pinger).setLinger},
}

// parse reads the options in their order, each to its effect: what one prints
// stands before the error of the next.
func (p *pinger) parse(args []string) (operands []string, err error) {
	p.config = defaults()
	switch {
	case strings.HasSuffix(p.prog, "4"):
		p.family = unix.AF_INET
	case strings.HasSuffix(p.prog, "6"):
		p.family = unix.AF_INET6
	}
	g := cli.Getopt{Prog: p.prog, Short: letters}
	operands, err = g.Each(args, p.option)
	if err != nil {
		return nil, err
	}
	if p.numeric && p.envNumeric && !p.quiet {
		p.warn("WARNING: reverse DNS resolution (PTR lookup) disabled, enforce with -H")
	}
	if len(operands) == 0 {
		return nil, p.refuse("usage error: Destination address required")
	}
	return operands, nil
}

func defaults() *config {
	c := &config{interval: defaultInterval, linger: defaultLinger, size: defaultSize, ident: -1, preload: 1, pmtu: -1}
	c.node.query, c.node.subjectType = -1, -1
	c.envNumeric = os.Getenv(ptrLookup) == "0"
	c.numeric = c.envNumeric
	return c
}

func (p *pinger) option(o cli.Opt) error {
	if o.Turns([]cli.Switch{{'3', &p.precise}, {'a', &p.audible}, {'A', &p.adaptive}, {'b', &p.broadcast}, {'B', &p.strict},
		{'C', &p.connect}, {'d', &p.debug}, {'D', &p.date}, {'H', &p.resolve}, {'L', &p.noLoop}, {'O', &p.outstand},
		{'q', &p.quiet}, {'r', &p.dontRoute}, {'U', &p.latency}, {'v', &p.verbose}}) {
		return nil
	}
	for _, row := range optionTable {
		if row.letter == o.Val {
			return row.set(p, o.Arg)
		}
	}
	return p.help(o, statusRefused, usage)
}

// usageError is the help text, to which the real tool answers where there are
// too many operands.
func usageError() error { return &cli.Error{Status: statusRefused, Text: usage, Ends: true} }

func (p *pinger) setFamily(family int) error {
	if p.family != unix.AF_UNSPEC && p.family != family {
		return p.refuse("only one -4 or -6 option may be specified")
	}
	p.family = family
	return nil
}

func (p *pinger) setIdent(s string) error {
	var v uint64
	err := p.unsigned(s, 0, math.MaxUint16, &v)
	p.ident = int(v)
	return err
}

// setFlood also turns names off, so that no reply waits for one.
func (p *pinger) setFlood(string) error {
	p.flood, p.numeric = true, true
	return nil
}

// setFlow reads a flow label.
func (p *pinger) setFlow(s string) error {
	v, rest := decimalOrHex(s)
	switch {
	case rest != "":
		return p.refuse("bad value for flowinfo: " + s)
	case v&^0xfffff != 0:
		return p.refuse("flow value is greater than 20 bits: " + s)
	}
	p.flow, p.hasFlow = uint32(v), true
	return nil
}

func (p *pinger) setTOS(s string) error {
	v, rest := decimalOrHex(s)
	switch {
	case rest != "":
		return p.refuse("bad TOS value: " + s)
	case v > 255:
		return p.refuse("the decimal value of TOS bits must be in range 0-255: " + itoa(v))
	}
	p.tos = v
	return nil
}

func (p *pinger) setInterval(s string) error {
	v, err := p.seconds("bad timing interval", s)
	if err != nil {
		return err
	}
	if v < 0 || v > float64(math.MaxInt32)/1000 {
		return p.refuse("bad timing interval: " + s)
	}
	p.interval, p.hasIvl = int(v*1000), true
	return nil
}

func (p *pinger) setLinger(s string) error {
	v, err := p.seconds("bad linger time", s)
	if err != nil {
		return err
	}
	if v < 0 || v > float64(math.MaxUint32)/1000000 {
		return p.refuse("bad linger time: " + s)
	}
	p.linger = uint64(v * 1000000)
	return nil
}

func (p *pinger) setDeadline(s string) error {
	var v int
	err := p.number(s, 0, math.MaxInt32, &v)
	p.deadline = time.Duration(v) * time.Second
	return err
}

// setInterface reads -I: an IPv6 address with or without a device behind it,
// an IPv4 address, or else the name of a device.
func (p *pinger) setInterface(s string) error {
	word.OfferLink(s)
	if strings.Contains(s, ":") {
		text, device, hasDevice := strings.Cut(s, "%")
		if hasDevice {
			p.device, p.hasDevice = device, true
		}
		a, ok := parse6(text)
		if !ok {
			return p.refuse("invalid source address: " + s)
		}
		p.source6, p.strict = a, true
		return nil
	}
	if a, ok := parse4(s); ok {
		p.source4, p.strict = a, true
		return nil
	}
	p.device, p.hasDevice = s, true
	return nil
}

func (p *pinger) setPreload(s string) error {
	if err := p.number(s, 1, maxPreload, &p.preload); err != nil {
		return err
	}
	if p.uid != 0 && p.preload > maxUserPreload {
		return p.refuse("cannot set preload to value greater than 3: " + itoa(p.preload))
	}
	return nil
}

func (p *pinger) setMark(s string) error {
	var v uint64
	err := p.unsigned(s, 0, math.MaxUint32, &v)
	p.mark, p.hasMark = uint32(v), true
	return err
}

var pmtuModes = word.Names{
	{unix.IP_PMTUDISC_DO, "do"}, {unix.IP_PMTUDISC_DONT, "dont"},
	{unix.IP_PMTUDISC_WANT, "want"}, {unix.IP_PMTUDISC_PROBE, "probe"},
}

func (p *pinger) setPMTU(s string) (err error) {
	mode, ok := pmtuModes.Find(s)
	if !ok {
		return p.refuse("invalid -M argument: " + s)
	}
	p.pmtu = int(mode)
	return nil
}

const stampOrRecord = "only one of -T or -R may be used"

func (p *pinger) setRecord(string) error {
	if p.stamps {
		return p.refuse(stampOrRecord)
	}
	p.record = true
	return nil
}

var stampTypes = word.Names{{uapi.IPOPT_TS_TSONLY, "tsonly"}, {uapi.IPOPT_TS_TSANDADDR, "tsandaddr"}, {uapi.IPOPT_TS_PRESPEC, "tsprespec"}}

func (p *pinger) setStamps(s string) error {
	if p.record {
		return p.refuse(stampOrRecord)
	}
	p.stamps = true
	v, ok := stampTypes.Find(s)
	if !ok {
		return p.refuse("invalid timestamp type: " + s)
	}
	p.stampType = byte(v)
	return nil
}

// maxPattern is how many bytes -p reads.
const maxPattern = 16

// setPattern reads bytes in hexadecimal; a last odd digit is a byte of its own.
func (p *pinger) setPattern(s string) error {
	for i := range len(s) {
		if hexDigit(s[i]) < 0 {
			return p.refuse("patterns must be specified as hex digits: " + s[i:])
		}
	}
	var pattern []byte
	for rest := s; rest != "" && len(pattern) < maxPattern; {
		v := hexDigit(rest[0])
		if rest = rest[1:]; rest != "" {
			v = v<<4 | hexDigit(rest[0])
			rest = rest[1:]
		}
		pattern = append(pattern, byte(v))
	}
	p.fill(pattern)
	if !p.quiet {
		p.showPattern(pattern)
	}
	return nil
}

// fill makes the data that -p asks for. Without a digit it is zero.
func (p *pinger) fill(pattern []byte) {
	if p.payload == nil {
		p.payload = make([]byte, maxPacket-headerLen)
	}
	for i := 0; len(pattern) > 0 && i < len(p.payload); i += len(pattern) {
		copy(p.payload[i:], pattern)
	}
}

func (p *pinger) showPattern(pattern []byte) {
	b := show.AppendHexBytes(append(p.scratch[:0], "PATTERN: 0x"...), pattern)
	p.print(append(b, '\n'))
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}
