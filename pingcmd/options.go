// Package pingcmd is ping(8) of iputils: ICMP echo over IPv4 and IPv6, with
// its output, statistics and exit statuses.
package pingcmd

import (
	"encoding/hex"
	"math"
	"strconv"
	"strings"
	"time"

	"gip/internal/cli"

	"golang.org/x/sys/unix"
)

// config is what the command line asks for.
type config struct {
	family      int
	count       int64 // -c; 0 for no end
	interval    time.Duration
	linger      time.Duration // -W
	deadline    time.Duration // -w
	size        int           // -s: bytes of data
	ttl         int           // -t; -1 if not given
	device      string        // -I with an interface
	source      string        // -I with an address
	ident       int           // -e; -1 for a number of our own
	preload     int           // -l
	mark        int           // -m; -1 if not given
	sndbuf      int           // -S
	tos         int           // -Q
	flow        uint32        // -F
	pmtu        int           // -M; -1 if not given
	pattern     []byte        // -p
	precise     bool          // -3
	audible     bool          // -a
	adaptive    bool          // -A
	broadcast   bool          // -b
	stick       bool          // -B
	debug       bool          // -d
	date        bool          // -D
	flood       bool          // -f
	resolve     bool          // -H
	noLoop      bool          // -L
	numeric     bool          // -n
	outstand    bool          // -O
	quiet       bool          // -q
	bypass      bool          // -r
	userTime    bool          // -U
	verbose     bool          // -v
	connectErr  bool          // -C
	hasInterval bool
}

const (
	defaultSize   = 56
	defaultLinger = 10 * time.Second
	maxSize4      = 65535 - 20 - 8
)

var options = cli.Getopt{Prog: "ping", Short: "h?4bRT:6F:N:3aABc:CdDe:fHi:I:l:Lm:M:nOp:qQ:rs:S:t:UvVw:W:"}

// version is the release of iputils whose behaviour this is.
const version = `ping from iputils 20250605
libcap: yes, IDN: yes, NLS: no, error.h: yes, getrandom(): yes, __fpending(): yes
`

// A refusal is a wrong value: text behind the command's name, and status.
func refuse(status int, text string) error {
	return &cli.Error{Status: status, Text: "ping: " + text + "\n", Ends: true}
}

func parseArgs(e *cli.Env, args []string) (*config, []string, error) {
	c := &config{interval: time.Second, linger: defaultLinger, size: defaultSize, ttl: -1, ident: -1, preload: 1, mark: -1, pmtu: -1}
	opts, rest := options.Parse(args)
	for _, o := range opts {
		if done, err := c.option(e, o); done || err != nil {
			return nil, nil, err
		}
	}
	if len(rest) == 0 {
		return nil, nil, refuse(cli.StatusKernel, "usage error: Destination address required")
	}
	return c, rest, nil
}

// bools are the options without a value.
func (c *config) bools(o rune) *bool {
	switch o {
	case '3':
		return &c.precise
	case 'a':
		return &c.audible
	case 'A':
		return &c.adaptive
	case 'b':
		return &c.broadcast
	case 'B':
		return &c.stick
	case 'C':
		return &c.connectErr
	case 'd':
		return &c.debug
	case 'D':
		return &c.date
	case 'f':
		return &c.flood
	case 'H':
		return &c.resolve
	case 'L':
		return &c.noLoop
	case 'n':
		return &c.numeric
	case 'O':
		return &c.outstand
	case 'q':
		return &c.quiet
	case 'r':
		return &c.bypass
	case 'U':
		return &c.userTime
	case 'v':
		return &c.verbose
	}
	return nil
}

