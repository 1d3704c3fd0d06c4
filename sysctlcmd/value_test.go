package sysctlcmd

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestPrint(t *testing.T) {
	for _, c := range []struct{ value, plain, values, binary string }{
		{"1\n", "k = 1\n", "1\n", "1"},
		{"1", "k = 1\n", "1", "1"},
		{"", "", "", ""},
		{"\n", "k = \n", "\n", ""},
		{"a\nb\n", "k = a\nk = b\n", "a\nb\n", "ab"},
		{"a\n\nb", "k = a\nk = \nk = b\n", "a\n\nb", "ab"},
		{"a\x00b\nc\n", "k = ac\n", "ac\n", "ac"},
		{"\x00\n", "k = \n", "", ""},
	} {
		for i, want := range []string{c.plain, c.values, c.binary} {
			var out, warnings bytes.Buffer
			cmd := silent(&out, &warnings)
			cmd.key, cmd.values, cmd.binary = []byte("k"), i > 0, i > 1
			cmd.print([]byte(c.value))
			cmd.env.Pen.Flush()
			if out.String() != want || warnings.Len() > 0 {
				t.Errorf("%q: got %q, want %q", c.value, &out, want)
			}
		}
	}
}

// once is a file that gives its text to one read, as those of the kernel do.
func once(t *testing.T, text string) int {
	t.Helper()
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	fd, err := unix.Open(path, unix.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	return fd
}

// TestReadValue holds that a value is whole whatever its length, and that the
// buffer's length is none that matters.
func TestReadValue(t *testing.T) {
	cmd := &sysctl{}
	for _, n := range []int{0, 1, usualValue - 1, usualValue, usualValue + 1, 8*usualValue - 1, 8 * usualValue, 200_000, 5} {
		want := strings.Repeat("x", n)
		got, err := cmd.readValue(once(t, want))
		if string(got) != want || err != nil {
			t.Errorf("%d bytes: got %d, %v", n, len(got), err)
		}
	}
	fd, err := unix.Open(t.TempDir(), unix.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	if _, err := cmd.readValue(fd); err != unix.EISDIR {
		t.Errorf("a folder: got %v", err)
	}
}

// TestWriteValue holds that a value is written by one write.
func TestWriteValue(t *testing.T) {
	for _, n := range []int{0, 1, page, 10 * page} {
		fd := once(t, "")
		want := strings.Repeat("1,", n) + "\n"
		if err := writeValue(fd, []byte(want)); err != nil {
			t.Fatal(err)
		}
		got := make([]byte, len(want)+1)
		if n, err := unix.Pread(fd, got, 0); string(got[:n]) != want || err != nil {
			t.Errorf("%d bytes: got %d, %v", len(want), n, err)
		}
	}
	fd, err := unix.Open("/dev/full", unix.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer unix.Close(fd)
	if err := writeValue(fd, []byte("1\n")); err != unix.ENOSPC {
		t.Errorf("got %v", err)
	}
}
