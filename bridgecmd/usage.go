package bridgecmd

import (
	"strings"

	"gip/internal/field"
)

// The help of bridge itself, before and behind the list of objects.
const (
	bridgeUsage = `Usage: bridge [ OPTIONS ] OBJECT { COMMAND | help }
       bridge [ -force ] -batch filename
`
	bridgeOptions = `OPTIONS := { what is shown: | -s[tatistics] | -d[etails] | -com[pressvlans] |
                            | -4 | -6 | -f[amily] { inet | inet6 } |
             how it looks:  | -j[son] | -p[retty] | -o[neline] | -t[imestamp] |
                            | -c[olor][={ always | auto | never }] |
             where:         | -n[etns] name |
             -V[ersion] | -h[elp] }
`
)

const linkUsage = `Usage: bridge link show [ dev DEV ] [ master DEVICE ]
       bridge link set dev DEV [ self ] [ master ] [ hwmode { vepa | veb } ] [ OPTIONS ]
       bridge link change, which is the same as set
`

func listPortOptions() string { return listOptions("OPTIONS := {", &portPlain, &portDetails) }

func listVlanOptions() string {
	return listOptions("OPTIONS := {", &vlanOptions) + listOptions("GLOBAL :=  {", &globalOptions)
}

// listOptions is a rule of a help text with the words of tables and what follows
// them.
func listOptions(lead string, parts ...*field.Table) string {
	var options []string
	for r := range (&field.Table{Then: parts}).All {
		if r.Words != "" {
			options = append(options, r.Usage())
		}
	}
	return lead + " " + strings.Join(options, "\n             ") + " }\n"
}

const fdbUsage = `Usage: bridge fdb [ show ] [ br BRDEV ] [ { brport | dev } DEV ] [ vlan VID ] [ state STATE ] [ dynamic ]
       bridge fdb { add | append | replace | del } ADDR dev DEV [ WHOSE ] [ KIND ] [ TARGET ] [ FLAGS ]
       bridge fdb get [ to ] LLADDR { br BRDEV | { brport | dev } DEV } [ WHOSE ] [ vlan VID ] [ vni VNI ] [ dynamic ]
       bridge fdb flush dev DEV [ brport DEV ] [ WHOSE ] [ vlan VID ] [ TARGET ] [ src_vni VNI ]
              [ [no]permanent | [no]static | [no]dynamic ] [ [no]added_by_user ] [ [no]extern_learn ]
              [ [no]sticky ] [ [no]offloaded ] [ [no]router ]
WHOSE  := { self | master }
KIND   := { local | static | dynamic }
STATE  := { permanent | static | stale | reachable | all | NUMBER }
TARGET := { [ dst IPADDR ] [ port PORT ] [ vni VNI ] | nhid NHID }
FLAGS  := { vlan VID | via DEV | src_vni VNI | use | router | extern_learn | sticky | activity_notify | inactive | norefresh }
ADDR   := [ to ] LLADDR
`

const mdbUsage = `Usage: bridge mdb [ show ] [ dev DEV ] [ vid VID ]
       bridge mdb { add | replace | del } dev DEV port PORT grp GROUP [ permanent | temp ] [ vid VID ] [ src SOURCE ]
              [ filter_mode { include | exclude } ] [ source_list SOURCE_LIST ] [ proto PROTO ] [ UNDERLAY ]
       bridge mdb get dev DEV grp GROUP [ src SOURCE ] [ vid VID ] [ src_vni SRC_VNI ]
       bridge mdb flush dev DEV [ port PORT ] [ vid VID ] [ [no]permanent ] [ proto PROTO ] [ UNDERLAY ]
UNDERLAY    := { dst IPADDR | dst_port DST_PORT | vni VNI | src_vni SRC_VNI | via DEV }
SOURCE_LIST := SOURCE[,SOURCE]...
`

const vlanUsage = `Usage: bridge vlan [ show ] [ dev DEV ] [ vid VLAN_ID ]
       bridge vlan tunnelshow [ dev DEV ] [ vid VLAN_ID ]
       bridge vlan { add | del } dev DEV vid VLAN_ID[-VLAN_ID] [ pvid ] [ untagged ] [ self ] [ master ]
              [ tunnel_info id TUNNEL_ID[-TUNNEL_ID] ]
       bridge vlan set dev DEV vid VLAN_ID[-VLAN_ID] [ OPTIONS ]
       bridge vlan global [ show ] [ dev DEV ] [ vid VLAN_ID ]
       bridge vlan global set dev DEV vid VLAN_ID[-VLAN_ID] [ GLOBAL ]
`

const vniUsage = `Usage: bridge vni [ show ] [ dev DEV ]
       bridge vni { add | del } dev DEV vni VNI[-VNI],... [ { group | remote } IP_ADDRESS ]
VNI := 0 to 16777215
`

const mstUsage = `Usage: bridge mst [ show ] [ dev DEV ]
       bridge mst set dev DEV msti MSTI state STATE
`

const monitorUsage = `Usage: bridge monitor [ all | link | fdb | mdb | vlan | vni | file FILE ]
`
