package sysctlcmd

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"gip/internal/ere"
)

func TestParseSetting(t *testing.T) {
	wrong := "sysctl: f(7): invalid syntax, continuing...\n"
	for _, c := range []struct {
		line   string
		want   *setting
		warned string
	}{
		{"a=1\n", &setting{path: "a", value: "1"}, ""},
		{" \ta.b = 1 2\t3 \r\n", &setting{path: "a/b", value: "1 2\t3"}, ""},
		{"a=b=c", &setting{path: "a", value: "b=c"}, ""},
		{"a=", &setting{path: "a"}, ""},
		{"=1", &setting{value: "1"}, ""},
		{"==", &setting{value: "="}, ""},
		{" = ", &setting{}, ""},
		{"-a=1", &setting{path: "a", value: "1", ignore: true}, ""},
		{"--a=1", &setting{path: "a", value: "1", ignore: true}, ""},
		{"---a=1", &setting{path: "-a", value: "1", ignore: true}, ""},
		{"- a=1", &setting{path: " a", value: "1", ignore: true}, ""},
		{"-a.*.b \n", &setting{path: "a/*/b", value: "(null)", excludes: true}, ""},
		{"--a", &setting{path: "a", value: "(null)", excludes: true}, ""},
		{"a=1 # no comment", &setting{path: "a", value: "1 # no comment"}, ""},
		{"a", nil, ""}, {"", nil, ""}, {"\n", nil, ""}, {" =", nil, ""}, {"#a=1", nil, ""}, {" ;a=1", nil, ""},
		{"a\n", nil, wrong}, {"ab", nil, wrong}, {" ab\n", nil, wrong},
	} {
		var warnings bytes.Buffer
		got, ok := silent(io.Discard, &warnings).parseSetting(c.line, "f", 7)
		if c.want != nil {
			c.want.path = procSys + c.want.path
		}
		if ok != (c.want != nil) || ok && got != *c.want || warnings.String() != c.warned {
			t.Errorf("%q: got %+v, %v, %q", c.line, got, ok, &warnings)
		}
	}
}

// gathered returns the settings of a file, and what is said of it.
func gathered(t *testing.T, text string, pattern *ere.Regexp) ([]setting, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var warnings bytes.Buffer
	cmd := silent(io.Discard, &warnings)
	cmd.pattern = pattern
	if status := cmd.gather(path); status != 0 {
		t.Errorf("status %d", status)
	}
	return cmd.settings, strings.ReplaceAll(warnings.String(), path, "f")
}

// TestGather holds what is a line, and that a pattern is held against all of it.
func TestGather(t *testing.T) {
	ends, err := ere.Compile("1.$")
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("x", 100_000)
	got, warned := gathered(t, "# c\n\nbad\na=1\x00b\n\x00a=2\nb="+long+"\nc=3", nil)
	want := []setting{{path: "a", value: "1"}, {path: "b", value: long}, {path: "c", value: "3"}}
	for i := range want {
		want[i].path = procSys + want[i].path
	}
	if !reflect.DeepEqual(got, want) || warned != "sysctl: f(3): invalid syntax, continuing...\n" {
		t.Errorf("got %.200v, %q", got, warned)
	}
	got, warned = gathered(t, "a=1\nbad\nb=1", ends)
	if len(got) != 1 || got[0].path != procSys+"a" || warned != "" {
		t.Errorf("got %v, %q", got, warned)
	}
}

// FuzzGather holds that no file upsets it, and that a setting is one of a line.
func FuzzGather(f *testing.F) {
	f.Add("net.ipv4.conf.*.rp_filter = 2\n-net.ipv4.conf.all.rp_filter\n")
	f.Add("- a = b\n--c=\x00\n;\n=\n[..//x=1\n\xff\xfe")
	f.Fuzz(func(t *testing.T, text string) {
		settings, warned := gathered(t, text, nil)
		if n := strings.Count(text, "\n") + 1; len(settings) > n || strings.Count(warned, "invalid syntax") > n {
			t.Errorf("%d settings of %d lines, %q", len(settings), n, warned)
		}
		for _, s := range settings {
			if !strings.HasPrefix(s.path, procSys) || strings.ContainsAny(s.value, "\n\x00") {
				t.Errorf("%q: %+v", text, s)
			}
		}
	})
}

// TestIsNamed holds what a pattern does not set.
func TestIsNamed(t *testing.T) {
	cmd := &sysctl{settings: []setting{
		{path: "/proc/sys/a/*/b", value: "1"},
		{path: "/proc/sys/a/x/b", value: "2"},
		{path: "/proc/sys/a/y*", excludes: true},
	}}
	for path, want := range map[string]bool{
		"/proc/sys/a/x/b": true, "/proc/sys/a/y1/b": true, "/proc/sys/a/z/b": false, "/proc/sys/a/*/b": true,
	} {
		if got := cmd.isNamed(path); got != want {
			t.Errorf("%s: got %v", path, got)
		}
	}
}
