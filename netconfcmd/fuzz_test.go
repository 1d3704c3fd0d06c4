package netconfcmd

import (
	"io"
	"os"
	"testing"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"

	"golang.org/x/sys/unix"
)

// FuzzPrint holds that no message of the kernel's makes the printer panic.
func FuzzPrint(f *testing.F) {
	f.Add(make([]byte, 40))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, opt := range []cli.Options{{Stats: 1, Details: 1}, {JSON: true, Stats: 1}} {
			e := cli.New(os.Stdin, os.Stdout, os.Stderr, opt)
			e.Pen = show.New(io.Discard, show.Options{JSON: opt.JSON})
			e.Pen.Begin()
			printAny(e, rtnl.Message{Type: unix.RTM_NEWNETCONF, Body: body})
			e.Pen.End()
		}
	})
}
