package common

import (
	"slices"
	"strconv"
	"strings"

	"gip/internal/cli"
	"gip/internal/show"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// A Family is one of addresses, which words name.
type Family struct {
	Name, Title string
	AF          int
	NoInput     bool // addresses of it cannot be read
}

// Families are in the order of the usage text. Of most nothing but the name is left in
// today's kernels.
var Families = []Family{
	{Name: "unix", Title: "UNIX Domain", AF: unix.AF_UNIX, NoInput: true},
	{Name: "inet", Title: "DARPA Internet", AF: unix.AF_INET},
	{Name: "inet6", Title: "IPv6", AF: unix.AF_INET6},
	{Name: "ax25", Title: "AMPR AX.25", AF: unix.AF_AX25},
	{Name: "netrom", Title: "AMPR NET/ROM", AF: unix.AF_NETROM},
	{Name: "rose", Title: "AMPR ROSE", AF: unix.AF_ROSE},
	{Name: "ipx", Title: "Novell IPX", AF: unix.AF_IPX},
	{Name: "ddp", Title: "Appletalk DDP", AF: unix.AF_APPLETALK, NoInput: true},
	{Name: "ec", Title: "Econet", AF: unix.AF_ECONET},
	{Name: "ash", Title: "Ash", AF: unix.AF_ASH, NoInput: true},
	{Name: "x25", Title: "CCITT X.25", AF: unix.AF_X25},
	{Name: "unspec", Title: "UNSPEC", AF: unix.AF_UNSPEC, NoInput: true},
}

// Open opens the socket whose calls are done. Of no family at all, the original
// takes standard input for it.
func (f *Family) Open() int {
	if f.AF == unix.AF_UNSPEC {
		return 0
	}
	fd, err := unix.Socket(f.AF, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1
	}
	return fd
}

// FamilyNamed is the family of that name, or nil.
func FamilyNamed(name string) *Family {
	for i := range Families {
		word.Offer(name, Families[i].Name)
		if Families[i].Name == name {
			return &Families[i]
		}
	}
	return nil
}

// FamilyWord is FamilyNamed for a word of the user's, who may have meant several.
func FamilyWord(e *cli.Env, name string) *Family {
	if strings.Contains(name, ",") {
		e.Warnf("Please don't supply more than one address family.\n")
	}
	return FamilyNamed(name)
}

// FamilyOpt is what the long options that name a family stand for: they have
// one value, so that an abbreviation of several means the first.
const FamilyOpt = 0x100

// FamilyLongOpts are the long options that name a family.
var FamilyLongOpts = []cli.LongOpt{
	{Name: "ax25", Val: FamilyOpt}, {Name: "x25", Val: FamilyOpt}, {Name: "ip", Val: FamilyOpt},
	{Name: "ipx", Val: FamilyOpt}, {Name: "appletalk", Val: FamilyOpt}, {Name: "netrom", Val: FamilyOpt},
	{Name: "inet", Val: FamilyOpt}, {Name: "inet6", Val: FamilyOpt}, {Name: "ddp", Val: FamilyOpt},
	{Name: "rose", Val: FamilyOpt}, {Name: "unix", Val: FamilyOpt}, {Name: "bluetooth", Val: FamilyOpt},
	{Name: "tcpip", Val: FamilyOpt},
}

// FamilyOption returns the family of a long option. The original counts one
// too few and does not find the last.
func FamilyOption(e *cli.Env, prog string, o cli.Opt) (family string) {
	if o.Long == "tcpip" {
		e.Warnf("%s.c: Internal Error `longopts 1 range'.\n", prog)
		return ""
	}
	return o.Long
}

// familyAliases are the words of -A and what they stand for.
var familyAliases = []struct{ alias, name string }{
	{"ax25", "ax25"}, {"ip", "inet"}, {"ip6", "inet6"}, {"ipx", "ipx"}, {"rose", "rose"}, {"appletalk", "ddp"},
	{"netrom", "netrom"}, {"inet", "inet"}, {"inet6", "inet6"}, {"ddp", "ddp"}, {"unix", "unix"}, {"tcpip", "inet"},
	{"econet", "ec"}, {"x25", "x25"}, {"ash", "ash"}, {"bluetooth", "bluetooth"},
}

// AddFamilies adds the families of a list with commas.
func AddFamilies(list []string, words string) ([]string, error) {
	for w := range strings.SplitSeq(words, ",") {
		i := slices.IndexFunc(familyAliases, func(a struct{ alias, name string }) bool { word.Offer(w, a.alias); return a.alias == w })
		if i < 0 {
			return list, cli.Fail("Unknown address family `%s'.", w)
		}
		list = append(list, familyAliases[i].name)
	}
	return list, nil
}

// A List is the text that names things and says what they are, three to a line.
type List struct {
	text strings.Builder
	n    int
}

// Add adds one to the list.
func (l *List) Add(name, title string) {
	if l.n%3 == 0 {
		if l.n > 0 {
			l.text.WriteString("\n")
		}
		l.text.WriteString("    ")
	}
	l.n++
	l.text.WriteString(name + " (" + title + ") ")
}

func (l *List) String() string { return l.text.String() + "\n" }

// Left writes a number padded on the right.
func Left(p *show.Pen, pre string, width int, v uint64, post string) {
	p.StrWidth("", pre, width, strconv.FormatUint(v, 10), post)
}
