// Package judge compares the answers of two runs of a script: each command's
// streams and status, and the kernel's state at the end.
package judge

import (
	"cmp"
	"net/netip"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// A Context is what the normalisers know about the run whose text they see.
type Context struct {
	Written string   // everything the author of the script wrote
	MACs    []string // link-layer addresses that the kernel had on its links
}

// A rule takes one thing out of the text that truly differs from run to run.
type rule struct {
	name  string
	why   string
	rooms string // only there: tools, and objects of ip and bridge; empty: everywhere
	apply func(c *Context, text string) string
}

// rules is the whole list. Nothing else is forgiven.
func rules() []rule {
	return []rule{
		{"usage-text", "a grammar of several lines at the end of a stream is a help text, in our own words; what comes before it is compared",
			"", replace(`(?ms)^(?:Usage:[ \t]|[Uu]sage:? ?\n|usage: )[^\n]*\n.+\z`, "Usage: (text)\n")},
		{"mac", "the kernel draws addresses for new devices by lot; they have the local bit, and the script did not write them",
			"", randomMACs},
		{"bridge-id", "a bridge's identifier holds the random address of its lowest port",
			"", bridgeIDs},
		{"eui64", "link-local addresses and solicited-node groups are built from such addresses",
			"", derivedAddresses},
		{"bridge-timer", "bridge timers run while we look",
			"link brctl bridge", replace(
				`((?:hello|tcn|topology_change|gc|hold|forward_delay|message_age)_timer) +\d+\.\d\d`, `$1 <timer>`,
				`("(?:hello|tcn|topology_change|gc|hold|forward_delay|message_age)_timer"): *\d+\.\d\d`, `$1:"<timer>"`,
				`((?:hello|tcn|topology change|gc|hold|forward delay|message age) timer\t+) +\d+\.\d\d`, `$1<timer>`)},
		{"ageing", "how long a bridge has known a neighbour",
			"brctl", replace(`(?m)(\t(?:yes|no)\t+) +\d+\.\d\d$`, `$1<timer>`)},
		{"ping-time", "round trips are measured",
			"ping", replace(
				`time=\d+(\.\d+)? ms`, `time=<t> ms`,
				`time \d+ms`, `time <t>ms`,
				`= \d+\.\d+/\d+\.\d+/\d+\.\d+/\d+\.\d+ ms`, `= <t> ms`,
				`ipg/ewma \d+\.\d+/\d+\.\d+ ms`, `ipg/ewma <t> ms`)},
		{"probe-time", "how long the answer to a probe took",
			"arping tracepath", replace(`(?m) +\d+\.\d{3}ms`, ` <t>ms`)},
		{"ping-far-time", "what is far from the time of day, as a hostile reply has it",
			"ping", replace(`(tv_u?sec |goes back \()-?\d{7,} `, `$1<far> `)},
		{"ping-flood", "a busy machine sends the next packet of a flood before it has seen the answer: dots come earlier, and more packets are on their way",
			"ping", flood},
		{"ping-ident", "the identifier of a raw socket's packets is the number of the process",
			"ping", idents},
		{"ping-date", "ping tells the time of day",
			"ping", replace(`(?m)^(\[?)\d{10}\.\d{6}(\]?) `, `$1<date>$2 `)},
		{"ping-stamps", "time stamps of IP are those of the day; the first tells it, others how much later they are",
			"ping", stamps},
		{"neighbour-age", "seconds since a neighbour entry was used, confirmed and updated",
			"", replace(
				`used \d+/\d+/\d+`, `used <t>`,
				`"used":(\s*)\d+,(\s*)"confirmed":(\s*)\d+,(\s*)"updated":(\s*)\d+`, `"used":"<t>"`)},
		{"fdb-age", "seconds since a forwarding entry was used and updated",
			"bridge", replace(
				`used \d+/\d+ `, `used <t> `,
				`"used":(\s*)\d+,(\s*)"updated":(\s*)\d+`, `"used":"<t>"`)},
		{"route-age", "seconds since a cached route was used",
			"route", replace(`\bage -?\d+(?:\.\d+)?sec`, `age <t>`, `"age":\s*-?\d+`, `"age":"<t>"`)},
		{"lifetime", "a written lifetime counts down while the script runs",
			"", lifetimes},
		{"date", "dates of events and of IPsec states",
			"monitor xfrm mptcp nexthop netns", replace(
				`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{6})?`, `<date>`,
				`Timestamp: .*`, `Timestamp: <date>`)},
		{"tunnel-permaddr", "IPv6 tunnels draw a permanent address by lot",
			"", replace(`permaddr [0-9a-f:]+`, `permaddr <random>`, `("permaddr":\s*)"[0-9a-f:]+"`, `$1"<random>"`)},
		{"socket-times", "ss tells how long ago things were and how long they took, and which filesystem has a file",
			"ss", replace(
				`\b(lastsnd|lastrcv|lastack|last_data_sent|last_data_recv|last_ack_recv|minrtt|rcv_rtt|rto|ato|write_seq|snd_una|rcv_nxt):[\d.]+`, `$1:<t>`,
				`\brtt:[\d./]+`, `rtt:<t>`, `\bmrtt:[\d.]+`, `mrtt:<t>`, `\btoken:[0-9a-f]+`, `token:<t>`, `\b(p?tag):[0-9a-f]+`, `$1:<t>`, `\bbusy:\d+ms`, `busy:<t>`,
				`\b(send|pacing_rate|delivery_rate) \d[\w.+]*bps`, `$1 <t>bps`, `timer:\((\w+),[^,]*,`, `timer:($1,<t>,`, `\bdev:\d+/\d+`, `dev:<n>`)},
		{"socket-counts", "of all sockets, and those of TCP that are not in use, only the whole system's numbers are told",
			"ss", replace(`(?m)^Total: \d+$`, `Total: <n>`, `(?m)^(TCP:   )\d+( \(estab \d+, closed )\d+`, `$1<n>$2<n>`)},
		{"map-numbers", "maps of BPF are numbered through, as long as the kernel runs",
			"ss", replace(`\bmap_id:\d+`, `map_id:<n>`)},
		{"socket-numbers", "inodes, cookies and processes have other numbers each time, and columns the width of the longest",
			"ss", socketNumbers},
		{"namespaces", "inodes of namespaces, and processes in messages, have other numbers each time, and so has the sandbox's folder",
			"lsns unshare nsenter", replace(`\b40265\d{5}\b`, `<inode-ns>`, `/proc/\d+/`, `/proc/<pid>/`, `/tmp/compat\d+`, `/tmp/compat<n>`)},
		{"socket-order", "the tables of sockets are hashes with random keys",
			"ss", sortedSockets},
		{"neighbour-order", "the neighbour table is a hash with a random key",
			"neighbour arp", sortedNeighbours},
	}
}

// A Normaliser applies the rules to the answers of one run.
type Normaliser struct {
	Context
	rules []rule
}

// NewNormaliser prepares the rules for one run.
func NewNormaliser(c Context) *Normaliser {
	c.Written = strings.ToLower(c.Written)
	return &Normaliser{Context: c, rules: rules()}
}

// Text is the text without what varies from run to run. The rooms are those of
// the command that printed it.
func (n *Normaliser) Text(rooms []Class, text string) string {
	for _, r := range n.rules {
		if text != "" && r.meant(rooms) {
			text = r.apply(&n.Context, text)
		}
	}
	return text
}

func (r *rule) meant(rooms []Class) bool {
	names := strings.Fields(r.rooms)
	return len(names) == 0 || slices.ContainsFunc(rooms, func(c Class) bool {
		return slices.Contains(names, c.Tool) || slices.Contains(names, c.Object)
	})
}

// replace makes a rule of pairs of a pattern and what takes its place.
func replace(pairs ...string) func(*Context, string) string {
	var patterns []*regexp.Regexp
	for i := 0; i < len(pairs); i += 2 {
		patterns = append(patterns, regexp.MustCompile(pairs[i]))
	}
	return func(_ *Context, text string) string {
		for i, p := range patterns {
			text = p.ReplaceAllString(text, pairs[2*i+1])
		}
		return text
	}
}

var (
	macPattern      = regexp.MustCompile(`\b[0-9a-f][26ae](:[0-9a-f]{2}){5}\b`)
	bridgeIDPattern = regexp.MustCompile(`\b([0-9a-f]{4})\.([0-9a-f][26ae][0-9a-f]{10})\b`)
	ip6Pattern      = regexp.MustCompile(`[0-9a-f]{0,4}:[0-9a-f:]*:[0-9a-f]{0,4}`)
	secondsPattern  = regexp.MustCompile(`((?:valid_lft|preferred_lft|expires) |"(?:valid_life_time|preferred_life_time|expires)":\s*)(\d+)`)
)

const randomMAC = "<mac>"

// written says whether the script's author wrote the address.
func (c *Context) written(mac string) bool { return strings.Contains(c.Written, mac) }

func randomMACs(c *Context, text string) string {
	return macPattern.ReplaceAllStringFunc(text, func(mac string) string {
		if c.written(mac) {
			return mac
		}
		return randomMAC
	})
}

// bridgeIDs handles brctl's form, which has no colons.
func bridgeIDs(c *Context, text string) string {
	return bridgeIDPattern.ReplaceAllStringFunc(text, func(id string) string {
		if c.written(withColons(id[5:])) {
			return id
		}
		return id[:5] + randomMAC
	})
}

func withColons(hex string) string {
	var parts []string
	for i := 0; i+2 <= len(hex); i += 2 {
		parts = append(parts, hex[i:i+2])
	}
	return strings.Join(parts, ":")
}

// derivedAddresses finds IPv6 addresses whose interface identifier is a random
// link-layer address, and groups that hold its last three bytes.
func derivedAddresses(c *Context, text string) string {
	text = replaceGroups(c, text)
	return ip6Pattern.ReplaceAllStringFunc(text, func(s string) string {
		addr, err := netip.ParseAddr(s)
		if err != nil || !addr.Is6() {
			return s
		}
		b := addr.As16()
		if b[11] != 0xff || b[12] != 0xfe || b[8]&2 != 0 {
			return s // the bit is inverted: clear means that the address was local
		}
		mac := hexMAC([]byte{b[8] ^ 2, b[9], b[10], b[13], b[14], b[15]})
		if c.written(mac) || c.written(s) {
			return s
		}
		return strings.TrimSuffix(netip.AddrFrom16([16]byte(append(b[:8:8], make([]byte, 8)...))).String(), "::") + "::<eui64>"
	})
}

func hexMAC(b []byte) string {
	const digits = "0123456789abcdef"
	out := make([]byte, 0, 3*len(b))
	for i, x := range b {
		if i > 0 {
			out = append(out, ':')
		}
		out = append(out, digits[x>>4], digits[x&15])
	}
	return string(out)
}

// replaceGroups needs the links' real addresses: three bytes alone could be
// anything.
func replaceGroups(c *Context, text string) string {
	for _, mac := range c.MACs {
		if c.written(mac) || !macPattern.MatchString(mac) {
			continue
		}
		tail := strings.Split(mac, ":")[3:]
		low, _ := strconv.ParseUint(tail[1]+tail[2], 16, 16)
		text = strings.ReplaceAll(text, "ff02::1:ff"+tail[0]+":"+strconv.FormatUint(low, 16), "ff02::1:ff<eui64>")
		text = strings.ReplaceAll(text, "33:33:ff:"+strings.Join(tail, ":"), "33:33:ff:<eui64>")
	}
	return text
}

var (
	identPattern = regexp.MustCompile(`ident=(\d+)`)
	stampPattern = regexp.MustCompile(`(?m)^(TS: )?(\t[0-9.]+)?\t-?\d+( absolute)?( not-standard)?$`)
)

// idents leaves what was given with -e.
func idents(c *Context, text string) string {
	return identPattern.ReplaceAllStringFunc(text, func(s string) string {
		if strings.Contains(c.Written, "-e "+strings.TrimPrefix(s, "ident=")+" ") {
			return s
		}
		return "ident=<pid>"
	})
}

// stamps keeps the form of each line of ping's block of time stamps.
func stamps(_ *Context, text string) string {
	if !strings.Contains(text, "\nTS: ") {
		return text
	}
	return stampPattern.ReplaceAllString(text, "$1$2\t<t>$3$4")
}

var (
	floodPattern = regexp.MustCompile(`(?m)^[.E \x07\x08]*\x08[.E \x07\x08]*`)
	pipePattern  = regexp.MustCompile(`pipe \d+, (ipg/ewma)`)
)

// flood puts the dots of a flood in front of what takes them away, and leaves out how
// many packets were on their way at once where ping did not wait between them, which
// is where it tells their distance.
func flood(_ *Context, text string) string {
	text = pipePattern.ReplaceAllString(text, "$1")
	return floodPattern.ReplaceAllStringFunc(text, func(s string) string {
		return strings.Repeat(".", strings.Count(s, ".")) + strings.ReplaceAll(s, ".", "")
	})
}

// slack is how many seconds a script may lose on a busy machine.
const slack = 9

// lifetimes puts the written number back where the value is a little below one.
func lifetimes(c *Context, text string) string {
	return secondsPattern.ReplaceAllStringFunc(text, func(s string) string {
		m := secondsPattern.FindStringSubmatch(s)
		n, err := strconv.Atoi(m[2])
		if err != nil {
			return s
		}
		for w := n; w <= n+slack; w++ {
			if regexp.MustCompile(`\b` + strconv.Itoa(w) + `\b`).MatchString(c.Written) {
				return m[1] + strconv.Itoa(w)
			}
		}
		return s
	})
}

var socketNumberPattern = regexp.MustCompile(`\b(ino:|pid=|tid=|tcpdiag:ss/)(\d+)|( 4:)([1-9]\d+)|\b(sk:)([0-9a-f]+)|( )(\d{5,})\b`)

// socketNumbers replaces the numbers of sockets that the script did not write, and
// makes the blanks single in a text that had such: they fill columns.
func socketNumbers(c *Context, text string) string {
	replaced := false
	text = socketNumberPattern.ReplaceAllStringFunc(text, func(s string) string {
		m := socketNumberPattern.FindStringSubmatch(s)
		number := m[2] + m[4] + m[6] + m[8]
		if len(number) > 2 && strings.Contains(c.Written, number) {
			return s
		}
		replaced = true
		return m[1] + m[3] + m[5] + m[7] + "<n>"
	})
	if !replaced {
		return text
	}
	text = ownQueuePattern.ReplaceAllString(text, "$1<n> $2")
	return blanksPattern.ReplaceAllString(text, " ")
}

var (
	// The socket that asks has its answer in its queue.
	ownQueuePattern = regexp.MustCompile(`(?m)^((?:nl +)?(?:UNCONN +)?)\d+( +\d+ +tcpdiag:)`)
	blanksPattern   = regexp.MustCompile(` +`)
	lineEndPattern  = regexp.MustCompile(`(?m) +$`)
)

// sortedSockets orders the sockets of each kind, with what stands on further lines of
// theirs, and takes the blanks at the ends of lines away, which the last has not.
func sortedSockets(_ *Context, text string) string {
	lines := strings.SplitAfter(lineEndPattern.ReplaceAllString(text, ""), "\n")
	begin := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, "Address:Port") }) + 1
	var list []string
	for _, l := range lines[begin:] {
		if n := len(list); n > 0 && (strings.HasPrefix(l, "\t") || l == "") {
			list[n-1] += l
			continue
		}
		list = append(list, l)
	}
	if begin == 0 && strings.HasPrefix(text, "Total:") {
		return text
	}
	// Tables come one after the other; they are told apart by the first column.
	kinds := begin > 0 && strings.HasPrefix(lines[begin-1], "Netid")
	order := make(map[string]int)
	place := func(l string) int {
		kind, _, _ := strings.Cut(l, " ")
		if family, _, types := strings.Cut(kind, "_"); types {
			kind = family // one table has all types
		}
		if _, known := order[kind]; !known && kinds {
			order[kind] = len(order)
		}
		return order[kind]
	}
	for _, l := range list {
		place(l)
	}
	slices.SortFunc(list, func(a, b string) int { return cmp.Or(place(a)-place(b), strings.Compare(a, b)) })
	return strings.Join(lines[:begin], "") + strings.Join(list, "")
}

// sortedNeighbours orders whole entries, so that each is still compared.
func sortedNeighbours(_ *Context, text string) string {
	if strings.HasPrefix(text, "[{") && strings.HasSuffix(text, "}]\n") && strings.Count(text, "\n") == 1 {
		entries := strings.Split(text[2:len(text)-3], "},{")
		sort.Strings(entries)
		return "[{" + strings.Join(entries, "},{") + "}]\n"
	}
	if !strings.HasSuffix(text, "\n") || strings.HasPrefix(text, "[") {
		return text
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n") + "\n"
}
