package resolve

import (
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
	"golang.org/x/sys/unix"
)

// configured is a resolver with files of its own.
func configured(t testing.TB, files map[string]string) resolver {
	dir := t.TempDir() + "/"
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return resolver{dir, 53}
}

const hostsFile = `# hosts
127.0.0.1	localhost
::1 localhost ip6-localhost
10.0.0.1 known.example known  # alias
10.0.0.2 KNOWN
  10.0.0.3	tabbed
10.0.0.4
10.0.0.500 bad
::ffff:10.0.0.5 mapped
fe80::1%eth0 scoped
#10.0.0.6 hidden
10.0.0.1 second`

func TestHosts(t *testing.T) {
	r := configured(t, map[string]string{"hosts": hostsFile, "host.conf": "order hosts\nmulti on\n", "nsswitch.conf": "passwd: files\nhosts: files # only\n"})
	for _, tt := range []struct {
		name   string
		family int
		want   string // canonical name and addresses, or the error
	}{
		{"known", unix.AF_INET, "known.example 10.0.0.1 10.0.0.2"},
		{"Known", unix.AF_UNSPEC, "known.example 10.0.0.1 10.0.0.2"},
		{"known", unix.AF_INET6, "Unknown host"},
		{"known.", unix.AF_INET, "Unknown host"},
		{"alias", unix.AF_INET, "Unknown host"},
		{"hidden", unix.AF_INET, "Unknown host"},
		{"bad", unix.AF_INET, "Unknown host"},
		{"", unix.AF_INET, " 10.0.0.4"}, // an address without a name
		{"scoped", unix.AF_INET6, "Unknown host"},
		{"tabbed", unix.AF_INET, "tabbed 10.0.0.3"},
		{"localhost", unix.AF_UNSPEC, "localhost 127.0.0.1 ::1"},
		{"localhost", unix.AF_INET6, "localhost ::1"},
		{"ip6-localhost", unix.AF_INET, "localhost 127.0.0.1"},
		{"ip6-localhost", unix.AF_INET6, "localhost ::1"},
		{"mapped", unix.AF_INET, "mapped 10.0.0.5"},
		{"mapped", unix.AF_UNSPEC, "mapped ::ffff:10.0.0.5"},
		{"10.0.0.9", unix.AF_INET, "10.0.0.9 10.0.0.9"},
		{"10.0.0.9", unix.AF_INET6, "Unknown host"},
		{"2001:db8::1", unix.AF_INET6, "2001:db8::1 2001:db8::1"},
	} {
		if got := text(r.lookup(tt.name, tt.family)); got != tt.want {
			t.Errorf("%q of family %d: got %s, want %s", tt.name, tt.family, got, tt.want)
		}
	}
	for addr, want := range map[string]string{
		"10.0.0.1": "known.example", "::1": "localhost", "10.0.0.5": "mapped", "::ffff:10.0.0.3": "tabbed", "fe80::1%1": "Unknown host",
		"10.0.0.4": "", "10.9.9.9": "Unknown host",
	} {
		name, err := r.name(netip.MustParseAddr(addr))
		if err != nil {
			name = err.Error()
		}
		if name != want {
			t.Errorf("%s: got %s, want %s", addr, name, want)
		}
	}
}

