package linkshow

import (
	"math"
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
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

// filterWords has the words of show, flush and save. What is none of them is the flag
// of an address, or the device.
var filterWords = field.Table{Voice: &field.Voice{Wrong: cli.InvArg}, Rows: []*field.Row{
	{Words: "=to", Type: &field.Type{Read: parseTo}},
	{Words: "=scope", Type: &field.Type{Read: parseScope}, Bad: "invalid \"scope\"\n"},
	{Words: "=up", Type: &field.Type{Parse: func(c *field.Call, _ *field.Row) error { filterOf(c).Up = true; return nil }}},
	{Words: "=down", Type: &field.Type{Parse: func(c *field.Call, _ *field.Row) error { filterOf(c).Down = true; return nil }}},
	{Words: "=label", Type: &field.Type{Parse: func(c *field.Call, _ *field.Row) error { return c.Args.ValueTo(&filterOf(c).Label) }}},
	{Words: "=group", Type: &field.Type{Read: parseGroup}, Bad: "Invalid \"group\" value\n"},
	{Words: "=master", In: field.Slot, Attr: unix.IFLA_MASTER, Type: &field.Link, Bad: "Device does not exist\n"},
	{Words: "=vrf", In: field.Slot, Attr: unix.IFLA_MASTER, Type: &field.Type{Size: 4, Scan: scanVRF}, Bad: "Not a valid VRF name\n"},
	{Words: "=nomaster", In: field.Slot, Attr: unix.IFLA_MASTER, Arg: math.MaxUint32, Type: &field.Word32},
	{Words: "=type", Type: &field.Type{Parse: parseKind}},
	{Words: "=proto", Type: &field.Type{Parse: parseProto}, Bad: "\"proto\" value is invalid\n"},
	{Words: "=novf", Type: &field.Type{Parse: func(c *field.Call, _ *field.Row) error { filterOf(c).NoVF = true; return nil }}},
	{Words: "=dev", Type: &field.Type{Parse: parseFlagOrDev}, Flags: field.Bare},
}}

func filterOf(c *field.Call) *Filter { return c.For.(*Filter) }

// ParseFilter reads the words that are left into a filter of that family.
func ParseFilter(e *cli.Env, a *cli.Args, family uint8) (*Filter, error) {
	f := &Filter{Family: family, Request: family}
	c := field.NewCall(e, a, &filterWords)
	c.For = f
	if err := c.Read(); err != nil {
		return nil, err
	}
	f.Master = int32(rtnl.U32(c.Get(field.Slot, unix.IFLA_MASTER)))
	return f, nil
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

func parseTo(c *field.Call, _ *field.Row, s string) (err error) {
	f := filterOf(c)
	if f.To, err = cli.ParsePrefix(s, f.Family); err != nil {
		return err
	}
	if f.Family == unix.AF_UNSPEC {
		f.Family = f.To.Family
	}
	return nil
}

func parseScope(c *field.Call, r *field.Row, s string) error {
	v, ok := c.Env.Tables.Scopes.Parse(s)
	if !ok && s != "all" {
		return c.Wrong(r, s)
	}
	f := filterOf(c)
	f.Scope, f.ScopeMask = uint8(v), 0
	if ok {
		f.ScopeMask = 0xff
	}
	return nil
}

func parseGroup(c *field.Call, r *field.Row, s string) error {
	v, ok := c.Env.Tables.Groups.Parse(s)
	if !ok {
		return c.Wrong(r, s)
	}
	filterOf(c).Group = &v
	return nil
}

func scanVRF(c *field.Call, r *field.Row, s string) (uint64, error) {
	vrf.Offer(c.Env, s)
	index := c.Env.Links.Index(s)
	if index == 0 || c.Env.Links.Kind(s) != "vrf" {
		return 0, c.Wrong(r, s)
	}
	return uint64(index), nil
}

func parseKind(c *field.Call, _ *field.Row) error {
	s, err := c.Args.Value()
	if master, ok := strings.CutSuffix(s, "_slave"); ok {
		filterOf(c).Slave = &master
	} else {
		filterOf(c).Kind = &s
	}
	return err
}

func parseProto(c *field.Call, r *field.Row) error {
	n, err := c.Uint(r, 0, 8)
	v := uint8(n)
	filterOf(c).Proto = &v
	return err
}

// parseFlagOrDev reads the flag of an address, or the device, which may have dev before
// it.
func parseFlagOrDev(c *field.Call, r *field.Row) error {
	f := filterOf(c)
	if c.Typed == "" {
		if f.flag(c.Args.Word()) {
			c.Args.Skip()
			return nil
		}
		if c.Args.Is("help") {
			return cli.Help()
		}
	}
	if c.Args.More() && f.Dev != nil {
		return cli.DupArg2(r.Word(), c.Args.Word())
	}
	return c.Args.LinkTo(&f.Dev)
}

// flag takes [-]FLAG. Dynamic and primary are the lack of a flag.
func (f *Filter) flag(w string) bool {
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
