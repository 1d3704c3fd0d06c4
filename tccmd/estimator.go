package tccmd

import (
	"math"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/word"
	"gip/tccmd/kind"

	"golang.org/x/sys/unix"
)

// An estimator is struct tc_estimator: how often the kernel measures a rate, as a
// power of two in seconds, and how slowly the mean follows.
type estimator struct{ interval, ewmaLog uint32 }

func (s *estimator) put(m *rtnl.Msg) {
	if s.ewmaLog != 0 {
		m.Attr(unix.TCA_RATE, []byte{byte(s.interval), byte(s.ewmaLog)})
	}
}

// parseEstimator reads an interval and a time constant. The real tool exchanges what
// is wrong and the value in its complaints.
func parseEstimator(c *field.Call, _ *field.Row) error {
	est := &orderOf(c).est
	s, err := c.Args.ValueOnce("estimator", est.ewmaLog != 0)
	if err != nil {
		return err
	}
	interval, ok := kind.ParseTime(s)
	if !ok {
		return cli.InvArg("estimator", "invalid estimator interval")
	}
	if s, err = c.Args.Value(); err != nil {
		return err
	}
	constant, ok := kind.ParseTime(s)
	if !ok {
		return cli.InvArg("estimator", "invalid estimator time constant")
	}
	if !est.set(interval, constant) {
		return kind.Refuse("Error: estimator parameters are out of range.")
	}
	if c.Env.Opt.Raw {
		c.Env.Warnf("[estimator i=%d e=%d]\n", int8(est.interval), est.ewmaLog)
	}
	return nil
}

func (s *estimator) set(interval, constant uint32) bool {
	i := uint32(0)
	for ; i <= 5 && interval > 250000<<i; i++ {
	}
	if i > 5 {
		return false
	}
	log := uint32(1)
	for ; log < 32; log++ {
		w := 1 - 1/float64(int32(1)<<log)
		if float64(interval)/-math.Log(w) > float64(constant) {
			break
		}
	}
	log--
	if log == 0 || log >= 31 {
		return false
	}
	*s = estimator{uint32(uint8(i - 2)), log}
	return true
}

// A sizeTable is struct tc_sizespec with its table: what size packets count as.
type sizeTable struct {
	linklayer, mpu, mtu, tsize uint32
	overhead                   int32
	given                      bool
}

// parseStab reads the words of a size table, up to the first that is none.
func parseStab(c *field.Call, _ *field.Row) error {
	a, s := c.Args, sizeTable{given: true}
	if !a.More() {
		return cli.Incomplete()
	}
	if a.Match("help") {
		return &cli.Error{Status: cli.StatusUsage, Text: stabUsage}
	}
	for a.More() {
		known, err := s.word(a)
		switch {
		case err != nil:
			return err
		case known:
			continue
		}
		break
	}
	if s.linklayer < kind.Ethernet && s.mpu == 0 && s.overhead == 0 {
		return cli.Silent(cli.StatusUsage)
	}
	orderOf(c).stab = s
	return nil
}

// word reads a word with its value. Texts and values of complaints are exchanged as in
// the real tool.
func (s *sizeTable) word(a *cli.Args) (known bool, err error) {
	for _, w := range [...]struct {
		word, bad string
		to        *uint32
		set       bool
		parse     func(string) (uint64, bool)
	}{
		{"mtu", "invalid mtu", &s.mtu, s.mtu != 0, decimal32},
		{"mpu", "invalid mpu", &s.mpu, s.mpu != 0, decimal32},
		{"overhead", "invalid overhead", nil, s.overhead != 0, signed32},
		{"tsize", "invalid table size", &s.tsize, s.tsize != 0, decimal32},
		{"linklayer", "invalid linklayer", &s.linklayer, s.linklayer != 0, linkLayer},
	} {
		if !a.Match(w.word) {
			continue
		}
		v, err := a.Value()
		if err != nil {
			return true, err
		}
		if w.set {
			return true, cli.DupArg(w.word, v)
		}
		n, ok := w.parse(v)
		if !ok {
			return true, cli.InvArg(w.word, w.bad)
		}
		if w.to == nil {
			s.overhead = int32(n)
		} else {
			*w.to = uint32(n)
		}
		return true, nil
	}
	return false, nil
}

func decimal32(s string) (uint64, bool) { return word.Uint(s, 10, 32) }

func signed32(s string) (uint64, bool) {
	n, ok := word.Int(s, 10, 32)
	return uint64(n), ok
}

func linkLayer(s string) (uint64, bool) {
	n, ok := kind.ParseLinkLayer(s)
	return uint64(n), ok
}

// put adds TCA_STAB.
func (s *sizeTable) put(m *rtnl.Msg) {
	if !s.given {
		return
	}
	table, cellLog, sizeLog := s.table()
	align := int16(0)
	if table != nil {
		align = -1
	}
	nest := m.Nest(unix.TCA_STAB)
	b := []byte{cellLog, sizeLog}
	b = rtnl.NE.AppendUint16(b, uint16(align))
	m.Attr(uapi.TCA_STAB_BASE, rtnl.AppendUint32s(b, uint32(s.overhead), s.linklayer, s.mpu, s.mtu, s.tsize))
	if table != nil {
		m.Attr(uapi.TCA_STAB_DATA, table)
	}
	m.End(nest)
}

// table is what each size counts as; nil if only an overhead is added.
func (s *sizeTable) table() (table []byte, cellLog, sizeLog uint8) {
	if s.linklayer <= kind.Ethernet && s.mpu == 0 {
		s.mtu, s.tsize = 0, 0
		return nil, 0, 0
	}
	if s.mtu == 0 {
		s.mtu = 2047
	}
	if s.tsize == 0 {
		s.tsize = 512
	}
	for s.mtu>>cellLog > s.tsize-1 {
		cellLog++
	}
	table = make([]byte, 2*s.tsize)
	for i := int(s.tsize) - 1; i >= 0; i-- {
		size := kind.Adjusted(uint32(i+1)<<cellLog, s.mpu, s.linklayer)
		if size>>sizeLog > math.MaxUint16 {
			sizeLog++
			i = int(s.tsize)
			continue
		}
		rtnl.NE.PutUint16(table[2*i:], uint16(size>>sizeLog))
	}
	return table, cellLog, sizeLog
}

// printStab prints TCA_STAB.
func printStab(e *cli.Env, attr []byte) {
	base := kind.At(rtnl.Find(attr, uapi.TCA_STAB_BASE))
	if base == nil {
		return
	}
	p := e.Pen
	p.OpenObject("stab")
	p.Text(" ")
	if n := base.U32(8); n != 0 {
		p.Str("linklayer", "linklayer ", kind.LinkLayerName(n), " ")
	}
	if n := int32(base.U32(4)); n != 0 {
		p.Int("overhead", "overhead ", int64(n), " ")
	}
	for i, label := range [...]string{"mpu", "mtu", "tsize"} {
		if n := base.U32(12 + 4*i); n != 0 {
			p.Uint(label, label+" ", uint64(n), " ")
		}
	}
	p.CloseObject()
}