func TestUnescaped(t *testing.T) {
	for name, want := range map[string]string{
		`a`: "a", `a\b`: "ab", `\097b`: "ab", `a\\b`: `a\b`, `a\255`: "a\xff", ``: "",
		`a\.b`: "none", `a\046b`: "none", `a\`: "none", `a\1`: "none", `a\09`: "none", `a\256`: "none", `a\1x2`: "none",
	} {
		got, ok := unescaped(name)
		if !ok {
			got = "none"
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

func TestHostsFirst(t *testing.T) {
	r := configured(t, map[string]string{"hosts": hostsFile, "host.conf": "multi off\n"})
	for family, want := range map[int]string{unix.AF_UNSPEC: "localhost 127.0.0.1", unix.AF_INET6: "localhost ::1"} {
		if got := text(r.lookup("localhost", family)); got != want {
			t.Errorf("family %d: got %s, want %s", family, got, want)
		}
	}
}

func text(h Host, err error) string {
	if err != nil {
		return err.Error()
	}
	words := []string{h.Name}
	for _, a := range h.Addrs {
		words = append(words, a.String())
	}
	return strings.Join(words, " ")
}

func TestSources(t *testing.T) {
	for line, want := range map[string][]source{
		"":                  {files, servers},
		"passwd: files":     {files, servers},
		"hosts: files":      {files},
		"hosts:dns files":   {servers, files},
		"hosts : files dns": {files, servers},
		"hosts: files mdns4_minimal [NOTFOUND=return] dns myhostname": {files, servers},
		"hosts: resolve [!UNAVAIL=return] files myhostname dns":       {files, servers},
		"hosts: files resolve": {files, servers},
		"hosts: myhostname":    nil,
		"#hosts: files":        {files, servers},
	} {
		if got := configured(t, map[string]string{"nsswitch.conf": line + "\n"}).sources(); !slices.Equal(got, want) {
			t.Errorf("%q: got %v, want %v", line, got, want)
		}
	}
}

func TestConfig(t *testing.T) {
	for _, tt := range []struct {
		text    string
		servers string
		domains string
		numbers [3]int // ndots, timeout, attempts
	}{
		{"search .\n", "127.0.0.1:53", ".", [3]int{1, 5, 2}},
		{"nameserver 10.0.0.1\nnameserver fe80::1%eth0\ndomain a.test b.test\n", "10.0.0.1:53 [fe80::1%eth0]:53", "a.test", [3]int{1, 5, 2}},
		{"domain a\nsearch b c # d\n nameserver 10.0.0.9\n;nameserver 10.0.0.8\nnameserver bad\nnameserver\nnameserver 10.0.0.1 # x\n",
			"10.0.0.1:53", "b c # d", [3]int{1, 5, 2}},
		{"search x\nnameserver 1.0.0.1\nnameserver 1.0.0.2\nnameserver 1.0.0.3\nnameserver 1.0.0.4", "1.0.0.1:53 1.0.0.2:53 1.0.0.3:53", "x", [3]int{1, 5, 2}},
		{"search x\noptions ndots:3 timeout:1\noptions attempts:4 rotate edns0\n", "127.0.0.1:53", "x", [3]int{3, 1, 4}},
		{"search x\noptions ndots:99 timeout:99 attempts:99 use-vc:1\n", "127.0.0.1:53", "x", [3]int{15, 30, 5}},
		{"search x\noptions ndots:-1 timeout:x attempts:\n", "127.0.0.1:53", "x", [3]int{1, 5, 2}},
		{"search x\noptions use-vc\n", "127.0.0.1:53", "x", [3]int{1, 5, 1}},
	} {
		c := configured(t, map[string]string{"resolv.conf": tt.text}).config()
		var list []string
		for _, s := range c.servers {
			list = append(list, s.String())
		}
		if got := strings.Join(list, " "); got != tt.servers {
			t.Errorf("%q: servers %s, want %s", tt.text, got, tt.servers)
		}
		if got := strings.Join(c.domains, " "); got != tt.domains {
			t.Errorf("%q: domains %s, want %s", tt.text, got, tt.domains)
		}
		if got := [3]int{c.ndots, c.timeout, c.attempts}; got != tt.numbers {
			t.Errorf("%q: ndots, timeout, attempts %v, want %v", tt.text, got, tt.numbers)
		}
	}
}

func TestPatience(t *testing.T) {
	c := config{timeout: 5, servers: make([]netip.AddrPort, 3)}
	for i, want := range []time.Duration{5, 3, 6} {
		if got := c.patience(i); got != want*time.Second {
			t.Errorf("server %d: %v, want %ds", i, got, want)
		}
	}
}

func TestReverseName(t *testing.T) {
	for addr, want := range map[string]string{
		"10.1.2.30":    "30.2.1.10.in-addr.arpa",
		"2001:db8::1f": "f.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
	} {
		if got := reverseName(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s: got %s, want %s", addr, got, want)
		}
	}
}

func TestServers(t *testing.T) {
	questions := make(chan string, 1000)
	r := configured(t, map[string]string{"resolv.conf": "nameserver 127.0.0.1\nsearch dom.test\noptions timeout:1 attempts:1\n"})
	r.port = testZone().serve(t, questions)
	for _, tt := range []struct {
		name   string
		family int
		want   string
		asked  string // how often
	}{
		{"a.test", unix.AF_INET, "a.test 10.0.0.1", "udp"},
		{"A.Test.", unix.AF_INET, "A.Test 10.0.0.1", "udp"},
		{"a.test", unix.AF_INET6, "No address associated with name", "udp udp"},
		{"a.test", unix.AF_UNSPEC, "a.test 10.0.0.1", "udp udp"},
		{"two.test", unix.AF_INET, "two.test 10.0.0.3 10.0.0.2", "udp"},
		{"both.test", unix.AF_UNSPEC, "both.test 10.0.0.4 2001:db8::4", "udp udp"},
		{"six.test", unix.AF_UNSPEC, "six.test 2001:db8::6", "udp udp"},
		{"alias.test", unix.AF_INET, "a.test 10.0.0.1", "udp"},
		{"alias.test", unix.AF_INET6, "Unknown server error", "udp"},
		{"loop.test", unix.AF_INET, "Unknown server error", "udp"},
		{"big.test", unix.AF_INET, "big.test 10.0.0.5", "udp tcp"},
		{"note.test", unix.AF_INET, "No address associated with name", "udp udp"},
		{"nothing.test", unix.AF_INET, "Unknown host", "udp udp"},
		{"nothing.test.", unix.AF_UNSPEC, "Unknown host", "udp udp"},
		{"servfail.test", unix.AF_INET, "Host name lookup failure", "udp udp"},
		{"servfail.test", unix.AF_UNSPEC, "Host name lookup failure", "udp udp udp udp"},
		{"lame.test", unix.AF_INET, "Host name lookup failure", "udp udp"},
		{"formerr.test", unix.AF_INET, "Unknown server error", "udp udp"},
		{"silent.test.", unix.AF_UNSPEC, "Host name lookup failure", "udp"},
		{"short", unix.AF_INET, "short.dom.test 10.0.0.7", "udp"},
		{"short.", unix.AF_INET, "Unknown host", "udp"},
		{"dotted.name", unix.AF_INET, "dotted.name.dom.test 10.0.0.8", "udp udp"},
		{"top", unix.AF_INET, "top 10.0.0.9", "udp udp"},
		{"note", unix.AF_INET, "No address associated with name", "udp udp"},
		{"a..test", unix.AF_INET, "Unknown host", ""},
		{"a b.test", unix.AF_INET, "Unknown host", ""},
		{"-a.test", unix.AF_INET, "Unknown host", ""},
		{strings.Repeat("a", 64) + ".test", unix.AF_INET, "Unknown host", ""},
		{strings.Repeat("a.", 200) + "test", unix.AF_INET, "Unknown host", ""},
	} {
		if got := text(r.lookup(tt.name, tt.family)); got != tt.want {
			t.Errorf("%q of family %d: got %s, want %s", tt.name, tt.family, got, tt.want)
		}
		if got := drain(questions); got != tt.asked {
			t.Errorf("%q of family %d: asked %q, want %q", tt.name, tt.family, got, tt.asked)
		}
	}
	for addr, want := range map[string]string{
		"10.0.0.1": "First.test", "10.0.0.2": "delegated.test", "10.0.0.3": "Unknown server error", "10.0.0.4": "Unknown host",
		"2001:db8::1": "six.test",
	} {
		name, err := r.name(netip.MustParseAddr(addr))
		if err != nil {
			name = err.Error()
		}
		if name != want {
			t.Errorf("%s: got %q, want %s", addr, name, want)
		}
	}
}

func drain(c <-chan string) string {
	var words []string
	for {
		select {
		case w := <-c:
			words = append(words, w)
		default:
			return strings.Join(words, " ")
		}
	}
}

// TestNextServer asks a second server where the first one is not there or
// cannot say, and only over TCP where that is wanted.
func TestNextServer(t *testing.T) {
	questions := make(chan string, 100)
	port := testZone().serve(t, questions)
	good := netip.AddrPortFrom(loopback(), port)
	nobody, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Skip(err)
	}
	nobody.Close()
	dead := netip.AddrPortFrom(loopback(), uint16(nobody.Addr().(*net.TCPAddr).Port))
	c := config{servers: []netip.AddrPort{dead, good}, timeout: 1, attempts: 1, ndots: 1}
	if got := text(c.search("a.test", unix.AF_INET)); got != "a.test 10.0.0.1" {
		t.Errorf("with a dead server: %s", got)
	}
	c = config{servers: []netip.AddrPort{good, good}, timeout: 1, attempts: 2}
	drain(questions)
	if _, err := c.search("servfail.test", unix.AF_INET); err != refused {
		t.Errorf("servers that cannot say: %v", err)
	}
	if got := drain(questions); got != "udp udp udp udp" {
		t.Errorf("two servers, twice: asked %s", got)
	}
	c.tcp = true
	if got := text(c.search("two.test", unix.AF_INET)); got != "two.test 10.0.0.3 10.0.0.2" {
		t.Errorf("over TCP: %s", got)
	}
	if got := drain(questions); got != "tcp" {
		t.Errorf("over TCP: asked %s", got)
	}
	c = config{servers: []netip.AddrPort{dead}, timeout: 1, attempts: 2}
	if _, err := c.search("a.test", unix.AF_INET); err != noAnswer {
		t.Errorf("no server: %v", err)
	}
}

func TestSort(t *testing.T) {
	type pair struct{ addr, source string } // no source: no route
	for _, tt := range []struct{ better, worse pair }{
		{pair{"10.0.0.1", "10.0.0.2"}, pair{"2001:db8::1", ""}},
		{pair{"2001:db8::1", "2001:db8::2"}, pair{"10.0.0.1", "10.0.0.2"}},
		{pair{"::1", "::1"}, pair{"127.0.0.1", "127.0.0.1"}},
		{pair{"10.0.0.1", "10.0.0.2"}, pair{"2001:db8::1", "fe80::2"}},
		{pair{"10.0.0.1", "10.0.0.2"}, pair{"2001:db8::1", "2002:1::2"}},
		{pair{"2001:db8::1", "2001:db8::2"}, pair{"2002:1::1", "2002:1::2"}},
		{pair{"fe80::1", "fe80::2"}, pair{"2001:db8::1", "2001:db8::2"}},
		{pair{"2001:db8::1", "2001:db8::2"}, pair{"2001:db9::1", "2001:db8::2"}},
	} {
		b, w := of(tt.better), of(tt.worse)
		if !b.before(&w) || w.before(&b) {
			t.Errorf("%v is not before %v", tt.better, tt.worse)
		}
	}
	equal := of(pair{"10.0.0.1", "10.0.0.9"})
	if other := of(pair{"10.0.0.2", "10.0.0.9"}); equal.before(&other) || other.before(&equal) {
		t.Error("addresses that are equal do not keep their order")
	}
}

func of(p struct{ addr, source string }) destination {
	source, _ := netip.ParseAddr(p.source)
	return destinationOf(netip.MustParseAddr(p.addr), source)
}

func TestSortReachable(t *testing.T) {
	// 240/4 has no route, and port 53 is not asked
	addrs := []netip.Addr{netip.MustParseAddr("240.0.0.1"), loopback()}
	Sort(addrs)
	if addrs[0] != loopback() {
		t.Skip("240.0.0.1 has a route here")
	}
}

// FuzzAnswer gives read what a server may send: it must not panic, and names
// are fit for a terminal.
func FuzzAnswer(f *testing.F) {
	z := testZone()
	for name := range z {
		for _, typ := range []dnsmessage.Type{dnsmessage.TypeA, dnsmessage.TypeAAAA, dnsmessage.TypePTR} {
			q, err := newQuery(name, typ)
			if err != nil {
				f.Fatal(err)
			}
			for _, m := range z.answer(q.packed, true) {
				f.Add(name, uint16(typ), m)
			}
		}
	}
	f.Fuzz(func(t *testing.T, name string, typ uint16, msg []byte) {
		q, err := newQuery(name, dnsmessage.Type(typ))
		if err != nil {
			return
		}
		if len(msg) >= 2 { // the right id
			q.id = uint16(msg[0])<<8 | uint16(msg[1])
		}
		if _, header, ok := q.open(msg); ok {
			answered(msg, header)
		}
		h, err := q.read(msg)
		switch {
		case err != nil && (h.Name != "" || h.Addrs != nil):
			t.Errorf("%v with %v", err, h)
		case err == nil && !isHostName(h.Name):
			t.Errorf("name %q", h.Name)
		case err == nil && len(h.Addrs) == 0 && q.question.Type != dnsmessage.TypePTR:
			t.Error("no address and no error")
		}
	})
}

// FuzzFiles reads configuration that is none.
func FuzzFiles(f *testing.F) {
	f.Add(hostsFile, "nameserver 10.0.0.1\noptions ndots:2 timeout:3 attempts:1", "hosts: files dns", "known")
	dir := f.TempDir() + "/"
	f.Fuzz(func(t *testing.T, hosts, resolv, nsswitch, name string) {
		for file, text := range map[string]string{"hosts": hosts, "resolv.conf": resolv, "nsswitch.conf": nsswitch} {
			if err := os.WriteFile(dir+file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		r := resolver{dir, 53}
		r.sources()
		c := r.config()
		if n := len(c.servers); n < 1 || n > maxServers || c.ndots < 0 || c.timeout < 0 || c.attempts > maxAttempts {
			t.Errorf("%+v", c)
		}
		h, err := r.hostNamed(name, unix.AF_UNSPEC)
		if (err == nil) != (len(h.Addrs) > 0) {
			t.Errorf("%v with %v", h, err)
		}
		for _, a := range h.Addrs {
			if back, err := r.nameOf(a.Unmap().WithZone("")); err != nil || back == "" {
				t.Errorf("%v of %q has no name: %v", a, name, err)
			}
		}
	})
}
