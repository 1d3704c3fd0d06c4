package topo

import (
	"cmp"

	"gip/internal/cli"
)

// sortNamespaces puts the host first, then the others by name.
func sortNamespaces(all []*Namespace) {
	cli.Sort(all, func(a, b *Namespace) int {
		if c := rank(a) - rank(b); c != 0 {
			return c
		}
		return natural(a.Name, b.Name)
	})
}

func rank(n *Namespace) int {
	switch {
	case n.Name == hostName:
		return 0
	case n.PID == 0:
		return 1
	}
	return 2
}

// natural compares names as people count: c2 is before c10.
func natural(a, b string) int {
	for a != "" && b != "" {
		x, restA := digits(a)
		y, restB := digits(b)
		if x != "" && y != "" {
			if c := cmp.Or(len(x)-len(y), cmp.Compare(x, y)); c != 0 {
				return c
			}
			a, b = restA, restB
			continue
		}
		if a[0] != b[0] {
			return int(a[0]) - int(b[0])
		}
		a, b = a[1:], b[1:]
	}
	return len(a) - len(b)
}

// digits takes the number off that s begins with, without zeros in front.
func digits(s string) (number, rest string) {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	number, rest = s[:n], s[n:]
	for len(number) > 1 && number[0] == '0' {
		number = number[1:]
	}
	return number, rest
}