// option takes one option; done tells that it answered for the whole command.
func (c *config) option(e *cli.Env, o cli.Opt) (done bool, err error) {
	if b := c.bools(o.Val); b != nil {
		*b = true
		return false, nil
	}
	switch o.Val {
	case '4', '6':
		return false, c.setFamily(o.Val)
	case 'c':
		return false, number(o.Arg, 1, math.MaxInt64, &c.count)
	case 'e':
		return false, number(o.Arg, 0, 65535, &c.ident)
	case 'F':
		return false, c.setFlow(o.Arg)
	case 'i':
		return false, c.setInterval(e, o.Arg)
	case 'I':
		return false, c.setInterface(o.Arg)
	case 'l':
		return false, number(o.Arg, 1, 65536, &c.preload)
	case 'm':
		return false, number(o.Arg, 0, math.MaxInt32, &c.mark)
	case 'M':
		return false, c.setPMTU(o.Arg)
	case 'p':
		return false, c.setPattern(e, o.Arg)
	case 'Q':
		return false, c.setTOS(o.Arg)
	case 's':
		return false, number(o.Arg, 0, math.MaxInt32, &c.size)
	case 'S':
		return false, number(o.Arg, 1, math.MaxInt32, &c.sndbuf)
	case 't':
		return false, number(o.Arg, 0, 255, &c.ttl)
	case 'w':
		var s int64
		err = number(o.Arg, 0, math.MaxInt32, &s)
		c.deadline = time.Duration(s) * time.Second
		return false, err
	case 'W':
		return false, c.setLinger(e, o.Arg)
	case 'V':
		e.Pen.Raw(version)
		return true, nil
	case 'R', 'T', 'N':
		return false, refuse(cli.StatusKernel, "option -"+string(o.Val)+" is not supported")
	}
	text := usage
	if o.Err != "" {
		text = o.Err + "\n" + usage
	}
	return false, &cli.Error{Status: cli.StatusKernel, Text: text, Ends: true}
}

// number reads a value in lo..hi.
func number[T int | int64](s string, lo, hi int64, v *T) error {
	n, ok := cli.ParseInt(s, 10, 64)
	switch {
	case !ok && allDigits(s):
		return refuse(cli.StatusError, "invalid argument: '"+s+"': Numerical result out of range")
	case !ok:
		return refuse(cli.StatusError, "invalid argument: '"+s+"'")
	case n < lo || n > hi:
		return refuse(cli.StatusError, "invalid argument: '"+s+"'"+outOfRange(lo, hi))
	}
	*v = T(n)
	return nil
}

func outOfRange(lo, hi int64) string {
	return ": out of range: " + strconv.FormatInt(lo, 10) + " <= value <= " + strconv.FormatInt(hi, 10)
}

func allDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func (c *config) setFamily(o rune) error {
	f := unix.AF_INET
	if o == '6' {
		f = unix.AF_INET6
	}
	if c.family != 0 && c.family != f {
		return refuse(cli.StatusKernel, "only one -4 or -6 option may be specified")
	}
	c.family = f
	return nil
}

// seconds reads a time as strtod does; what follows the number is remarked.
func seconds(e *cli.Env, s string) float64 {
	n := len(s)
	v, err := 0.0, error(nil)
	for ; n > 0; n-- {
		if v, err = strconv.ParseFloat(s[:n], 64); err == nil {
			break
		}
	}
	if n < len(s) {
		e.Warnf("ping: option argument contains garbage: %s\nping: this will become fatal error in the future\n", s[n:])
	}
	if n == 0 {
		return 0
	}
	return v
}

func (c *config) setInterval(e *cli.Env, s string) error {
	v := seconds(e, s)
	if v < 0 || v >= math.MaxInt32/1000 {
		return refuse(cli.StatusKernel, "bad timing interval: "+s)
	}
	c.interval, c.hasInterval = time.Duration(v*1e9), true
	return nil
}

func (c *config) setLinger(e *cli.Env, s string) error {
	v := seconds(e, s)
	if v < 0 || v > math.MaxInt32/1e6 {
		return refuse(cli.StatusKernel, "bad linger time: "+s)
	}
	if c.linger = time.Duration(v * 1e9); c.linger == 0 {
		c.linger = defaultLinger
	}
	return nil
}

