package sscmd

import (
	"gip/sscmd/sockets"
)

// A choice is which sockets are shown.
type choice struct {
	dbs      int
	states   int
	families uint64
	// preferred is the family that was named last, or AF_UNSPEC: addresses of a
	// filter are of that one.
	preferred uint8
	chosen    bool // something was named
	filter    *node
	kill      bool
}

func (f *choice) has(family uint8) bool { return f.families>>family&1 != 0 }

// inet reports whether sockets over IP may be shown.
func (f *choice) inet() bool { return f.families&sockets.InetFamilies != 0 }

// table adds tables of sockets, or takes them away.
func (f *choice) table(dbs int, on bool) {
	f.chosen = true
	if !on {
		f.dbs &^= dbs
		return
	}
	f.dbs |= dbs
	for d := range sockets.Table(sockets.NumTables) {
		if dbs>>d&1 != 0 {
			f.states |= sockets.Defaults[d].States
		}
	}
}

// family adds the sockets of a family.
func (f *choice) family(family uint8) {
	for i := range sockets.Families {
		if sockets.Families[i].Family == family {
			f.states |= sockets.Families[i].States
		}
	}
	f.families |= 1 << family
	f.preferred, f.chosen = family, true
}

// complete adds the families of the tables, and the tables of the families, that
// none was named of.
func (f *choice) complete() {
	for d := range sockets.Table(sockets.NumTables) {
		if f.dbs>>d&1 != 0 && sockets.Defaults[d].Families&f.families == 0 {
			f.families |= sockets.Defaults[d].Families
		}
	}
	for i := range sockets.Families {
		if f.has(sockets.Families[i].Family) && sockets.Families[i].Tables&f.dbs == 0 {
			f.dbs |= sockets.Families[i].Tables
		}
	}
}
