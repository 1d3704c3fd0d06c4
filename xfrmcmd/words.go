package xfrmcmd

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// A reader reads the words of one command.
type reader struct {
	e *cli.Env
	a *cli.Args
	// family is what addresses have to be of: that of the options, else that
	// of the addresses before.
	family uint8
	last   string // the value that was read last
}

func newReader(e *cli.Env, a *cli.Args) reader { return reader{e: e, a: a, family: e.Opt.Family} }

// learn takes the family of an address for that of the next ones, if none was
// asked for.
func (r *reader) learn(family uint16) {
	if r.family == unix.AF_UNSPEC {
		r.family = uint8(family)
	}
}

func (r *reader) value() (s string, err error) {
	s, err = r.a.Value()
	r.last = s
	return s, err
}

// prefix reads the address behind the keyword key.
func (r *reader) prefix(key string) (p cli.Prefix, err error) {
	word, err := r.value()
	if err != nil {
		return p, err
	}
	p, err = cli.ParsePrefix(word, r.family)
	if err == nil && p.Family == unix.AF_UNSPEC {
		err = cli.InvArg(`value after "`+key+`" has an unrecognized address family`, word)
	}
	return p, err
}

// The ends of a state or selector: what stands behind src and dst.
type ends struct{ src, dst cli.Prefix }

// end reads one of the ends, if the next word is for that.
func (r *reader) end(e *ends) (took bool, err error) {
	p, key := &e.src, r.a.Word()
	switch key {
	case "src":
	case "dst":
		p = &e.dst
	default:
		return false, nil
	}
	r.a.Skip()
	*p, err = r.prefix(key)
	return true, err
}

// family is that of the ends: 0 if there are none.
func (e *ends) family() uint16 { return uint16(max(e.src.Family, e.dst.Family)) }

// sameFamily checks that of both ends.
func (r *reader) sameFamily(e *ends) error {
	if e.src.Family != 0 && e.dst.Family != 0 && e.src.Family != e.dst.Family {
		return cli.InvArg(`the same address family is required between values after "src" and "dst"`, r.last)
	}
	return nil
}

// u32 reads a number of 32 bits.
func (r *reader) u32(v *uint32, msg string) error {
	word, err := r.value()
	if err != nil {
		return err
	}
	n, ok := cli.ParseUint(word, 0, 32)
	if !ok {
		return cli.InvArg(msg, word)
	}
	*v = uint32(n)
	return nil
}

// after reads a number whose complaint names the keyword.
func (r *reader) after(v *uint32, key string) error {
	return r.u32(v, `value after "`+key+`" is invalid`)
}

// oneOf reads one of the names, in full, as its place among them.
func (r *reader) oneOf(v *uint8, names []string, msg string) error {
	word, err := r.value()
	if err != nil {
		return err
	}
	for i, n := range names {
		if n == word && n != "" {
			*v = uint8(i)
			return nil
		}
	}
	return cli.InvArg(msg, word)
}

func (r *reader) mode(v *uint8) error {
	word, err := r.value()
	if err != nil {
		return err
	}
	for i, n := range modeNames {
		if cli.Match(n, word) {
			*v = uint8(i)
			return nil
		}
	}
	return cli.InvArg("MODE value is invalid", word)
}

// proto reads the protocol of a state.
func (r *reader) proto(v *uint8) error {
	word, err := r.value()
	if err != nil {
		return err
	}
	n, ok := find(transforms, word)
	if !ok {
		return cli.InvArg("XFRM-PROTO value is invalid", word)
	}
	*v = uint8(n)
	return nil
}

func find(table []named, word string) (num uint16, ok bool) {
	for _, n := range table {
		if n.name == word {
			return n.num, true
		}
	}
	return 0, false
}

// mark reads the value of a mark, and its mask if one follows.
func (r *reader) mark(m *mark) (err error) {
	if m.value, err = r.a.U32("MARK value is invalid\n"); err != nil {
		return err
	}
	m.mask = 0xffffffff
	if r.a.Match("=mask") {
		m.mask, err = r.a.U32("MASK value is invalid\n")
	}
	return err
}

// flags reads names of bits as long as there are any, or one number in
// hexadecimal that takes the place of all. Another word is the next keyword.
func (r *reader) flags(bits *uint32, names []string, size int, msg string) error {
	if !r.a.More() {
		return cli.Incomplete()
	}
	if word := r.a.Word(); len(word) > 2 && word[:2] == "0x" {
		n, ok := cli.ParseUint(word, 16, size)
		if !ok {
			return cli.InvArg(msg, word)
		}
		*bits = uint32(n)
		r.a.Skip()
		return nil
	}
	for r.a.More() {
		i := indexOf(names, r.a.Word())
		if i < 0 {
			break
		}
		*bits |= 1 << i
		r.a.Skip()
	}
	return nil
}

