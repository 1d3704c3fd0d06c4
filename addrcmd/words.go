package addrcmd

import (
	"bytes"
	"strconv"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/linkcmd/linkshow"

	"golang.org/x/sys/unix"
)

// An Address is what identifies an address, and the words that make it: what follows
// "ip address add".
type Address struct {
	Index     uint32
	Family    uint8
	Prefix    string // ADDRESS/LEN, without the peer
	Secondary bool   // another address of the network was there before
	Passing   bool   // its lifetime ends
	Tentative bool   // the kernel still looks for others that have it
	Line      []byte
}

// Words takes a message about an address apart; ok is false if it is of no use.
func Words(e *cli.Env, m rtnl.Message) (w Address, ok bool) {
	var a address
	if m.Type != unix.RTM_NEWADDR || !a.parse(m.Body) || a.tb[unix.IFA_LOCAL] == nil {
		return w, false
	}
	local, peer, length := a.tb[unix.IFA_LOCAL], a.tb[unix.IFA_ADDRESS], strconv.Itoa(int(a.Prefixlen))
	w = Address{Index: a.Index, Family: a.Family, Prefix: string(cli.AppendAddr(nil, a.Family, local)) + "/" + length}
	w.Secondary = a.Family == unix.AF_INET && a.flags&unix.IFA_F_SECONDARY != 0
	w.Tentative = a.flags&(unix.IFA_F_TENTATIVE|unix.IFA_F_DADFAILED) == unix.IFA_F_TENTATIVE
	if bytes.Equal(local, peer) {
		w.Line = field.AppendWord(w.Line, w.Prefix)
	} else {
		w.Line = cli.AppendAddr(append(w.Line, ' '), a.Family, local)
		w.Line = append(append(cli.AppendAddr(append(w.Line, " peer "...), a.Family, peer), '/'), length...)
	}
	w.Line = a.words(e, w.Line)
	if v := a.tb[unix.IFA_CACHEINFO]; len(v) >= 8 {
		w.Passing = rtnl.U32(v[4:]) != forever
		w.Line = lifetimes(w.Line, rtnl.U32(v[4:]), rtnl.U32(v))
	}
	return w, true
}

// words appends the words between the address and its lifetimes.
func (a *address) words(e *cli.Env, line []byte) []byte {
	for _, addr := range [...]struct {
		word string
		attr uint16
	}{{" broadcast ", unix.IFA_BROADCAST}, {" anycast ", unix.IFA_ANYCAST}} {
		if v := a.tb[addr.attr]; v != nil {
			line = cli.AppendAddr(append(line, addr.word...), a.Family, v)
		}
	}
	if v := a.tb[unix.IFA_RT_PRIORITY]; v != nil {
		line = strconv.AppendUint(append(line, " metric "...), uint64(rtnl.U32(v)), 10)
	}
	line = field.AppendWord(append(line, " scope"...), e.Tables.Scopes.Name(uint32(a.Scope)))
	for i := range linkshow.AddrFlags {
		if f := &linkshow.AddrFlags[i]; !f.ReadOnly && a.flags&f.Mask != 0 {
			line = field.AppendWord(line, f.Name)
		}
	}
	if v := a.tb[uapi.IFA_PROTO]; rtnl.U8(v) != 0 {
		line = field.AppendWord(append(line, " proto"...), e.Tables.AddrProtocols.Name(uint32(rtnl.U8(v))))
	}
	if v := a.tb[unix.IFA_LABEL]; v != nil {
		line = field.AppendWord(append(line, " label"...), rtnl.Str(v))
	}
	return field.AppendWord(append(line, " dev"...), e.Links.Name(a.Index))
}

// lifetimes appends those that end.
func lifetimes(line []byte, valid, preferred uint32) []byte {
	if valid != forever {
		line = strconv.AppendUint(append(line, " valid_lft "...), uint64(valid), 10)
	}
	if preferred != forever {
		line = strconv.AppendUint(append(line, " preferred_lft "...), uint64(preferred), 10)
	}
	return line
}
