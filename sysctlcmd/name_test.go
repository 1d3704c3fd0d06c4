package sysctlcmd

import (
	"bytes"
	"io"
	"os"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
)

// silent returns a command that prints to out and warns to warnings.
func silent(out io.Writer, warnings *bytes.Buffer) *sysctl {
	c := &sysctl{prog: "sysctl", env: clitest.Env(out, cli.Options{})}
	c.env.Stderr = warnings
	c.env.Stdout, _ = os.Open(os.DevNull)
	return c
}

// TestInTerms holds both directions, and what is said of separators that follow
// one another.
func TestInTerms(t *testing.T) {
	const repeated = "sysctl: separators should not be repeated: "
	for _, c := range []struct{ name, path, key, warned string }{
		{"net.ipv4.ip_forward", "net/ipv4/ip_forward", "net.ipv4.ip_forward", ""},
		{"net/ipv4/ip_forward", "net/ipv4/ip_forward", "net.ipv4.ip_forward", ""},
		{"net.ipv4.conf.eth0/5.tag", "net/ipv4/conf/eth0.5/tag", "net.ipv4.conf.eth0/5.tag", ""},
		{"net/ipv4/conf/eth0.5/tag", "net/ipv4/conf/eth0.5/tag", "net.ipv4.conf.eth0/5.tag", ""},
		{"net/ipv4.conf", "net/ipv4.conf", "net.ipv4/conf", ""},
		{"", "", "", ""},
		{"kernel", "kernel", "kernel", ""},
		{"net..ipv4", "net//ipv4", "net..ipv4", repeated + "..ipv4\n"},
		{"net//ipv4", "net//ipv4", "net..ipv4", repeated + "//ipv4\n"},
		{"a./b//c", "a/.b..c", "a./b//c", repeated + "./b//c\n"},
		{"../x", "//.x", "../x", repeated + "../x\n"},
		{"/../x", "/../x", ".//.x", repeated + "/../x\n"},
		{"a.", "a/", "a.", ""},
	} {
		var warnings bytes.Buffer
		cmd := silent(io.Discard, &warnings)
		path, key := cmd.inTerms(c.name, '/'), cmd.inTerms(c.name, '.')
		if path != c.path || key != c.key || warnings.String() != c.warned {
			t.Errorf("%q: got %q, %q, %q", c.name, path, key, &warnings)
		}
	}
}

// TestPlainFolder holds that a folder is plain only if the keys in it are what
// they would be of a name on the command line.
func TestPlainFolder(t *testing.T) {
	for path, want := range map[string]string{
		"":                     "",
		"kernel/":              "kernel.",
		"net/ipv4/conf/a.b/":   "net.ipv4.conf.a/b.",
		"/net/":                ".net.",
		"net//ipv4/":           "",
		"net/ipv4/conf/../ns/": "",
		"a.b/":                 "",
		"a/b./":                "",
		"a/.b/":                "",
	} {
		fd, err := os.Open(procSys)
		if err != nil {
			t.Skip(err)
		}
		f := newFolder(int(fd.Fd()), procSys+path)
		if f.plain != (want != "") || f.prefix != want {
			t.Errorf("%q: got %v, %q", path, f.plain, f.prefix)
		}
		fd.Close()
	}
}
