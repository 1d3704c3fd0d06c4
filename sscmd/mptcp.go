package sscmd

import (
	"strconv"

	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/internal/uapi"
)

// subflowFlags are the letters of MPTCP_SUBFLOW_FLAG_…, in the order in which they
// print, which is that of the bits.
const subflowFlags = "MmJjBbecv"

// printSubflow prints what a connection of TCP is for MPTCP.
func (s *ss) printSubflow(v []byte) {
	p := &s.out
	var tb [uapi.MPTCP_SUBFLOW_ATTR_ID_LOC + 1][]byte
	rtnl.Index(tb[:], v)
	if flags := rtnl.U32(tb[uapi.MPTCP_SUBFLOW_ATTR_FLAGS]); flags != 0 {
		b := p.Buf[:0]
		for i := range len(subflowFlags) {
			if flags>>i&1 != 0 {
				b = append(b, subflowFlags[i])
			}
		}
		p.Buf = b
		p.Bytes(" flags:", "flags", b)
	}
	s.printTokens(tb[:])
	for _, n := range []struct {
		attr     int
		pre, key string
	}{
		{uapi.MPTCP_SUBFLOW_ATTR_MAP_SEQ, " seq:", "seq"}, {uapi.MPTCP_SUBFLOW_ATTR_MAP_SFSEQ, " sfseq:", "sfseq"},
		{uapi.MPTCP_SUBFLOW_ATTR_SSN_OFFSET, " ssnoff:", "ssnoff"}, {uapi.MPTCP_SUBFLOW_ATTR_MAP_DATALEN, " maplen:", "maplen"},
	} {
		switch v := tb[n.attr]; {
		case v == nil:
		case n.attr == uapi.MPTCP_SUBFLOW_ATTR_MAP_SEQ:
			p.Uint(n.pre, n.key, rtnl.U64(v))
		case n.attr == uapi.MPTCP_SUBFLOW_ATTR_MAP_DATALEN && len(v) < 4:
			p.Uint(n.pre, n.key, uint64(rtnl.U16(v)))
		default:
			p.Uint(n.pre, n.key, uint64(rtnl.U32(v)))
		}
	}
}

// printTokens prints the names of the connection at both ends.
func (s *ss) printTokens(tb [][]byte) {
	remote, remoteID := tb[uapi.MPTCP_SUBFLOW_ATTR_TOKEN_REM], tb[uapi.MPTCP_SUBFLOW_ATTR_ID_REM]
	local, localID := tb[uapi.MPTCP_SUBFLOW_ATTR_TOKEN_LOC], tb[uapi.MPTCP_SUBFLOW_ATTR_ID_LOC]
	if remote == nil || local == nil || remoteID == nil || localID == nil {
		return
	}
	b := append(s.out.Buf[:0], "token:"...)
	b = appendToken(b, rtnl.U32(remote), rtnl.U8(remoteID))
	b = appendToken(append(b, '/'), rtnl.U32(local), rtnl.U8(localID))
	s.out.Buf = b
	if s.json {
		s.out.Bytes("", "tokens", b[len("token:"):])
		return
	}
	s.out.Bytes(" ", "", b)
}

func appendToken(b []byte, token uint32, id uint8) []byte {
	b = show.AppendHexDigits(b, uint64(token), 4)
	b = strconv.AppendUint(append(b, "(id:"...), uint64(id), 10)
	return append(b, ')')
}

// mptcpStats are the numbers of struct mptcp_info, in the order in which they print:
// first those up to the flags, then the others.
var (
	mptcpLimits = []stat{
		{0, 1, plain, " subflows:", "subflows"},
		{1, 1, plain, " add_addr_signal:", "add_addr_signal"},
		{2, 1, plain, " add_addr_accepted:", "add_addr_accepted"},
		{3, 1, plain, " subflows_max:", "subflows_max"},
		{4, 1, plain, " add_addr_signal_max:", "add_addr_signal_max"},
		{5, 1, plain, " add_addr_accepted_max:", "add_addr_accepted_max"},
	}
	mptcpStats = []stat{
		{12, 4, hexa, " token:", "token"},
		{16, 8, plain, " write_seq:", "write_seq"},
		{24, 8, plain, " snd_una:", "snd_una"},
		{32, 8, plain, " rcv_nxt:", "rcv_nxt"},
		{40, 1, plain, " local_addr_used:", "local_addr_used"},
		{41, 1, plain, " local_addr_max:", "local_addr_max"},
		{42, 1, plain, " csum_enabled:", "csum_enabled"},
		{44, 4, plain, " retransmits:", "retransmits"},
		{48, 8, plain, " bytes_retrans:", "bytes_retrans"},
		{56, 8, plain, " bytes_sent:", "bytes_sent"},
		{64, 8, plain, " bytes_received:", "bytes_received"},
		{72, 8, plain, " bytes_acked:", "bytes_acked"},
		{80, 1, plain, " subflows_total:", "subflows_total"},
		{81, 1, plain, " endp_laminar_max:", "endp_laminar_max"},
		{84, 4, plain, " last_data_sent:", "last_data_sent"},
		{88, 4, plain, " last_data_recv:", "last_data_recv"},
		{92, 4, plain, " last_ack_recv:", "last_ack_recv"},
	}
)

const mptcpFlags = 8 // where they stand in struct mptcp_info

// printMPTCP prints what -i shows of a connection of MPTCP.
func (s *ss) printMPTCP(tb [][]byte) {
	v := tb[uapi.INET_DIAG_INFO]
	if v == nil {
		return
	}
	i := infoOf(v)
	p := &s.out
	p.Object("", "mptcp")
	i.print(p, mptcpLimits)
	flags := i.number(mptcpFlags, 4)
	p.Flag(" fallback", "fallback", flags&uapi.MPTCP_INFO_FLAG_FALLBACK != 0)
	p.Flag(" remote_key", "remote_key", flags&uapi.MPTCP_INFO_FLAG_REMOTE_KEY_RECEIVED != 0)
	i.print(p, mptcpStats)
	p.Close("")
}
