package tunnelcmd

import (
	"testing"

	"gip/internal/rtnl"
	"gip/internal/uapi"
)

// TestFlagOrder: the flags of GRE are in network order on every machine, those of
// vti and ISATAP in its own.
func TestFlagOrder(t *testing.T) {
	var f tunnelFlags
	f.add(uapi.GRE_KEY)
	f.add(uapi.GRE_CSUM)
	if f != (tunnelFlags{0xa0, 0}) || !f.has(uapi.GRE_KEY) || f.has(uapi.GRE_SEQ) || f.isVTI() {
		t.Errorf("key and checksum are % x", f)
	}
	var own tunnelFlags
	own.setISATAP()
	if rtnl.U16(own[:]) != uapi.SIT_ISATAP || !own.isISATAP() {
		t.Errorf("ISATAP is % x", own)
	}
	own = tunnelFlags{}
	own.setVTI()
	if rtnl.U16(own[:]) != uapi.VTI_ISVTI || !own.isVTI() || own.has(uapi.GRE_KEY) {
		t.Errorf("vti is % x", own)
	}
}
