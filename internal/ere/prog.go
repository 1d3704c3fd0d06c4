package ere

// An op is what an instruction does.
type op uint8

const (
	opMatch      op = iota // the pattern ends
	opByte                 // takes a byte of set and goes on at x
	opSplit                // goes on at x and at y
	opBegin                // the rest are assertions, which go on at x
	opEnd                  // of the text
	opWordBegin            // \<
	opWordEnd              // \>
	opWordEdge             // \b
	opNoWordEdge           // \B
)

// An inst is one instruction of the machine that matches.
type inst struct {
	op   op
	x, y int32
	set  *set
}

// A node is a part of a pattern; nil is the empty one.
type node struct {
	kind     kind
	op       op      // of an assertion
	set      *set    // of a byte
	sub      []*node // of the others
	min, max int     // of a repetition
}

type kind uint8

const (
	kindByte kind = iota
	kindAssert
	kindCat
	kindAlt
	kindRepeat
)

// unlimited is the maximum of a repetition without one.
const unlimited = -1

// maxProg is how many instructions a pattern may have. The C library ends
// where memory does.
const maxProg = 1 << 18

// A compiler turns nodes into instructions.
type compiler struct{ prog []inst }

func (c *compiler) pc() int32  { return int32(len(c.prog)) }
func (c *compiler) full() bool { return len(c.prog) > maxProg }

// emit appends an instruction that goes on with the next.
func (c *compiler) emit(o op, s *set) (pc int32) {
	pc = c.pc()
	c.prog = append(c.prog, inst{op: o, x: pc + 1, set: s})
	return pc
}

// node appends the instructions of n. The programs of all but nil have at
// least one, so that a program which is full ends this.
func (c *compiler) node(n *node) {
	switch {
	case n == nil || c.full():
	case n.kind == kindByte:
		c.emit(opByte, n.set)
	case n.kind == kindAssert:
		c.emit(n.op, nil)
	case n.kind == kindCat:
		for _, sub := range n.sub {
			c.node(sub)
		}
	case n.kind == kindAlt:
		c.alt(n.sub)
	default:
		c.repeat(n)
	}
}

// alt appends alternatives: before each but the last a split to it and to the
// next, after each but the last a jump to the end.
func (c *compiler) alt(subs []*node) {
	var jumps []int32
	last := len(subs) - 1
	for _, sub := range subs[:last] {
		split := c.emit(opSplit, nil)
		c.node(sub)
		jumps = append(jumps, c.emit(opSplit, nil))
		c.prog[split].y = c.pc()
	}
	c.node(subs[last])
	for _, j := range jumps {
		c.prog[j].x, c.prog[j].y = c.pc(), c.pc()
	}
}

// repeat appends a part as often as it has to be there, and then once in a
// loop, or as often as it may be there besides.
func (c *compiler) repeat(n *node) {
	for i := 0; i < n.min && !c.full(); i++ {
		c.node(n.sub[0])
	}
	if n.max == unlimited {
		split := c.emit(opSplit, nil)
		c.node(n.sub[0])
		again := c.emit(opSplit, nil)
		c.prog[again].x, c.prog[again].y = split, split
		c.prog[split].y = c.pc()
		return
	}
	var splits []int32
	for i := n.min; i < n.max && !c.full(); i++ {
		splits = append(splits, c.emit(opSplit, nil))
		c.node(n.sub[0])
	}
	for _, s := range splits {
		c.prog[s].y = c.pc()
	}
}
