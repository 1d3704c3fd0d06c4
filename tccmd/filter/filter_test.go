package filter

import (
	"io"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
)

// FuzzPrint prints whatever a kernel might send about a filter of each kind.
func FuzzPrint(f *testing.F) {
	for i := range List {
		f.Add(byte(i), uint32(5), uint16(0x800), []byte{8, 0, 1, 0, 1, 0, 1, 0, 5, 0, 3, 0, 1, 0, 0, 0})
	}
	f.Fuzz(func(t *testing.T, kind byte, handle uint32, protocol uint16, options []byte) {
		for _, json := range []bool{false, true} {
			e := clitest.Env(io.Discard, cli.Options{JSON: json, Stats: 1, Pretty: json})
			Print(e, []byte(List[int(kind)%len(List)].Name), options, handle, protocol)
		}
	})
}
