package sscmd

import (
	"gip/internal/rtnl"
	"gip/internal/uapi"
)

// memoryParts are the numbers of SK_MEMINFO, in the order in which they print, with
// their names in text and JSON. The first seven are always there.
var memoryParts = []struct {
	at        int
	text, key string
}{
	{0, "r", "rmem_alloc"}, {1, "rb", "rcvbuf"}, {2, "t", "wmem_alloc"}, {3, "tb", "sndbuf"}, {4, "f", "fwd_alloc"},
	{5, "w", "wmem_queued"}, {6, "o", "optmem"}, {7, "bl", "back_log"}, {8, "d", "drops"},
}

// printMemory prints the memory of a socket.
func (s *ss) printMemory(v []byte) {
	if len(v) < 7*4 {
		return
	}
	p := &s.out
	sep := " skmem:("
	p.Object("", "skmem")
	for _, m := range memoryParts {
		if len(v) >= 4*m.at+4 {
			p.Uint(sep+m.text, m.key, uint64(rtnl.U32(v[4*m.at:])))
			sep = ","
		}
	}
	p.Close(")")
}

// printInetMemory prints what -m shows, which older kernels tell otherwise.
func (s *ss) printInetMemory(tb [][]byte) {
	if v := tb[uapi.INET_DIAG_SKMEMINFO]; v != nil {
		s.printMemory(v)
		return
	}
	v := tb[uapi.INET_DIAG_MEMINFO]
	if len(v) < 16 {
		return
	}
	p := &s.out
	p.Object("", "mem")
	sep := " mem:("
	// rmem, wmem, fmem, tmem of struct inet_diag_meminfo.
	for i, name := range []string{"r", "w", "f", "t"} {
		p.Uint(sep+name, name+"mem", uint64(rtnl.U32(v[4*i:])))
		sep = ","
	}
	p.Close(")")
}

// printInfo prints what -m and -i show.
func (s *ss) printInfo(r *inetMessage, k *sock, tb [][]byte) {
	if !s.oneline {
		s.out.Text("\n\t")
	}
	s.printInetMemory(tb)
	switch k.kind {
	case protoSCTP:
		s.printSCTP(tb)
	case protoMPTCP:
		s.printMPTCP(tb)
	default:
		s.printTCP(r, tb)
	}
}
