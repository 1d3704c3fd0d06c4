package linkcmd

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/names"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/linkcmd/kind"
	"gip/linkcmd/linkshow"

	"golang.org/x/sys/unix"
)

// A vfRequest is what "vf N …" asks of one virtual function.
type vfRequest struct {
	*request
	vf uint32
	// Rates are sent in one struct, or in the older one that knows only a
	// highest rate; -1 is not given.
	rates            bool // a word of the newer struct was given
	legacyCounts     bool // and the word rate may set its highest rate
	minRate, maxRate int32
}

// vfWords has the words behind "vf N", in the order of iproute2.
var vfWords = field.Table{Voice: &voice, Ends: true, Rows: []*field.Row{
	{Words: "mac", Type: &field.Type{Parse: parseVFMAC}},
	{Words: "vlan", Type: &field.Type{Parse: parseVFVlan}},
	{Words: "rate", Type: &field.Type{Parse: parseVFRate}},
	{Words: "max_tx_rate", Type: &field.Type{Parse: func(c *field.Call, w *field.Row) error { return takeRate(c, w, &vfOf(c).maxRate) }},
		Bad: "Invalid \"max tx rate\" value\n"},
	{Words: "min_tx_rate", Type: &field.Type{Parse: func(c *field.Call, w *field.Row) error { return takeRate(c, w, &vfOf(c).minRate) }},
		Bad: "Invalid \"min tx rate\" value\n"},
	{Words: "spoofchk", Attr: unix.IFLA_VF_SPOOFCHK, Type: &vfSwitch},
	{Words: "query_rss", Attr: unix.IFLA_VF_RSS_QUERY_EN, Type: &vfSwitch},
	{Words: "trust", Attr: unix.IFLA_VF_TRUST, Type: &vfSwitch},
	{Words: "state", Names: &linkshow.VFStates, Type: &field.Type{Read: parseVFState}},
	{Words: "node_guid", Attr: unix.IFLA_VF_IB_NODE_GUID, Type: &vfGUID},
	{Words: "port_guid", Attr: unix.IFLA_VF_IB_PORT_GUID, Type: &vfGUID},
}}

var (
	vfSwitch = field.Type{Read: parseVFSwitch}
	vfGUID   = field.Type{Read: parseVFGUID}
)

func vfOf(c *field.Call) *vfRequest { return c.For.(*vfRequest) }

func parseVF(c *field.Call, _ *field.Row) error {
	r, a := requestOf(c), c.Args
	n, err := a.Int("Invalid \"vf\" value\n")
	if err != nil {
		return err
	}
	if r.dev == "" {
		return cli.MissArg("dev")
	}
	list := r.m.Nest(unix.IFLA_VFINFO_LIST)
	info := r.m.Nest(unix.IFLA_VF_INFO)
	v := &vfRequest{request: r, vf: uint32(n), minRate: -1, maxRate: -1}
	if err := v.parse(a); err != nil {
		return err
	}
	r.m.End(info)
	r.m.End(list)
	if r.devIsName {
		r.dev, r.devIsName = "", false
	}
	return nil
}

func (v *vfRequest) parse(a *cli.Args) error {
	if !a.More() {
		return cli.Incomplete()
	}
	v.lookAhead(a)
	start := a.Len()
	var c field.Call
	c.Begin(v.env, a, &vfWords)
	c.For = v
	if err := c.Read(); err != nil {
		return err
	}
	if err := v.putRates(); err != nil {
		return err
	}
	if a.Len() == start {
		return cli.Incomplete()
	}
	return nil
}

// lookAhead finds out which struct rates are sent in; the real tool looks for
// its words all along the line, even where they are values.
func (v *vfRequest) lookAhead(a *cli.Args) {
	v.legacyCounts = true
	for _, w := range a.Rest() {
		switch {
		case cli.Match("max_tx_rate", w):
			v.rates, v.legacyCounts = true, false
		case cli.Match("min_tx_rate", w):
			v.rates = true
		}
	}
}

// put appends an attribute of 32-bit numbers, of which the first is the VF.
func (v *vfRequest) put(attr uint16, nums ...uint32) {
	v.m.Attr(attr, rtnl.AppendUint32s(rtnl.NE.AppendUint32(nil, v.vf), nums...))
}

func takeRate(c *field.Call, w *field.Row, rate *int32) error {
	n, err := c.Uint(w, 0, 32)
	*rate = int32(n)
	return err
}

func parseVFMAC(c *field.Call, _ *field.Row) error {
	v := vfOf(c)
	want, known := v.addressLen()
	s, err := c.Args.Value()
	if err != nil {
		return err
	}
	b, ok := cli.ParseLLAddr(s, cli.MaxLLAddr)
	if !ok {
		return cli.Fail(`"%s" is invalid lladdr.`, s)
	}
	if known && want > 0 && len(b) != want {
		return cli.Fail("Invalid address length %d - must be %d bytes", len(b), want)
	}
	mac := make([]byte, 4+cli.MaxLLAddr)
	rtnl.NE.PutUint32(mac, v.vf)
	copy(mac[4:], b)
	v.m.Attr(unix.IFLA_VF_MAC, mac)
	return nil
}

// A vfVlan is a VLAN tag for a VF; proto is 802.1Q or 802.1ad.
type vfVlan struct {
	id, qos uint32
	proto   uint16
}

