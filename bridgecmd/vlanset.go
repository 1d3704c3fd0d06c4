package bridgecmd

import (
	"strings"

	"gip/bridgecmd/common"
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/linkcmd/linkkind"

	"golang.org/x/sys/unix"
)

// vlanOptions are the options of a VLAN of a port in the order in which they
// print. The state prints elsewhere: it is there even if the kernel sends none.
var vlanOptions = field.Table{Rows: []*field.Row{
	{Words: "=state", Value: "STP_STATE", Attr: uapi.BRIDGE_VLANDB_ENTRY_STATE, Type: &vlanState, Flags: field.Quiet},
	{Words: "=mcast_router", Value: "MULTICAST_ROUTER", Attr: uapi.BRIDGE_VLANDB_ENTRY_MCAST_ROUTER, Type: &field.U8},
	{Label: "mcast_n_groups", Attr: uapi.BRIDGE_VLANDB_ENTRY_MCAST_N_GROUPS, Type: &field.U32},
	{Words: "=mcast_max_groups", Value: "MAX_GROUPS", Attr: uapi.BRIDGE_VLANDB_ENTRY_MCAST_MAX_GROUPS, Type: &field.U32},
	{Words: "=neigh_suppress", Attr: uapi.BRIDGE_VLANDB_ENTRY_NEIGH_SUPPRESS, Type: &field.OnOff},
	{Words: "=neigh_forward_grat", Attr: uapi.BRIDGE_VLANDB_ENTRY_NEIGH_FORWARD_GRAT, Type: &field.OnOff},
}}

var vlanState = field.Type{Size: 1, Scan: func(_ *field.Call, _ *field.Row, s string) (uint64, error) {
	n, ok := common.ParseState(s)
	if !ok || int32(n) == -1 {
		return 0, cli.Fail("Error: invalid STP state")
	}
	return uint64(n), nil
}}

// globalOptions are the options of a VLAN of a bridge in the order in which
// they print.
var globalOptions = field.Table{Rows: []*field.Row{
	{Words: "=mcast_snooping", Value: "MULTICAST_SNOOPING", Attr: uapi.BRIDGE_VLANDB_GOPTS_MCAST_SNOOPING, Type: &field.U8},
	{Words: "=mcast_querier", Value: "MULTICAST_QUERIER", Attr: uapi.BRIDGE_VLANDB_GOPTS_MCAST_QUERIER, Type: &field.U8},
	{Attr: uapi.BRIDGE_VLANDB_GOPTS_MCAST_QUERIER_STATE, Type: &linkkind.QuerierState},
	{Words: "=mcast_igmp_version", Value: "IGMP_VERSION", Attr: uapi.BRIDGE_VLANDB_GOPTS_MCAST_IGMP_VERSION, Type: &field.U8},
	{Words: "=mcast_mld_version", Value: "MLD_VERSION", Attr: uapi.BRIDGE_VLANDB_GOPTS_MCAST_MLD_VERSION, Type: &field.U8},
	{Words: "=mcast_last_member_count", Value: "LAST_MEMBER_COUNT", Attr: uapi.BRIDGE_VLANDB_GOPTS_MCAST_LAST_MEMBER_CNT, Type: &field.U32},
	{Words: "=mcast_last_member_interval", Value: "LAST_MEMBER_INTERVAL", Attr: uapi.BRIDGE_VLANDB_GOPTS_MCAST_LAST_MEMBER_INTVL, Type: &field.U64},
	{Words: "=mcast_startup_query_count", Value: "STARTUP_QUERY_COUNT", Attr: uapi.BRIDGE_VLANDB_GOPTS_MCAST_STARTUP_QUERY_CNT, Type: &field.U32},
	{Words: "=mcast_startup_query_interval", Value: "STARTUP_QUERY_INTERVAL", Attr: uapi.BRIDGE_VLANDB_GOPTS_MCAST_STARTUP_QUERY_INTVL, Type: &field.U64},
	{Words: "=mcast_membership_interval", Value: "MEMBERSHIP_INTERVAL", Attr: uapi.BRIDGE_VLANDB_GOPTS_MCAST_MEMBERSHIP_INTVL, Type: &field.U64},
	{Words: "=mcast_querier_interval", Value: "QUERIER_INTERVAL", Attr: uapi.BRIDGE_VLANDB_GOPTS_MCAST_QUERIER_INTVL, Type: &field.U64},
	{Words: "=mcast_query_interval", Value: "QUERY_INTERVAL", Attr: uapi.BRIDGE_VLANDB_GOPTS_MCAST_QUERY_INTVL, Type: &field.U64},
	{Words: "=mcast_query_response_interval", Value: "QUERY_RESPONSE_INTERVAL", Attr: uapi.BRIDGE_VLANDB_GOPTS_MCAST_QUERY_RESPONSE_INTVL, Type: &field.U64},
	{Words: "=msti", Attr: uapi.BRIDGE_VLANDB_GOPTS_MSTI, Type: &field.U16},
}}