// flags8 is flags for a field of 8 bits.
func (r *reader) flags8(v *uint8, names []string) error {
	bits := uint32(*v)
	err := r.flags(&bits, names, 8, "FLAG value is invalid")
	*v = uint8(bits)
	return err
}

func indexOf(names []string, word string) int {
	for i, n := range names {
		if n == word {
			return i
		}
	}
	return -1
}

// limitWords in the order of the kernel's struct.
var limitWords = []string{
	"byte-soft", "byte-hard", "packet-soft", "packet-hard",
	"time-soft", "time-hard", "time-use-soft", "time-use-hard",
}

// unlimited are the limits of a state or policy for which none is given.
var unlimited = limits{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}

func (r *reader) limit(l *limits) error {
	word, err := r.value()
	if err != nil {
		return err
	}
	i := indexOf(limitWords, word)
	if i < 0 {
		return cli.InvArg("LIMIT value is invalid", word)
	}
	l[i], err = r.a.Uint(64, `value after "`+word+`" is invalid`)
	return err
}

// context adds a security context to attrs, unless it has one.
func (r *reader) context(attrs *rtnl.Msg, has *bool) error {
	if *has {
		return cli.DupArg("ctx", "ctx")
	}
	*has = true
	text, err := r.value()
	if err != nil {
		return err
	}
	n := uint16(len(text) + 1)
	b := rtnl.NE.AppendUint16(nil, contextSize+n)
	b = rtnl.NE.AppendUint16(b, uapi.XFRMA_SEC_CTX)
	b = append(b, contextAlg, contextDOI)
	b = rtnl.NE.AppendUint16(b, n)
	attrs.Str(uapi.XFRMA_SEC_CTX, string(b)+text)
	return nil
}

// An ident is what the words for an ID say of a state.
type ident struct {
	id               id
	src              address
	family           uint16 // 0 if there is no address
	srcBits, dstBits uint8
	hasProto, hasSPI bool
}

// ident reads an ID up to a word that is none of its own. It has to have a
// protocol, if it is not that of a filter: then loose is true.
func (r *reader) ident(i *ident, loose bool) error {
	var e ends
	for {
		took, err := r.end(&e)
		if err == nil && !took {
			took, err = r.identWord(i)
		}
		if err != nil {
			return err
		}
		if !took {
			break
		}
	}
	i.src.set(&e.src)
	i.id.dst.set(&e.dst)
	i.srcBits, i.dstBits = uint8(e.src.Bits), uint8(e.dst.Bits)
	if f := e.family(); f != 0 {
		i.family = f
	}
	if err := r.sameFamily(&e); err != nil {
		return err
	}
	return i.check(loose)
}

func (r *reader) identWord(i *ident) (took bool, err error) {
	switch {
	case r.a.Match("=proto"):
		i.hasProto = true
		return true, r.proto(&i.id.proto)
	case r.a.Match("=spi"):
		i.hasSPI = true
		var spi uint32
		err = r.u32(&spi, "SPI value is invalid")
		i.id.spi = toBe32(spi)
		return true, err
	}
	return false, nil
}

func (i *ident) check(loose bool) error {
	switch proto, spi := i.id.proto, i.id.spi.host(); {
	case proto == 0 && !loose:
		return cli.MissArg("XFRM-PROTO")
	case spi != 0 && isMobility(proto):
		return withProto(`"spi" is invalid`, proto)
	case spi >= 0x10000 && proto == unix.IPPROTO_COMP:
		return withProto("SPI value is too large", proto)
	}
	return nil
}

// withProto is the complaint about what does not go with a protocol.
func withProto(what string, proto uint8) error {
	return cli.Exit(cli.StatusError, `%s with XFRM-PROTO value "%s"`, what, nameOf(transforms, uint16(proto)))
}

// A selection is a selector, and which of its parts were given.
type selection struct {
	selector
	hasDev, hasProto, hasSport, hasDport bool
}

// selection reads a selector up to a word that is none of its own: addresses
// and a device in any order, what is above IP in one piece.
func (r *reader) selection(s *selection) error {
	var e ends
	upper := false
	for {
		took, err := r.end(&e)
		if err == nil && !took {
			took, err = r.selectionWord(s, &upper)
		}
		if err != nil {
			return err
		}
		if !took {
			break
		}
	}
	if f := e.family(); f != 0 {
		s.family = f
	}
	if e.src.Family != 0 {
		s.src.set(&e.src)
		s.prefixSrc = uint8(e.src.Bits)
	}
	if e.dst.Family != 0 {
		s.dst.set(&e.dst)
		s.prefixDst = uint8(e.dst.Bits)
	}
	return r.sameFamily(&e)
}

