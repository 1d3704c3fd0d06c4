// Package ere matches POSIX extended regular expressions as regcomp(3) of the
// GNU C library takes them in the C locale, with its \w \W \s \S \b \B \< \>
// \` and \'. It tells whether a text matches, not where.
//
// A text is looked at once, byte by byte, with all the states that the pattern
// can be in at the same time, so that no pattern takes exponential time. A
// back-reference cannot be matched like that and is refused.
package ere

// A Regexp is a pattern that was compiled. It has the space that a match
// needs, so that only one can be under way.
type Regexp struct {
	prog      []inst
	now, next threads
	todo      []int32 // of follow
}

// Match reports whether the pattern matches some part of s.
func (r *Regexp) Match(s string) bool {
	r.now.clear()
	for i := 0; ; i++ {
		if r.follow(&r.now, 0, s, i) {
			return true
		}
		if i == len(s) {
			return false
		}
		r.next.clear()
		for _, pc := range r.now.list {
			if in := &r.prog[pc]; in.set.has(s[i]) && r.follow(&r.next, in.x, s, i+1) {
				return true
			}
		}
		r.now, r.next = r.next, r.now
	}
}

// follow adds to t the instructions that wait for a byte and can be reached
// from pc with s[:i] behind them; it reports whether the pattern ends there.
func (r *Regexp) follow(t *threads, pc int32, s string, i int) bool {
	for r.todo = append(r.todo[:0], pc); len(r.todo) > 0; {
		pc := r.todo[len(r.todo)-1]
		r.todo = r.todo[:len(r.todo)-1]
		if !t.mark(pc) {
			continue
		}
		switch in := &r.prog[pc]; in.op {
		case opMatch:
			return true
		case opByte:
			t.list = append(t.list, pc)
		case opSplit:
			r.todo = append(r.todo, in.y, in.x)
		default:
			if in.op.holds(s, i) {
				r.todo = append(r.todo, in.x)
			}
		}
	}
	return false
}

// threads are the states that a pattern is in at one place of the text.
type threads struct {
	list []int32  // instructions that wait for a byte
	seen []uint32 // by instruction, the round it was last met in
	now  uint32   // the round
}

func (t *threads) clear() {
	t.list = t.list[:0]
	if t.now++; t.now == 0 {
		clear(t.seen)
		t.now = 1
	}
}

// mark reports whether pc was not met yet in this round.
func (t *threads) mark(pc int32) bool {
	fresh := t.seen[pc] != t.now
	t.seen[pc] = t.now
	return fresh
}

// holds reports whether an assertion holds between s[:i] and s[i:].
func (o op) holds(s string, i int) bool {
	before := i > 0 && wordSet.has(s[i-1])
	after := i < len(s) && wordSet.has(s[i])
	switch o {
	case opBegin:
		return i == 0
	case opEnd:
		return i == len(s)
	case opWordBegin:
		return !before && after
	case opWordEnd:
		return before && !after
	case opWordEdge:
		return before != after
	default: // opNoWordEdge
		return before == after
	}
}

// A set is one of bytes.
type set [256 / 64]uint64

func (s *set) has(c byte) bool { return s[c/64]>>(c%64)&1 != 0 }
func (s *set) add(c byte)      { s[c/64] |= 1 << (c % 64) }

func (s *set) addRange(first, last byte) {
	for c := int(first); c <= int(last); c++ {
		s.add(byte(c))
	}
}

func (s *set) invert() {
	for i := range s {
		s[i] = ^s[i]
	}
}

// wordSet are the letters, digits and _.
var wordSet = set{0x03ff_0000_0000_0000, 0x07ff_fffe_87ff_fffe}
