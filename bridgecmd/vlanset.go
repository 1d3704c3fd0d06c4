package bridgecmd

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// vlanOptions are the options of a VLAN of a port in the order in which they
// print.
var vlanOptions = []option{
	{"state", "STP_STATE", uapi.BRIDGE_VLANDB_ENTRY_STATE, &vlanState},
	{"mcast_router", "MULTICAST_ROUTER", uapi.BRIDGE_VLANDB_ENTRY_MCAST_ROUTER, &u8},
	{"mcast_n_groups", "", uapi.BRIDGE_VLANDB_ENTRY_MCAST_N_GROUPS, &shown},
	{"mcast_max_groups", "MAX_GROUPS", uapi.BRIDGE_VLANDB_ENTRY_MCAST_MAX_GROUPS, &u32},
	{"neigh_suppress", onOrOff, uapi.BRIDGE_VLANDB_ENTRY_NEIGH_SUPPRESS, &onOff},
	{"neigh_forward_grat", onOrOff, uapi.BRIDGE_VLANDB_ENTRY_NEIGH_FORWARD_GRAT, &onOff},
}

// vlanState prints elsewhere: it is there even if the kernel sends none.
var vlanState = codec{1, func(_ *cli.Env, _ string, a *cli.Args) ([]byte, error) {
	s, err := a.Value()
	if err != nil {
		return nil, err
	}
	n, ok := parseState(s)
	if !ok || int32(n) == -1 {
		return nil, cli.Fail("Error: invalid STP state")
	}
	return rtnl.AppendUint(nil, 1, uint64(n)), nil
}, nil}

// globalOptions are the options of a VLAN of a bridge in the order in which
// they print.
var globalOptions = []option{
	{"mcast_snooping", "MULTICAST_SNOOPING", uapi.BRIDGE_VLANDB_GOPTS_MCAST_SNOOPING, &u8},
	{"mcast_querier", "MULTICAST_QUERIER", uapi.BRIDGE_VLANDB_GOPTS_MCAST_QUERIER, &u8},
	{"", "", uapi.BRIDGE_VLANDB_GOPTS_MCAST_QUERIER_STATE, &querierState},
	{"mcast_igmp_version", "IGMP_VERSION", uapi.BRIDGE_VLANDB_GOPTS_MCAST_IGMP_VERSION, &u8},
	{"mcast_mld_version", "MLD_VERSION", uapi.BRIDGE_VLANDB_GOPTS_MCAST_MLD_VERSION, &u8},
	{"mcast_last_member_count", "LAST_MEMBER_COUNT", uapi.BRIDGE_VLANDB_GOPTS_MCAST_LAST_MEMBER_CNT, &u32},
	{"mcast_last_member_interval", "LAST_MEMBER_INTERVAL", uapi.BRIDGE_VLANDB_GOPTS_MCAST_LAST_MEMBER_INTVL, &u64},
	{"mcast_startup_query_count", "STARTUP_QUERY_COUNT", uapi.BRIDGE_VLANDB_GOPTS_MCAST_STARTUP_QUERY_CNT, &u32},
	{"mcast_startup_query_interval", "STARTUP_QUERY_INTERVAL", uapi.BRIDGE_VLANDB_GOPTS_MCAST_STARTUP_QUERY_INTVL, &u64},
	{"mcast_membership_interval", "MEMBERSHIP_INTERVAL", uapi.BRIDGE_VLANDB_GOPTS_MCAST_MEMBERSHIP_INTVL, &u64},
	{"mcast_querier_interval", "QUERIER_INTERVAL", uapi.BRIDGE_VLANDB_GOPTS_MCAST_QUERIER_INTVL, &u64},
	{"mcast_query_interval", "QUERY_INTERVAL", uapi.BRIDGE_VLANDB_GOPTS_MCAST_QUERY_INTVL, &u64},
	{"mcast_query_response_interval", "QUERY_RESPONSE_INTERVAL", uapi.BRIDGE_VLANDB_GOPTS_MCAST_QUERY_RESPONSE_INTVL, &u64},
	{"msti", "MSTI", uapi.BRIDGE_VLANDB_GOPTS_MSTI, &u16},
}

// A vlanRequest is "bridge vlan set" or "vlan global set": its words go into
// the request as they come.
type vlanRequest struct {
	e        *cli.Env
	m        *rtnl.Msg
	options  []option
	dev, vid bool
	last     int16 // -1 if not given; it stays from one vid to the next in global set
	global   bool
}

func vlanSet(c *command.Call) error {
	e, a := c.Env, c.Args
	r := &vlanRequest{e: e, options: vlanOptions}
	return r.run(a, uapi.BRIDGE_VLANDB_ENTRY, "help")
}

func vlanGlobalSet(c *command.Call) error {
	e, a := c.Env, c.Args
	r := &vlanRequest{e: e, options: globalOptions, global: true}
	return r.run(a, uapi.BRIDGE_VLANDB_GLOBAL_OPTIONS, "=help")
}

var vlanRequestWords = []cli.Keyword[*vlanRequest]{
	{Words: "=dev", Parse: (*vlanRequest).parseDev},
	{Words: "=vid", Parse: (*vlanRequest).parseVid},
}

func (r *vlanRequest) run(a *cli.Args, attr uint16, help string) error {
	r.last = -1
	r.m = rtnl.New(unix.RTM_NEWVLAN, 0)
	rtnl.Put(r.m, vlanMsg{Family: unix.AF_BRIDGE})
	nest := r.m.Nest(attr | unix.NLA_F_NESTED)
	err := cli.ParseWords(r, a, vlanRequestWords, func(r *vlanRequest, a *cli.Args) error {
		o := find(r.options, a.Word())
		if o == nil {
			return skipWord(a, help)
		}
		a.Skip()
		v, err := o.parse(r.e, o.word, a)
		r.m.Attr(o.attr, v)
		return err
	})
	if err != nil {
		return err
	}
	r.m.End(nest)
	if !r.dev || !r.vid {
		return cli.Fail("Device and VLAN ID are required arguments.")
	}
	return change(r.e, r.m)
}

func (r *vlanRequest) parseDev(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
	idx, err := deviceOf(r.e, "network device", s)
	if err != nil {
		return err
	}
	r.dev = true
	rtnl.NE.PutUint32(r.m.Body()[4:], idx)
	return nil
}

// parseVid takes V or V-LAST.
func (r *vlanRequest) parseVid(a *cli.Args) error {
	s, err := a.Value()
	if err != nil {
		return err
	}
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
	r.putVid(uint16(vid))
	return nil
}

func (r *vlanRequest) putVid(vid uint16) {
	end := uint16(uapi.BRIDGE_VLANDB_ENTRY_RANGE)
	if r.global {
		r.m.U16(uapi.BRIDGE_VLANDB_GOPTS_ID, vid)
		end = uapi.BRIDGE_VLANDB_GOPTS_RANGE
	} else {
		putVlanInfo(r.m, uapi.BRIDGE_VLANDB_ENTRY_INFO, vlanInfo{uapi.BRIDGE_VLAN_INFO_ONLY_OPTS, vid})
	}
	if r.last != -1 {
		r.m.U16(end, uint16(r.last))
	}
}
