package bridgecmd

import (
	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"
	"gip/linkcmd/linkkind"
)

// An option is one attribute of a port, a VLAN or a bridge's VLAN: the word
// that sets it, which is its name in text and JSON too, and its format.
type option struct {
	word  string // on the command line; of one that is only shown, in the output
	value string // what the help calls what follows the word
	attr  uint16
	*codec
}

// A codec knows one format of values. parse reads what follows the keyword;
// nil means that the attribute is not sent. print is called with at least size
// bytes.
type codec struct {
	size  int
	parse func(e *cli.Env, key string, a *cli.Args) ([]byte, error)
	print func(e *cli.Env, key string, v []byte)
}

// find returns the option that the word sets, or nil.
func find(table []option, word string) *option {
	for i := range table {
		if table[i].word == word && table[i].parse != nil {
			return &table[i]
		}
	}
	return nil
}

// show prints the option if the kernel sent it.
func (o *option) show(e *cli.Env, tb [][]byte) {
	if v := tb[o.attr]; v != nil && len(v) >= o.size && o.print != nil {
		o.print(e, o.word, v)
	}
}

// onOrOff is the value of an onOff.
const onOrOff = "{ on | off }"

// onOff is one byte, on or off.
var onOff = codec{1, func(_ *cli.Env, key string, a *cli.Args) ([]byte, error) {
	s, err := a.Value()
	if err != nil {
		return nil, err
	}
	on, err := cli.OnOff(key, s)
	if err != nil {
		return nil, einval(err)
	}
	return []byte{bit(on)}, nil
}, func(e *cli.Env, key string, v []byte) {
	label(e, key)
	e.Pen.OnOff(key, "", v[0] != 0, " ")
}}

func bit(on bool) byte {
	if on {
		return 1
	}
	return 0
}

// Numbers in host order.
var (
	u8  = codec{1, parse8, printUint}
	u16 = codec{2, parse16, printUint}
	u32 = codec{4, parse32, printUint}
	u64 = codec{8, parse64, printUint}
)

func parse8(_ *cli.Env, key string, a *cli.Args) ([]byte, error)  { return parseUint(1, key, a) }
func parse16(_ *cli.Env, key string, a *cli.Args) ([]byte, error) { return parseUint(2, key, a) }
func parse32(_ *cli.Env, key string, a *cli.Args) ([]byte, error) { return parseUint(4, key, a) }
func parse64(_ *cli.Env, key string, a *cli.Args) ([]byte, error) { return parseUint(8, key, a) }

// parseUint takes a number of that many bytes.
func parseUint(size int, key string, a *cli.Args) ([]byte, error) {
	n, err := a.Uint(8*size, "invalid "+key)
	return rtnl.AppendUint(nil, size, n), err
}

// decode reads a number in host order by the length of its attribute.
func decode(v []byte) uint64 {
	switch {
	case len(v) >= 8:
		return rtnl.U64(v)
	case len(v) >= 4:
		return uint64(rtnl.U32(v))
	case len(v) >= 2:
		return uint64(rtnl.U16(v))
	}
	return uint64(rtnl.U8(v))
}

func printUint(e *cli.Env, key string, v []byte) {
	label(e, key)
	e.Pen.Uint(key, "", decode(v), " ")
}

// label writes the name of a value, in text.
func label(e *cli.Env, key string) {
	e.Pen.Text(key)
	e.Pen.Text(" ")
}

// printState prints the state of a port.
func printState(pen *show.Pen, state uint8) {
	if s := linkkind.PortState(state); s != "" {
		pen.Str("state", "state ", s, " ")
		return
	}
	pen.Uint("state", "state (", uint64(state), ") ")
}

// parseState reads a state by number or name. Any number will do.
func parseState(s string) (n int64, ok bool) {
	if n, rest := cli.Strtol(s, 10); s != "" && rest == "" {
		return n, true
	}
	state, ok := linkkind.ParsePortState(s)
	return int64(state), ok
}
