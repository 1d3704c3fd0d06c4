package names

import (
	"os"
	"testing"
)

func TestServices(t *testing.T) {
	ts := NewTables(os.Stderr)
	ts.Root = t.TempDir()
	write(t, ts.Root, serviceFile, "# list\nssh\t22/tcp\nvxlan\t4789/udp\tvx  # tunnels\nbad line\nworse 70000/udp\n")
	for name, want := range map[string]uint16{"vxlan": 4789, "vx": 4789} {
		if got, ok := ts.ServicePort(name, "udp"); !ok || got != want {
			t.Errorf("%s: got %d %v", name, got, ok)
		}
	}
	for _, name := range []string{"ssh", "tunnels", "worse", "bad", ""} {
		if got, ok := ts.ServicePort(name, "udp"); ok {
			t.Errorf("%s: got %d, want a refusal", name, got)
		}
	}
}
