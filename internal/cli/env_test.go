package cli

import (
	"os"
	"testing"

	"gip/internal/rtnl"
	"gip/internal/uapi"
)

// TestNoticeLinks checks that a change of a link, and nothing else, empties
// the cache of links that the lines of a batch share.
func TestNoticeLinks(t *testing.T) {
	e := New(os.Stdin, os.Stdout, os.Stderr, Options{})
	for typ, forgets := range map[uint16]bool{
		uapi.RTM_NEWLINK: true, uapi.RTM_SETLINK: true, uapi.RTM_DELLINK: true,
		uapi.RTM_NEWADDR: false, uapi.RTM_GETLINK: false, uapi.RTM_DELROUTE: false,
	} {
		e.Links.Remember(linkMessage(7, "eth7"))
		e.noticeLinks(rtnl.New(typ, 0))
		if _, known := e.Links.Known(7); known == forgets {
			t.Errorf("after message type %d the link is known: %v", typ, known)
		}
	}
}

func linkMessage(index int32, name string) rtnl.Message {
	m := rtnl.New(uapi.RTM_NEWLINK, 0)
	rtnl.Put(m, struct {
		family, pad   uint8
		typ           uint16
		index         int32
		flags, change uint32
	}{index: index})
	m.Str(uapi.IFLA_IFNAME, name)
	return rtnl.Message{Type: uapi.RTM_NEWLINK, Body: m.Body()}
}