func (r *reader) selectionWord(s *selection, upper *bool) (took bool, err error) {
	switch {
	case r.a.Match("=dev"):
		s.hasDev = true
		return true, r.device(&s.ifindex)
	case !*upper && indexOf(upperWords, r.a.Word()) >= 0:
		*upper = true
		return true, r.upper(s)
	}
	return false, nil
}

func (r *reader) device(index *int32) error {
	name, err := r.value()
	if err != nil {
		return err
	}
	*index = 0
	if name == "none" {
		return nil
	}
	if *index = int32(r.e.Links.Index(name)); *index <= 0 {
		return cli.InvArg("DEV value is invalid", name)
	}
	return nil
}

// An upper is what a selector says about the layer above IP: which words it
// has used.
type upper struct {
	r               *reader
	s               *selection
	port, icmp, gre bool
}

var upperWords = []string{"proto", "sport", "dport", "type", "code", "key"}

func (r *reader) upper(s *selection) (err error) {
	u := &upper{r: r, s: s}
	for err == nil && indexOf(upperWords, r.a.Word()) >= 0 {
		word := r.a.Word()
		r.a.Skip()
		err = u.word(word)
	}
	if err != nil {
		return err
	}
	return u.check()
}

func (u *upper) word(word string) error {
	s := u.s
	switch word {
	case "sport":
		u.port, s.hasSport = true, true
		return u.number(&s.sport, &s.sportMask, word, 16)
	case "dport":
		u.port, s.hasDport = true, true
		return u.number(&s.dport, &s.dportMask, word, 16)
	case "type":
		u.icmp, s.hasSport = true, true
		return u.number(&s.sport, &s.sportMask, word, 8)
	case "code":
		u.icmp, s.hasDport = true, true
		return u.number(&s.dport, &s.dportMask, word, 8)
	case "key":
		return u.key()
	}
	return u.proto()
}

func (u *upper) proto() error {
	word, err := u.r.value()
	if err != nil {
		return err
	}
	u.s.hasProto = true
	if word == "any" {
		u.s.proto = 0
		return nil
	}
	if n, ok := u.r.e.Tables.NamedIPProto(word); ok {
		u.s.proto = n
		return nil
	}
	n, ok := cli.ParseUint(word, 0, 8)
	if !ok {
		return cli.InvArg("PROTO value is invalid", word)
	}
	u.s.proto = uint8(n)
	return nil
}

// number reads a port, of 16 bits, or a type or code of ICMP, of 8. Port 0 is
// any port, but type 0 is a type.
func (u *upper) number(v, mask *be16, key string, size int) error {
	word, err := u.r.value()
	if err != nil {
		return err
	}
	n, ok := cli.ParseUint(word, 0, size)
	if !ok {
		return cli.InvArg(`value after "`+key+`" is invalid`, word)
	}
	*v = toBe16(uint16(n))
	if n != 0 || size == 8 {
		*mask = be16{0xff, 0xff}
	}
	return nil
}

// key reads a key of GRE: a number, or four of them with dots.
func (u *upper) key() error {
	word, err := u.r.value()
	if err != nil {
		return err
	}
	var key be32
	if strings.Contains(word, ".") {
		key, err = cli.Addr32(word)
		if err != nil {
			return err
		}
	} else {
		n, ok := cli.ParseUint(word, 0, 32)
		if !ok {
			return cli.Exit(cli.StatusUsage, `value after "key" is invalid`)
		}
		key = toBe32(uint32(n))
	}
	s := u.s
	s.sport, s.dport = be16(key[:2]), be16(key[2:])
	s.sportMask, s.dportMask = be16{0xff, 0xff}, be16{0xff, 0xff}
	s.hasDport = true
	u.gre = true
	return nil
}

// mobilityHeader is the protocol of Mobile IPv6's own messages.
const mobilityHeader = 135

// check refuses words that the protocol has no use for.
func (u *upper) check() error {
	ports, icmp, gre := false, false, false
	switch u.s.proto {
	case unix.IPPROTO_TCP, unix.IPPROTO_UDP, unix.IPPROTO_SCTP, unix.IPPROTO_DCCP, unix.IPPROTO_IP:
		ports = true
	case unix.IPPROTO_ICMP, unix.IPPROTO_ICMPV6, mobilityHeader:
		icmp = true
	case unix.IPPROTO_GRE:
		gre = true
	}
	what := ""
	switch {
	case u.port && !ports:
		what = `"sport" and "dport" are`
	case u.icmp && !icmp:
		what = `"type" and "code" are`
	case u.gre && !gre:
		what = `"key" is`
	default:
		return nil
	}
	return cli.Exit(cli.StatusError, `%s invalid with PROTO value "%s"`, what, protoName(u.r.e, u.s.proto))
}
