package file

import (
	"os"
	"testing"
)

func TestEntry(t *testing.T) {
	path := t.TempDir() + "/passwd"
	if err := os.WriteFile(path, []byte("root:x:0:0::/root:/bin/sh\nshort\nme:x:7:8:I:/home/me:/bin/zsh"), 0o600); err != nil {
		t.Fatal(err)
	}
	named := func(name string) []string {
		return Entry(path, func(f []string) bool { return f[0] == name })
	}
	if f := named("me"); len(f) != 7 || f[6] != "/bin/zsh" {
		t.Errorf("the last line: %q", f)
	}
	if f := named("root"); len(f) != 7 || f[6] != "/bin/sh" {
		t.Errorf("the first line: %q", f)
	}
	if f := named("you"); f != nil {
		t.Errorf("none: %q", f)
	}
	if f := Entry(path+"/none", func([]string) bool { return true }); f != nil {
		t.Errorf("of no file: %q", f)
	}
}

func TestAccountName(t *testing.T) {
	path := t.TempDir() + "/passwd"
	if err := os.WriteFile(path, []byte("#old:x:7:8::/:\nshort:x\nme:x:7:8::/home/me:/bin/zsh\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for number, want := range map[string]string{"7": "me", "8": ""} {
		if got := AccountName(path, number); got != want {
			t.Errorf("%s is %q, want %q", number, got, want)
		}
	}
}

func TestUnescape(t *testing.T) {
	for s, want := range map[string]string{`/a\040b\134c`: `/a b\c`, `/plain`: `/plain`, `/\9`: `/\9`, `/\999x`: `/\999x`, `/end\040`: "/end "} {
		if got := Unescape(s); got != want {
			t.Errorf("Unescape(%q) = %q, want %q", s, got, want)
		}
	}
}
