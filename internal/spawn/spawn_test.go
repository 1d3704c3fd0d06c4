package spawn

import (
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

// TestExecvp checks the order in which programs are tried and the error that
// is left, against what execvp(3) says.
func TestExecvp(t *testing.T) {
	answers := map[string]error{
		"/denied/x": unix.EACCES, "/file/x": unix.ENOTDIR, "/none/x": unix.ENOENT,
		"/big/x": unix.E2BIG, "x": unix.ENOENT, "/good/x": nil, "./x": unix.EACCES, "/bin/x": unix.ENOENT, "/usr/bin/x": nil,
	}
	for _, c := range []struct {
		path, cmd string
		tried     []string
		want      error
	}{
		{"/none:/good:/big", "x", []string{"/none/x", "/good/x"}, nil},
		{"/denied:/none", "x", []string{"/denied/x", "/none/x"}, unix.EACCES},
		{"/none:/file", "x", []string{"/none/x", "/file/x"}, unix.ENOTDIR},
		{"/file:/none", "x", []string{"/file/x", "/none/x"}, unix.ENOENT},
		{"/none:/big:/good", "x", []string{"/none/x", "/big/x"}, unix.E2BIG},
		{"/none:", "x", []string{"/none/x", "x"}, unix.ENOENT},
		{"/good", "./x", []string{"./x"}, unix.EACCES},
		{"/good", "", nil, unix.ENOENT},
	} {
		t.Setenv("PATH", c.path)
		var tried []string
		err := execvp(c.cmd, func(path string) error {
			tried = append(tried, path)
			return answers[path]
		})
		if err != c.want || !slices.Equal(tried, c.tried) {
			t.Errorf("PATH=%s %q: tried %q, got %v; want %q, %v", c.path, c.cmd, tried, err, c.tried, c.want)
		}
	}
}
