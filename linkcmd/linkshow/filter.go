package linkshow

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/vrf"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// A Filter holds what the words behind show, flush and save select, of links
// and of addresses alike: both objects read the same words.
type Filter struct {
	Family  uint8 // of the addresses; unix.AF_PACKET for links alone
	Request uint8 // the family that links are asked for
	Dev     *string
	Index   uint32
	Up      bool
	Down    bool
	Group   *uint32
	Master  int32 // index; -1 for links that have none
	Kind    *string
	Slave   *string // kind of the master
	NoVF    bool

	// What follows is for addresses only; Label hides the links' own lines.
	To        cli.Prefix
	Scope     uint8
	ScopeMask uint8
	Flags     uint32
	FlagMask  uint32
	Label     *string
	Proto     *uint8
}

// An AddrFlag is a flag of an address (IFA_F_) with its word.
type AddrFlag struct {
	Name     string
	Mask     uint32
	ReadOnly bool // only the kernel sets it
	V6Only   bool
}

// AddrFlags are the flags of addresses in the order in which they print. On
// IPv6 the first bit means temporary, on IPv4 secondary.
var AddrFlags = [...]AddrFlag{
	{"secondary", unix.IFA_F_SECONDARY, true, false},
	{"temporary", unix.IFA_F_SECONDARY, true, false},
	{"nodad", unix.IFA_F_NODAD, false, true},
	{"optimistic", unix.IFA_F_OPTIMISTIC, false, true},
	{"dadfailed", unix.IFA_F_DADFAILED, true, true},
	{"home", unix.IFA_F_HOMEADDRESS, false, true},
	{"deprecated", unix.IFA_F_DEPRECATED, true, true},
	{"tentative", unix.IFA_F_TENTATIVE, true, true},
	{"permanent", unix.IFA_F_PERMANENT, true, true},
	{"mngtmpaddr", unix.IFA_F_MANAGETEMPADDR, false, true},
	{"noprefixroute", unix.IFA_F_NOPREFIXROUTE, false, false},
	{"autojoin", unix.IFA_F_MCAUTOJOIN, false, false},
	{"stable-privacy", unix.IFA_F_STABLE_PRIVACY, true, true},
}

// FindAddrFlag returns the flag of that name, or nil.
func FindAddrFlag(name string) *AddrFlag {
	for i := range AddrFlags {
		if word.Has(AddrFlags[i].Name, name) {
			return &AddrFlags[i]
		}
	}
	return nil
}

// filterWords is a filter under construction.
type filterWords struct {
	*Filter
	e *cli.Env
}

var filterTable = []cli.Keyword[*filterWords]{
	{Words: "=to", Parse: (*filterWords).to},
	{Words: "=scope", Parse: (*filterWords).scope},
	{Words: "=up", Parse: func(f *filterWords, _ *cli.Args) error { f.Up = true; return nil }},
	{Words: "=down", Parse: func(f *filterWords, _ *cli.Args) error { f.Down = true; return nil }},
	{Words: "=label", Parse: func(f *filterWords, a *cli.Args) error { return f.text(a, &f.Label) }},
	{Words: "=group", Parse: (*filterWords).group},
	{Words: "=master", Parse: (*filterWords).master},
	{Words: "=vrf", Parse: (*filterWords).vrf},
	{Words: "=nomaster", Parse: func(f *filterWords, _ *cli.Args) error { f.Master = -1; return nil }},
	{Words: "=type", Parse: (*filterWords).kind},
	{Words: "=proto", Parse: (*filterWords).proto},
	{Words: "=novf", Parse: func(f *filterWords, _ *cli.Args) error { f.NoVF = true; return nil }},
}

// ParseFilter reads the words that are left into a filter of that family.
func ParseFilter(e *cli.Env, a *cli.Args, family uint8) (*Filter, error) {
	f := &filterWords{Filter: &Filter{Family: family, Request: family}, e: e}
	if err := cli.ParseWords(f, a, filterTable, (*filterWords).other); err != nil {
		return nil, err
	}
	return f.Filter, nil
}

// Resolve looks up the device that the filter names.
func (f *Filter) Resolve(e *cli.Env) error {
	if f.Dev == nil {
		return nil
	}
	// The real tool keeps an index in an int: what overflows it is no device.
	if f.Index = e.Links.Index(*f.Dev); int32(f.Index) <= 0 {
		return cli.NoSuchDevice(*f.Dev)
	}
	return nil
}

func (f *filterWords) to(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	if f.To, err = cli.ParsePrefix(s, f.Family); err != nil {
		return err
	}
	if f.Family == unix.AF_UNSPEC {
		f.Family = f.To.Family
	}
	return nil
}

