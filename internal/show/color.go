package show

import (
	"strings"

	"golang.org/x/sys/unix"
)

// A Color is what a field is, for the palette.
type Color uint8

// The kinds of field that have a colour.
const (
	Plain  Color = iota
	Ifname       // interface names
	MAC          // link-layer addresses
	Inet         // IPv4 addresses
	Inet6        // IPv6 addresses
	Up           // operational state UP
	Down         // operational state DOWN
)

// FamilyColor returns the colour of an address of the family af.
func FamilyColor(af uint8) Color {
	switch af {
	case unix.AF_INET:
		return Inet
	case unix.AF_INET6:
		return Inet6
	}
	return Plain
}

// A Palette maps colours to terminal escapes.
type Palette uint8

// The palettes of iproute2; Mono writes no escapes.
const (
	Mono Palette = iota
	Dark
	Light
)

var escapes = [...][7]string{
	Dark:  {"", "\033[1;36m", "\033[1;33m", "\033[1;35m", "\033[1;94m", "\033[1;32m", "\033[1;31m"},
	Light: {"", "\033[36m", "\033[33m", "\033[35m", "\033[34m", "\033[32m", "\033[31m"},
}

const escapeOff = "\033[0m"

// BackgroundPalette picks the palette from COLORFGBG, the variable in which
// terminals tell their colours as "foreground;background". Without a semicolon
// nothing is known, which means dark, as since iproute2 6.17.
func BackgroundPalette(colorfgbg string) Palette {
	i := strings.LastIndexByte(colorfgbg, ';')
	if i < 0 {
		return Dark
	}
	if bg := colorfgbg[i+1:]; len(bg) == 1 && (bg[0] >= '0' && bg[0] <= '6' || bg[0] == '8') {
		return Dark
	}
	return Light
}

// Paint returns s in the colour c, as a Pen would write it.
func (p Palette) Paint(c Color, s string) string {
	if p == Mono || c == Plain || s == "" {
		return s
	}
	return escapes[p][c] + s + escapeOff
}

// IsTerminal reports whether f is a terminal.
func IsTerminal(f interface{ Fd() uintptr }) bool {
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil
}

// colorOn starts the colour c and reports whether it has to be ended.
func (p *Pen) colorOn(c Color) bool {
	if p.json || p.opt.Palette == Mono || c == Plain {
		return false
	}
	p.b = append(p.b, escapes[p.opt.Palette][c]...)
	return true
}

func (p *Pen) colorOff(on bool) {
	if on {
		p.b = append(p.b, escapeOff...)
	}
}