// parseVFVlan sends one plain tag the old way, anything else as a list that
// further words vlan add to.
func parseVFVlan(c *field.Call, _ *field.Row) error {
	v, a := vfOf(c), c.Args
	t, err := readVFVlan(a)
	if err != nil {
		return err
	}
	if t.proto == unix.ETH_P_8021Q {
		v.put(unix.IFLA_VF_VLAN, t.id, t.qos)
		return nil
	}
	list := v.m.Nest(unix.IFLA_VF_VLAN_LIST)
	v.putVlan(t)
	for a.Match("vlan") {
		if t, err = readVFVlan(a); err != nil {
			return err
		}
		v.putVlan(t)
	}
	v.m.End(list)
	return nil
}

// putVlan appends an ifla_vf_vlan_info; the protocol is in network order.
func (v *vfRequest) putVlan(t vfVlan) {
	v.put(unix.IFLA_VF_VLAN_INFO, t.id, t.qos, rtnl.NE.Uint32([]byte{byte(t.proto >> 8), byte(t.proto), 0, 0}))
}

func readVFVlan(a *cli.Args) (t vfVlan, err error) {
	s, err := a.Value()
	if err != nil {
		return t, err
	}
	id, ok := cli.ParseUint(s, 0, 32)
	if !ok || id > 4095 {
		return t, cli.InvArg("Invalid \"vlan\" value\n", s)
	}
	t = vfVlan{id: uint32(id), proto: unix.ETH_P_8021Q}
	if a.Match("qos") {
		if t.qos, err = a.U32("Invalid \"qos\" value\n"); err != nil {
			return t, err
		}
	}
	if a.Match("proto") {
		t.proto, err = readVlanProto(a)
	}
	return t, err
}

func readVlanProto(a *cli.Args) (uint16, error) {
	s, err := a.Value()
	if err != nil {
		return 0, err
	}
	p, ok := names.EtherTypeOrNumber(s)
	switch {
	case !ok:
		return 0, cli.InvArg("protocol is invalid\n", s)
	case p != unix.ETH_P_8021Q && p != unix.ETH_P_8021AD:
		return 0, cli.InvArg("Invalid \"vlan protocol\" value - supported 802.1Q, 802.1ad\n", s)
	}
	return p, nil
}

func parseVFRate(c *field.Call, w *field.Row) error {
	v := vfOf(c)
	n, err := c.Uint(w, 0, 32)
	switch {
	case err != nil:
		return err
	case !v.rates:
		v.put(unix.IFLA_VF_TX_RATE, uint32(n))
	case v.legacyCounts:
		v.maxRate = int32(n)
	}
	return nil
}

// putRates sends lowest and highest rate together; what was not given is what
// the kernel has.
func (v *vfRequest) putRates() error {
	if !v.rates {
		return nil
	}
	if v.minRate == -1 || v.maxRate == -1 {
		lo, hi, err := v.presentRates()
		if err != nil {
			return err
		}
		if v.minRate == -1 {
			v.minRate = lo
		}
		if v.maxRate == -1 {
			v.maxRate = hi
		}
	}
	if v.maxRate != 0 && uint32(v.minRate) > uint32(v.maxRate) {
		return cli.Fail("Invalid min_tx_rate %d - must be <= max_tx_rate %d", v.minRate, v.maxRate)
	}
	v.put(unix.IFLA_VF_RATE, uint32(v.minRate), uint32(v.maxRate))
	return nil
}

// presentRates asks for the rates that the VF has now; a link without VFs has
// none, and the kernel will refuse the request.
func (v *vfRequest) presentRates() (lo, hi int32, err error) {
	idx := v.env.Links.Index(v.dev)
	if idx == 0 {
		return 0, 0, cli.Exit(cli.StatusError, "Device %s does not exist", v.dev)
	}
	m := rtnl.Request(unix.RTM_GETLINK, unix.IfInfomsg{Index: int32(idx)})
	m.U32(unix.IFLA_EXT_MASK, uapi.RTEXT_FILTER_VF)
	attrs, _ := v.env.LinkAttrs(m)
	list := rtnl.Find(attrs, unix.IFLA_VFINFO_LIST)
	for _, info := range rtnl.Attrs(list) {
		rate := rtnl.Find(info, unix.IFLA_VF_RATE)
		if len(rate) < 12 {
			return 0, 0, cli.Exit(cli.StatusError, "VF min/max rate API not supported")
		}
		if rtnl.U32(rate) == v.vf {
			return int32(rtnl.U32(rate[4:])), int32(rtnl.U32(rate[8:])), nil
		}
	}
	if len(list) > 0 {
		return 0, 0, cli.Exit(cli.StatusError, "Cannot find VF %d", int32(v.vf))
	}
	return 0, 0, nil
}

func parseVFSwitch(c *field.Call, w *field.Row, s string) error {
	on, err := cli.OnOff(w.Word(), s)
	vfOf(c).put(w.Attr, uint32(kind.Bit(on)))
	return err
}

func parseVFState(c *field.Call, w *field.Row, s string) error {
	state, ok := w.Names.Match(s)
	if !ok {
		return c.Wrong(w, s)
	}
	vfOf(c).put(unix.IFLA_VF_LINK_STATE, uint32(state))
	return nil
}

// parseVFGUID takes an InfiniBand identifier, eight bytes between colons.
func parseVFGUID(c *field.Call, w *field.Row, s string) error {
	b, ok := cli.ParseLLAddr(s, cli.MaxLLAddr)
	if !ok || len(b) != 8 || len(s) != len("xx:xx:xx:xx:xx:xx:xx:xx") {
		return cli.InvArg("Invalid GUID format\n", s)
	}
	guid := uint64(0)
	for _, c := range b {
		guid = guid<<8 | uint64(c)
	}
	// The struct has four bytes of padding in front of the number.
	v := vfOf(c)
	v.m.Attr(w.Attr, rtnl.NE.AppendUint64(append(rtnl.NE.AppendUint32(nil, v.vf), 0, 0, 0, 0), guid))
	return nil
}