// vlanVoice is how the words of set complain; those without a row mean nothing.
var vlanVoice = field.Voice{Bad: "invalid {word}", Wrong: cli.InvArg, Unknown: field.Skip, OnOff: common.Einval}

// vlanSetWords has the words of "vlan set", globalSetWords those of "vlan global set".
var (
	vlanSetWords = field.Table{Voice: &vlanVoice, Size: sizeofDeviceMsg, Rows: []*field.Row{
		&vlanDev, &vlanVid, {Words: "help", Type: &common.HelpAndWord},
	}, Then: []*field.Table{&vlanOptions}}
	globalSetWords = field.Table{Voice: &vlanVoice, Size: sizeofDeviceMsg, Rows: []*field.Row{
		&vlanDev, &vlanVid, {Words: "=help", Type: &common.HelpAndWord},
	}, Then: []*field.Table{&globalOptions}}

	vlanDev = field.Row{Words: "=dev", In: field.Head, At: 4, Type: &common.Device, Bad: "network device"}
	vlanVid = field.Row{Words: "=vid", Type: &field.Type{Read: parseVid}}
)

// A vlanRequest is what the words have in common. They go into the request as they
// come.
type vlanRequest struct {
	vid    bool
	last   int16 // -1 if not given; it stays from one vid to the next in global set
	global bool
}

func vlanSet(c *command.Call) error {
	return setVlan(c, &vlanSetWords, uapi.BRIDGE_VLANDB_ENTRY, &vlanRequest{last: -1})
}

func vlanGlobalSet(c *command.Call) error {
	return setVlan(c, &globalSetWords, uapi.BRIDGE_VLANDB_GLOBAL_OPTIONS, &vlanRequest{last: -1, global: true})
}

func setVlan(c *command.Call, t *field.Table, attr uint16, r *vlanRequest) error {
	m := rtnl.New(unix.RTM_NEWVLAN, 0)
	x := field.NewCall(c.Env, c.Args, t).Into(m)
	x.For = r
	x.Get(field.Head, 0)[0] = unix.AF_BRIDGE
	nest := m.Nest(attr | unix.NLA_F_NESTED)
	if err := x.Read(); err != nil {
		return err
	}
	m.End(nest)
	if !x.Given(&vlanDev) || !r.vid {
		return cli.Fail("Device and VLAN ID are required arguments.")
	}
	return common.Change(c.Env, m)
}

// parseVid takes V or V-LAST.
func parseVid(c *field.Call, _ *field.Row, s string) error {
	r := c.For.(*vlanRequest)
	first, last, ranged := strings.Cut(s, "-")
	vid := int16(cli.Atoi(first))
	if !r.global {
		r.last = -1
	}
	if ranged {
		if r.last = int16(cli.Atoi(last)); vid >= r.last || r.last >= maxVlan {
			return badRange(vid, r.last)
		}
	}
	if vid >= maxVlan {
		return badVlan(vid)
	}
	r.vid = vid != -1
	r.putVid(c.Msg, uint16(vid))
	return nil
}

func (r *vlanRequest) putVid(m *rtnl.Msg, vid uint16) {
	end := uint16(uapi.BRIDGE_VLANDB_ENTRY_RANGE)
	if r.global {
		m.U16(uapi.BRIDGE_VLANDB_GOPTS_ID, vid)
		end = uapi.BRIDGE_VLANDB_GOPTS_RANGE
	} else {
		putVlanInfo(m, uapi.BRIDGE_VLANDB_ENTRY_INFO, vlanInfo{uapi.BRIDGE_VLAN_INFO_ONLY_OPTS, vid})
	}
	if r.last != -1 {
		m.U16(end, uint16(r.last))
	}
}
