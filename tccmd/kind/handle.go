package kind

import (
	"gip/internal/cli"
	"gip/internal/show"
	"gip/internal/word"
)

// Handles of queueing disciplines and classes: a major number in the upper half, a
// minor one in the lower.
const (
	Root    = 0xFFFFFFFF
	Ingress = 0xFFFFFFF1 // also that of clsact
	major   = 0xFFFF0000
	// The places for filters that ingress and clsact have.
	FilterIngress = 0xFFFFFFF2
	FilterEgress  = 0xFFFFFFF3
)

// ParseHandle reads the handle of a qdisc: none or a hexadecimal number, with a colon
// or without; what follows the colon does not count.
func ParseHandle(s string) (uint32, bool) {
	if s == "none" {
		return 0, true
	}
	n, rest, _ := word.Strtoul(s, 16)
	if rest == s || n > 0xFFFF || rest != "" && rest[0] != ':' {
		return 0, false
	}
	return uint32(n) << 16, true
}

// ParseClass reads the handle of a class: root, none, MAJOR:MINOR of which each may
// be left out, or all of it as one hexadecimal number.
func ParseClass(s string) (uint32, bool) {
	switch s {
	case "root":
		return Root, true
	case "none":
		return 0, true
	}
	n, rest, _ := word.Strtoul(s, 16)
	if rest == s {
		n = 0
		if s == "" || s[0] != ':' {
			return 0, false
		}
	}
	if rest == "" {
		return uint32(n), true
	}
	if rest[0] != ':' || n > 0xFFFF {
		return 0, false
	}
	min, after, _ := word.Strtoul(rest[1:], 16)
	if after != "" || min > 0xFFFF {
		return 0, false
	}
	return uint32(n)<<16 | uint32(min), true
}

// AppendClass spells the handle of a class, behind its name if -nm asks for names.
func AppendClass(e *cli.Env, b []byte, h uint32) []byte {
	if e.Opt.Names {
		b = appendClassName(e, b, h)
	}
	switch {
	case h == Root:
		return append(b, "root"...)
	case h == 0:
		return append(b, "none"...)
	case h&major == 0:
		return show.AppendHexDigits(append(b, ':'), uint64(h), 1)
	}
	b = append(show.AppendHexDigits(b, uint64(h>>16), 1), ':')
	if h&^major == 0 {
		return b
	}
	return show.AppendHexDigits(b, uint64(h&^major), 1)
}

// PutClass writes "LABEL CLASSID ".
func PutClass(e *cli.Env, label string, h uint32) {
	var b [64]byte
	e.Pen.Text(label)
	e.Pen.Text(" ")
	e.Pen.Bytes(label, "", AppendClass(e, b[:0], h), " ")
}

// Class is a handle as a string.
func Class(e *cli.Env, h uint32) string {
	var b [32]byte
	return string(AppendClass(e, b[:0], h))
}
