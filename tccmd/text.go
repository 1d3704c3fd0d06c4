package tccmd

import (
	"strconv"

	"gip/internal/cli"
	"gip/internal/rtnl"

	"golang.org/x/sys/unix"
)

// news writes what became of a thing, if a notification says so.
func news(e *cli.Env, m rtnl.Message, deleted, made uint16, replaced bool) {
	const added = unix.NLM_F_CREATE | unix.NLM_F_EXCL
	switch {
	case m.Type == deleted:
		e.Pen.Flag("deleted", "deleted ")
	case m.Type != made:
		return
	}
	if m.Type == made && replaced {
		e.Pen.Flag("replaced", "replaced ")
	}
	if m.Type == made && m.Flags&added == added {
		e.Pen.Flag("added", "added ")
	}
}

func decimal(n int) string { return strconv.Itoa(n) }
