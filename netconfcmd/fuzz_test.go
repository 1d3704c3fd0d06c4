package netconfcmd

import (
	"testing"

	"gip/internal/cli/clitest"

	"golang.org/x/sys/unix"
)

// FuzzPrint holds that no message of the kernel's makes the printer panic.
func FuzzPrint(f *testing.F) { clitest.Fuzz(f, unix.RTM_NEWNETCONF, make([]byte, 40), printAny) }