func (f *filterWords) scope(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	v, ok := f.e.Tables.Scopes.Parse(s)
	if !ok && s != "all" {
		return cli.InvArg("invalid \"scope\"\n", s)
	}
	f.Scope, f.ScopeMask = uint8(v), 0
	if ok {
		f.ScopeMask = 0xff
	}
	return nil
}

func (f *filterWords) text(a *cli.Args, to **string) error {
	s, err := a.Value()
	*to = &s
	return err
}

func (f *filterWords) group(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	v, ok := f.e.Tables.Groups.Parse(s)
	if !ok {
		return cli.InvArg("Invalid \"group\" value\n", s)
	}
	f.Group = &v
	return nil
}

func (f *filterWords) master(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	if f.Master = int32(f.e.Links.Index(s)); f.Master == 0 {
		return cli.InvArg("Device does not exist\n", s)
	}
	return nil
}

func (f *filterWords) vrf(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	vrf.Offer(f.e, s)
	if f.Master = int32(f.e.Links.Index(s)); f.Master == 0 || f.e.Links.Kind(s) != "vrf" {
		return cli.InvArg("Not a valid VRF name\n", s)
	}
	return nil
}

func (f *filterWords) kind(a *cli.Args) error {
	s, err := a.Value()
	if master, ok := strings.CutSuffix(s, "_slave"); ok {
		f.Slave = &master
	} else {
		f.Kind = &s
	}
	return err
}

func (f *filterWords) proto(a *cli.Args) error {
	v, err := a.U8("\"proto\" value is invalid\n")
	f.Proto = &v
	return err
}

// other reads the flag of an address, or the device.
func (f *filterWords) other(a *cli.Args) error {
	if f.flag(a.Word()) {
		a.Skip()
		return nil
	}
	if a.Match("=dev") {
		if !a.More() {
			return cli.Incomplete()
		}
	} else if a.Is("help") {
		return cli.Help()
	}
	if f.Dev != nil {
		return cli.DupArg2("dev", a.Word())
	}
	return a.LinkTo(&f.Dev)
}

// flag takes [-]FLAG. Dynamic and primary are the lack of a flag.
func (f *filterWords) flag(w string) bool {
	name, inverse := strings.CutPrefix(w, "-")
	word.Offer(name, "dynamic", "primary")
	switch name {
	case "dynamic":
		name, inverse = "permanent", !inverse
	case "primary":
		name, inverse = "secondary", !inverse
	}
	flag := FindAddrFlag(name)
	if flag == nil {
		return false
	}
	f.FlagMask |= flag.Mask
	f.Flags |= flag.Mask
	if inverse {
		f.Flags &^= flag.Mask
	}
	return true
}

// matchState looks at the link itself.
func (f *Filter) matchState(ifi *unix.IfInfomsg) bool {
	up := ifi.Flags&unix.IFF_UP != 0
	switch {
	case f.Index != 0 && f.Index != uint32(ifi.Index):
		return false
	case f.Up && !up, f.Down && up:
		return false
	}
	return true
}

// matchRelations looks at what a link belongs to. Of masters only those by
// index are checked here: nomaster is the kernel's to filter.
func (f *Filter) matchRelations(tb [][]byte) bool {
	if v := tb[unix.IFLA_GROUP]; f.Group != nil && v != nil && rtnl.U32(v) != *f.Group {
		return false
	}
	if f.Master > 0 && rtnl.U32(tb[unix.IFLA_MASTER]) != uint32(f.Master) {
		return false
	}
	info := tb[unix.IFLA_LINKINFO]
	return hasKind(info, unix.IFLA_INFO_KIND, f.Kind) && hasKind(info, unix.IFLA_INFO_SLAVE_KIND, f.Slave)
}

func hasKind(info []byte, attr uint16, want *string) bool {
	return want == nil || info != nil && string(rtnl.CStr(rtnl.Find(info, attr))) == *want
}

// mask is the IFLA_EXT_MASK of a request: what the kernel may leave out.
func (f *Filter) mask(e *cli.Env) uint32 {
	mask := uint32(uapi.RTEXT_FILTER_VF)
	if f.NoVF {
		mask = 0
	}
	if e.Opt.Stats == 0 {
		mask |= uapi.RTEXT_FILTER_SKIP_STATS
	}
	return mask
}

// InGroup reports whether a link is of the group that was asked for; others
// are not shown at all.
func (f *Filter) InGroup(m rtnl.Message) bool {
	if f.Group == nil {
		return true
	}
	_, attrs := rtnl.View[unix.IfInfomsg](m.Body)
	return rtnl.U32(rtnl.Find(attrs, unix.IFLA_GROUP)) == *f.Group
}
