package prop

import (
	"os"
	"strings"
	"testing"

	"gip/compat_test/emulated"
)

// tool is a program that reads batches as ip does: "put N" is refused and ends the
// batch with 255 where N is no digit, fails with 0, and else is what "get" shows
// until "drop"; "ask" reads that from the next line; "end" and "die" end it.
const tool = `#!/bin/sh
echo started >>"$HOME/starts"
have=$(cat "$HOME/have" 2>/dev/null)
keep() { echo "$have" >"$HOME/have"; }
fail() {
	echo "$1" >&2
	echo "Command failed -:$line" >&2
}
while read -r command value; do
	line=$((line + 1))
	case $command in
	@) fail 'Object "@" is unknown, try "ip help".' ;;
	rule) printf '0:\tfrom all lookup local\n' ;;
	put) case $value in
		0) fail 'RTNETLINK answers: Invalid argument' ;;
		[1-9]) have="value $value"; keep ;;
		"''") echo 'Error: argument "" is wrong' >&2; exit 255 ;;
		*) echo "Error: argument \"$value\" is wrong" >&2; exit 255 ;;
		esac ;;
	get) echo "have $have at 2026-11-28 07:45:37" ;;
	drop) have=; keep ;;
	ask) read -r have; line=$((line + 1)) ;;
	part) printf 'no newline' ;;
	end) exit 0 ;;
	die) kill -9 $$ ;;
	esac
done
`

// play plays batch in a folder with these files and returns what it printed and
// how many times the tool was started.
func play(t *testing.T, files map[string]string, args ...string) (text string, starts int) {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	t.Setenv("HOME", dir)
	for _, name := range []string{"ip", "bridge"} {
		if err := os.WriteFile(name, []byte(tool), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range files {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, line := range args {
		out, err := os.Create("out")
		if err != nil {
			t.Fatal(err)
		}
		stdout := os.Stdout
		os.Stdout = out
		err = batch(strings.Fields(line))
		os.Stdout = stdout
		_ = out.Close()
		if err != nil {
			t.Fatal(err)
		}
	}
	said, err := os.ReadFile("out")
	if err != nil {
		t.Fatal(err)
	}
	began, err := os.ReadFile("starts")
	if err != nil {
		t.Fatal(err)
	}
	return string(said), strings.Count(string(began), "\n")
}

func TestBatch(t *testing.T) {
	emulated.Skip(t) // it starts programs
	shown := map[string]string{"show": "get\n", "undo": "drop\n", "list": "1\n2\n0\nx\ny\n\n3\n"}
	based := map[string]string{"show": "get\n", "undo": "drop\n", "list": "1\n2\n", "base": "put 1\n"}
	tests := []struct {
		name   string
		files  map[string]string
		lines  []string
		want   string
		starts int
	}{
		{"values", shown, []string{"list ip put {7}"},
			"[7] 0 have value 7 at\n[1] 0 have value 1 at\n[2] 0 have value 2 at\n" +
				"[0] 1 RTNETLINK answers: Invalid argument\nhave  at\n" +
				"[x][y][] 255 Error: argument \"{}\" is wrong\n[3] 0 have value 3 at\n", 4},
		{"the list has the good value", shown, []string{"list ip put {1}"}, "", 4},
		{"one value a batch", map[string]string{"show": "get\n", "list": "1\n0\n"}, []string{"list bridge put {2}"},
			"[2] 0 have value 2 at\n[1] 0 have value 1 at\n[0] 1 RTNETLINK answers: Invalid argument\nhave value 1 at\n", 3},
		{"no undo", map[string]string{"show": "get\n", "list": "1\n0\n"}, []string{"list ip put {1}"},
			"[1] 0 have value 1 at\n[0] 1 RTNETLINK answers: Invalid argument\nhave value 1 at\n", 1},
		{"base", based, []string{"base ip"}, "[base] 0 have value 1 at\n", 1},
		{"what base shows", based, []string{"base ip", "list ip put {1}"}, "[1] 0\n[2] 0 value 2|2 at|\n", 2},
		{"empty words", shown, []string{"1 ip put 5"}, "[put] 0 have  at\n[5] 255 Error: argument \"{}\" is wrong\n", 1},
		{"a line that the command reads", map[string]string{"show": "get\n", "list": "1\n"}, []string{`list ip ask {3} \n secret`}, "[3][1] 0 have secret at\n", 1},
		{"no newline at the end", map[string]string{"show": "get\npart\n", "list": "1\n"}, []string{"list ip put {2}"},
			"[2] 0 have value 2 at \nno newline\n[1] 0 have value 1 at \nno newline\n", 1},
		{"show ends the batch", map[string]string{"show": "get\nend\n", "undo": "drop\n", "list": "1\n0\n"}, []string{"list ip put {2}"},
			"[2] 0 have value 2 at\n[1] 0 have value 1 at\n[0] 1 RTNETLINK answers: Invalid argument\nhave  at\n", 6},
		{"killed", map[string]string{"list": "1\n2\n"}, []string{"list ip die {3}"}, "[3][1][2] 137\n", 3},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, starts := play(t, test.files, test.lines...)
			if test.want != "" && got != test.want {
				t.Errorf("printed\n%s\nwant\n%s", got, test.want)
			}
			if starts != test.starts {
				t.Errorf("%d starts of the tool, want %d", starts, test.starts)
			}
		})
	}
}