func (c *config) setInterface(s string) error {
	if strings.Contains(s, ":") {
		c.source = s
		return nil
	}
	if _, ok := cli.TryAddr(s, unix.AF_INET); ok && strings.Count(s, ".") == 3 {
		c.source = s
		return nil
	}
	c.device = s
	return nil
}

func (c *config) setPMTU(s string) error {
	modes := []struct {
		name string
		mode int
	}{
		{"do", unix.IP_PMTUDISC_DO}, {"dont", unix.IP_PMTUDISC_DONT}, {"want", unix.IP_PMTUDISC_WANT}, {"probe", unix.IP_PMTUDISC_PROBE},
	}
	for _, m := range modes {
		if m.name == s {
			c.pmtu = m.mode
			return nil
		}
	}
	return refuse(cli.StatusKernel, "invalid -M argument: "+s)
}

// setPattern reads up to 16 bytes in hexadecimal; a last odd digit is a byte
// of its own.
func (c *config) setPattern(e *cli.Env, s string) error {
	for _, r := range s {
		if !strings.ContainsRune("0123456789abcdefABCDEF", r) {
			return refuse(cli.StatusKernel, "patterns must be specified as hex digits: "+s)
		}
	}
	digits := s[:min(len(s), 32)]
	if len(digits)%2 != 0 {
		digits = digits[:len(digits)-1] + "0" + digits[len(digits)-1:]
	}
	c.pattern, _ = hex.DecodeString(digits)
	e.Pen.Raw("PATTERN: 0x" + strings.ToLower(digits) + "\n")
	return nil
}

// setFlow reads a flow label.
func (c *config) setFlow(s string) error {
	v, ok := cli.ParseUint(s, 0, 32)
	switch {
	case !ok:
		return refuse(cli.StatusKernel, "bad value for flowinfo: "+s)
	case v > 0xfffff:
		return refuse(cli.StatusKernel, "flow value is greater than 20 bits: "+s)
	}
	c.flow = uint32(v)
	return nil
}

func (c *config) setTOS(s string) error {
	n, ok := cli.ParseInt(s, 0, 64)
	switch {
	case !ok:
		return refuse(cli.StatusKernel, "bad TOS value: "+s)
	case n < 0 || n > 255:
		return refuse(cli.StatusKernel, "the decimal value of TOS bits must be in range 0-255: "+s)
	}
	c.tos = int(n)
	return nil
}

const usage = `
Usage
  ping [options] <destination>

Options:
  <destination>      name or address
  -3                 times with all digits
  -a                 ring the bell for each reply
  -A                 send as fast as replies come
  -B                 keep the source address of the first probe
  -c <count>         end after this many replies
  -C                 connect the socket
  -d                 SO_DEBUG
  -D                 begin lines with the time
  -e <identifier>    identifier of the session, chosen by itself if 0
  -f                 flood
  -h                 show this
  -H                 look names up
  -i <interval>      seconds between packets
  -I <interface>     interface or address to send from; with -r,
                     past the routing tables
  -l <preload>       packets sent without waiting
  -L                 do not loop multicast back
  -m <mark>          mark the packets
  -M <pmtud opt>     path MTU discovery: do, dont, want or probe
  -n                 no names
  -O                 tell of replies that are late
  -p <pattern>       bytes to fill the packet with
  -q                 only the summary
  -Q <tclass>        traffic class or type of service
  -s <size>          bytes of data
  -S <size>          send buffer
  -t <ttl>           time to live
  -U                 time from process to process
  -v                 tell more
  -V                 show the version
  -w <deadline>      end after this many seconds
  -W <timeout>       seconds to wait for the last replies

IPv4 options:
  -4                 IPv4
  -b                 allow a broadcast address
  -R                 record the route
  -T <timestamp>     ask for times: tsonly, tsandaddr or tsprespec

IPv6 options:
  -6                 IPv6
  -F <flowlabel>     flow label
  -N <nodeinfo opt>  ask for information of a node; help shows what

For more details see ping(8).
`
