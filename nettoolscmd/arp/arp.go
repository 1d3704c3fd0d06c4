// Package arp is arp of net-tools.
package arp

import (
	"bufio"
	"strings"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/file"
	"gip/internal/word"
	"gip/nettoolscmd/common"

	"golang.org/x/sys/unix"
)

// arp is one call of the command: its options.
type arp struct {
	*cli.Env
	what             rune // s, d, f, a, or 0 for the table
	numeric, verbose bool
	linux            bool // the table's form, not BSD's
	fromDevice       bool // -D
	hw               *common.HwType
	hwSet            bool
	device           string
}

var getopt = cli.Getopt{
	Prog:  "arp",
	Short: "A:H:adfp:nsei:t:vh?DNV",
	Long: []cli.LongOpt{
		{Name: "verbose", Val: 'v'}, {Name: "version", Val: 'V'}, {Name: "all", Val: 'a'}, {Name: "delete", Val: 'd'},
		{Name: "file", Val: 'f'}, {Name: "numeric", Val: 'n'}, {Name: "set", Val: 's'},
		{Name: "protocol", Arg: cli.NeedArg, Val: 'A'}, {Name: "hw-type", Arg: cli.NeedArg, Val: 'H'},
		{Name: "device", Arg: cli.NeedArg, Val: 'i'}, {Name: "help", Val: 'h'}, {Name: "use-device", Val: 'D'},
		{Name: "symbolic", Val: 'N'},
	},
}

// statusFailed is what arp exits with when it returns -1.
const statusFailed = 255

func fail(text string) error { return &cli.Error{Status: statusFailed, Text: text + "\n"} }

func usageError() error {
	return &cli.Error{Status: common.StatusUsage, Text: usage + kinds()}
}

// Applet is the command arp.
var Applet = command.Applet{Names: "arp", Run: run}

func run(c *command.Call) error {
	e := c.Env
	a := &arp{Env: e, hw: common.HwTypeNamed("ether")}
	family := "inet"
	words, err := getopt.As(e.Called).Each(c.Rest(), func(o cli.Opt) error { return a.option(o, &family) })
	switch {
	case err != nil:
		return err
	case family != "inet":
		return fail("arp: " + family + ": kernel only supports 'inet'.")
	case a.hw.Size == 0:
		return fail("arp: " + a.hw.Name + ": hardware type without ARP support.")
	}
	if err := e.Supports(unix.AF_INET); err != nil {
		return fail("socket: " + cli.Strerror(err))
	}
	switch a.what {
	case 's':
		return a.set(words)
	case 'd':
		return a.del(words)
	case 'f':
		return a.file(words)
	case 0:
		a.linux = true
	}
	return a.show(words)
}

func (a *arp) option(o cli.Opt, family *string) error {
	if o.Turns([]cli.Switch{{'e', &a.linux}, {'n', &a.numeric}, {'D', &a.fromDevice}, {'v', &a.verbose}}) {
		return nil
	}
	switch o.Val {
	case 'a', 'f', 'd', 's':
		a.what = o.Val
	case 'N':
		a.Warnf("arp: -N not yet supported.\n")
	case 'A', 'p':
		if *family = o.Arg; common.FamilyWord(a.Env, o.Arg) == nil {
			return fail("arp: " + o.Arg + ": unknown address family.")
		}
	case 'H', 't':
		if a.hw, a.hwSet = common.HwTypeNamed(o.Arg), true; a.hw == nil {
			return fail("arp: " + o.Arg + ": unknown hardware type.")
		}
	case 'i':
		word.OfferLink(o.Arg)
		a.device = common.Trunc(o.Arg)
	case 'V':
		a.Pen.Raw(common.Release + "+I18N +SELINUX\n" + common.AfFeatures + "HW: (ether)" + common.HwFeatures)
		return cli.Done
	case 'h':
		a.Warnf("%s", kinds())
		a.Pen.Raw(usage)
		return cli.Done
	case '?':
		if o.Err != "" {
			a.Warnf("%s\n", o.Err)
		}
		return usageError()
	}
	return nil
}

// An arpEntry is what the words of -s and -d say of an entry.
type arpEntry struct {
	host            string // for messages: the word that was read last
	addr            common.Ipv4
	hwType          int // ARPHRD_, 0 for that of the device
	hwAddr          []byte
	permanent       bool
	public, private bool
	dontPublish     bool
	hasMask         bool
	mask            common.Ipv4
}

// resolveHost reads a word as a host for a message and an address.
func (t *arpEntry) resolveHost(word string) (common.Ipv4, error) {
	t.host = common.HostWord(word)
	h, err := common.ParseHost(word, false)
	if err != nil {
		return h.Addr, common.LookupFailed(err, statusFailed)
	}
	return h.Addr, nil
}

// modifiers reads the words behind the addresses.
func (a *arp) modifiers(t *arpEntry, w *cli.Args) (err error) {
	for w.More() {
		switch {
		case w.Match("=pub"):
			t.public = true
		case w.Match("=priv"):
			t.private = true
			if a.what != 'd' {
				t.public = false
			}
		case w.Match("=temp"):
			t.permanent = false
		case w.Match("=trail|=auto"):
		case w.Match("=dontpub"):
			t.dontPublish = true
		case w.Match("=dev"):
			if !w.More() {
				return usageError()
			}
			word.OfferLink(w.Word())
			a.device = common.Trunc(w.Word())
			w.Skip()
		case w.Match("=netmask"):
			if !w.More() {
				return usageError()
			}
			if word := w.Word(); word != "255.255.255.255" {
				if t.mask, err = t.resolveHost(word); err != nil {
					return err
				}
				t.hasMask = true
			}
			w.Skip()
		default:
			return usageError()
		}
	}
	return nil
}

