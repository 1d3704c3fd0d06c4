package common

import (
	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/show"
	"gip/linkcmd/linkkind"
)

// Types of values that bridge reads in its own ways.
var (
	// Numbers that are read leniently: what is no number is 0. The last two are not
	// sent if they are negative.
	Atoi32    = field.Type{Size: 4, Scan: ScanAtoi}
	Lenient8  = field.Type{Size: 1, Parse: parseLenient}
	Lenient16 = field.Type{Size: 2, Parse: parseLenient}
	// Device is a link by name; Bad is what its lack is called.
	Device = field.Type{Size: 4, Scan: scanDevice}
	// HelpAndWord is help where the real tool skips the word behind it.
	HelpAndWord = field.Type{Parse: func(c *field.Call, _ *field.Row) error { _, err := c.Args.Value(); return err }}
)

// ScanAtoi reads a number as atoi(3) does: what is none is 0.
func ScanAtoi(_ *field.Call, _ *field.Row, s string) (uint64, error) { return uint64(cli.Atoi(s)), nil }

func parseLenient(c *field.Call, r *field.Row) error {
	s, err := c.Take(r)
	SetPositive(c, r, int64(cli.Atoi(s)))
	return err
}

// SetPositive sets a number, cut to its size, unless that makes it negative.
func SetPositive(c *field.Call, r *field.Row, n int64) {
	if n<<(64-8*r.Type.Size) < 0 {
		c.Drop(r.In, r.Attr)
		return
	}
	c.Set(r, uint64(n))
}

func scanDevice(c *field.Call, r *field.Row, s string) (uint64, error) {
	idx, err := DeviceOf(c.Env, r.Bad, s)
	return uint64(idx), err
}

// PrintState prints the state of a port.
func PrintState(pen *show.Pen, state uint8) {
	if s := linkkind.PortState(state); s != "" {
		pen.Str("state", "state ", s, " ")
		return
	}
	pen.Uint("state", "state (", uint64(state), ") ")
}

// ParseState reads a state by number or name. Any number will do.
func ParseState(s string) (n int64, ok bool) {
	if n, rest := cli.Strtol(s, 10); s != "" && rest == "" {
		return n, true
	}
	state, ok := linkkind.ParsePortState(s)
	return int64(state), ok
}
