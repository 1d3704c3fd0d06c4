// Package vrf asks the kernel about VRF devices.
package vrf

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/word"

	"golang.org/x/sys/unix"
)

// linkInfo asks for the link called name and returns the IFLA_LINKINFO of it.
// The kernel's refusal is not shown.
func linkInfo(e *cli.Env, name string) (index uint32, info []byte, err error) {
	Offer(e, name)
	m := rtnl.Request(unix.RTM_GETLINK, unix.IfInfomsg{Family: e.Opt.Family})
	m.Str(unix.IFLA_IFNAME, name)
	err = e.Get(m, func(m rtnl.Message) error {
		ifi, attrs := rtnl.View[unix.IfInfomsg](m.Body)
		if ifi != nil && m.Type == unix.RTM_NEWLINK {
			index = uint32(ifi.Index)
			info = append(info, rtnl.Find(attrs, unix.IFLA_LINKINFO)...)
		}
		return nil
	})
	return index, info, err
}

// Offer tells the names of all VRFs, if w is the word that is asked about.
func Offer(e *cli.Env, w string) {
	word.OfferFrom(w, func() (names []string) {
		m := rtnl.Links(0)
		m.LinkKind("vrf")
		e.Dump(m, func(m rtnl.Message) error {
			if ifi, attrs := rtnl.View[unix.IfInfomsg](m.Body); ifi != nil && isVRF(rtnl.Find(attrs, unix.IFLA_LINKINFO)) {
				names = append(names, rtnl.Str(rtnl.Find(attrs, unix.IFLA_IFNAME)))
			}
			return nil
		})
		return names
	})
}

func isVRF(info []byte) bool { return rtnl.Str(rtnl.Find(info, unix.IFLA_INFO_KIND)) == "vrf" }

// Index returns the index of the VRF device called name, or 0.
func Index(e *cli.Env, name string) uint32 {
	index, info, err := linkInfo(e, name)
	if err != nil || !isVRF(info) {
		return 0
	}
	return index
}

// Scan is that of rows for the index of a VRF device by name.
func Scan(c *field.Call, r *field.Row, s string) (uint64, error) {
	index := Index(c.Env, s)
	if index == 0 {
		return 0, c.Wrong(r, s)
	}
	return uint64(index), nil
}

// Table returns the routing table of the VRF called name, or 0. Where no
// link has that name, "default" is the main table.
func Table(e *cli.Env, name string) uint32 {
	_, info, err := linkInfo(e, name)
	switch {
	case rtnl.Is(err, unix.ENODEV) && name == "default":
		table, _ := e.Tables.RouteTables.Parse("main")
		return table
	case err != nil || !isVRF(info):
		return 0
	}
	return rtnl.U32(rtnl.Find(rtnl.Find(info, unix.IFLA_INFO_DATA), unix.IFLA_VRF_TABLE))
}