// set does arp -s.
func (a *arp) set(words []string) (err error) {
	w := cli.NewArgs(words)
	t := &arpEntry{permanent: true}
	if !w.More() {
		return fail("arp: need host name")
	}
	if t.addr, err = t.resolveHost(w.Word()); err != nil {
		return err
	}
	w.Skip()
	if !w.More() {
		return fail("arp: need hardware address")
	}
	word := w.Word()
	w.Skip()
	if err := a.hardware(t, word); err != nil {
		return err
	}
	if err := a.modifiers(t, w); err != nil {
		return err
	}
	if a.verbose {
		a.Warnf("arp: SIOCSARP()\n")
	}
	if no := a.setEntry(t); no != 0 {
		return fail("SIOCSARP: " + cli.Strerror(no))
	}
	return nil
}

// hardware reads a hardware address, or takes that of a device.
func (a *arp) hardware(t *arpEntry, word string) error {
	if a.fromDevice {
		l, no := common.FindLink(a.Env, common.Trunc(word))
		switch {
		case no != 0:
			return fail("arp: cant get HW-Address for `" + word + "': " + cli.Strerror(no) + ".")
		case a.hwSet && int(l.Arp) != a.hw.Arp:
			return fail("arp: protocol type mismatch.")
		}
		if hw := common.HwTypeOf(l.Arp); a.verbose {
			a.Warnf("arp: device `%s' has HW address %s `%s'.\n", word, hw.Name, hw.AppendAddr(nil, l.Addr))
		}
		t.hwType, t.hwAddr = int(l.Arp), l.Addr
		return nil
	}
	// The original reads it over the struct sockaddr_in of the host.
	addr, ok := a.hw.Parse(word, append([]byte{0, 0}, t.addr[:]...))
	if !ok || !a.hw.Input {
		return fail("arp: invalid hardware address")
	}
	t.hwType, t.hwAddr = a.hw.Arp, addr
	return nil
}

// del does arp -d: a private entry, then a public one, unless the words say
// which.
func (a *arp) del(words []string) (err error) {
	w := cli.NewArgs(words)
	if !w.More() {
		return fail("arp: need host name")
	}
	t := &arpEntry{}
	if t.addr, err = t.resolveHost(w.Word()); err != nil {
		return err
	}
	w.Skip()
	if a.hwSet {
		t.hwType = a.hw.Arp
	}
	if err := a.modifiers(t, w); err != nil {
		return err
	}
	if !t.public && !t.private {
		t.public, t.private = true, true
	}
	for _, public := range []bool{false, true} {
		if public && !t.public || !public && !t.private {
			continue
		}
		name := "dontpub"
		if public {
			name = "pub"
		}
		if a.verbose {
			a.Warnf("arp: SIOCDARP(%s)\n", name)
		}
		switch no := a.delEntry(t, public); {
		case no == 0:
			return nil
		case !isMissing(no):
			return fail("SIOCDARP(" + name + "): " + cli.Strerror(no))
		}
	}
	a.Pen.Raw("No ARP entry for " + t.host + "\n")
	return cli.Silent(statusFailed)
}

// file does arp -f: each line has a host and its hardware address, in this
// order or as /etc/ethers has them, and modifiers.
func (a *arp) file(words []string) error {
	name := "/etc/ethers"
	if len(words) > 0 {
		name = words[0]
	}
	f, err := file.Open(name)
	if err != nil {
		return fail("arp: cannot open etherfile " + name + " !")
	}
	defer f.Close()
	for n, r := 1, bufio.NewReaderSize(f, maxLine); ; n++ {
		b, _ := r.ReadSlice('\n')
		if len(b) == 0 {
			return nil
		}
		if a.verbose {
			a.Warnf(">> %s", b)
		}
		line := strings.TrimSuffix(string(b), "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		w := fields(line)
		if len(w) < 2 {
			a.Warnf("arp: format error on line %d of etherfile %s !\n", n, name)
			continue
		}
		if strings.Contains(w[0], ":") {
			w[0], w[1] = w[1], w[0]
		}
		if err := a.set(w); err != nil {
			if cli.Report(a.Stderr, err) == common.StatusUsage {
				return cli.Silent(common.StatusUsage)
			}
			a.Warnf("arp: cannot set entry on line %d of etherfile %s !\n", n, name)
		}
	}
}

// maxLine is as much of a line as is read at once: the rest is a line of its own.
const maxLine = 1023

// fields splits a line at blanks, except between quotes. Behind the second quote
// a new word begins.
func fields(line string) (words []string) {
	const blanks = " \t"
	for len(words) < 31 {
		if line = strings.TrimLeft(line, blanks); line == "" {
			break
		}
		start, end := 0, strings.IndexAny(line, blanks)
		quote := line[0]
		if quote == '"' || quote == '\'' {
			start = 1
			for end = 1; end < len(line) && (line[end] != quote || line[end-1] == '\\'); {
				end++
			}
		}
		if end < 0 {
			end = len(line)
		}
		words = append(words, line[start:end])
		line = line[min(end+start, len(line)):]
	}
	return words
}
