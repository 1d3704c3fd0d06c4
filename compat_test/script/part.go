package script

import (
	"errors"
	"fmt"
)

// A Part is one of several runs that are all scripts together: a machine that is slow
// takes longer for them than one run may. Of 0 parts is all at once. It is a flag.Value.
type Part struct{ Number, Parts int }

func (p *Part) String() string { return fmt.Sprintf("%d/%d", p.Number, p.Parts) }

// Set reads K/N.
func (p *Part) Set(text string) error {
	_, err := fmt.Sscanf(text, "%d/%d", &p.Number, &p.Parts)
	if err == nil && (p.Number < 1 || p.Number > p.Parts) {
		err = errors.New("K/N is expected, with K from 1 to N")
	}
	return err
}

// Of is the part of a list, and the rest: neighbours in the list are alike, and take as long.
func Of[T any](p *Part, all []T) (some, others []T) {
	if p.Parts == 0 {
		return all, nil
	}
	for i, one := range all {
		if i%p.Parts == p.Number-1 {
			some = append(some, one)
		} else {
			others = append(others, one)
		}
	}
	return some, others
}

// Split tells the scripts that are wanted from the others.
func Split(all []*Script, wanted func(*Script) bool) (some, others []*Script) {
	for _, s := range all {
		if wanted(s) {
			some = append(some, s)
		} else {
			others = append(others, s)
		}
	}
	return some, others
}
