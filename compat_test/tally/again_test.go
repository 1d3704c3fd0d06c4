package tally

import (
	"os/exec"
	"reflect"
	"strings"
	"testing"

	"gip/compat_test/emulated"
)

// said makes a Suite whose calls print these outputs, one after the other, and keeps the
// words of each call.
func said(calls *[][]string, outputs ...string) Suite {
	s := Parse([]string{"go", "test", "-json", "./...", "-vm"})
	s.Command = func(words ...string) *exec.Cmd {
		*calls = append(*calls, words)
		script := "cat"
		if strings.Contains(outputs[0], `"fail"`) {
			script = "cat; exit 1"
		}
		cmd := exec.Command("sh", "-c", script)
		cmd.Stdin = strings.NewReader(outputs[0])
		outputs = outputs[1:]
		return cmd
	}
	return s
}

const failed = `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"run","Package":"p","Test":"TestA/x"}
{"Action":"run","Package":"p","Test":"TestA/y"}
{"Action":"pass","Package":"p","Test":"TestA/x"}
{"Action":"output","Package":"p","Test":"TestA/y","Output":"too late\n"}
{"Action":"fail","Package":"p","Test":"TestA/y"}
{"Action":"fail","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p","Test":"TestB"}
{"Action":"output","Package":"p","Output":"FAIL\n"}
{"Action":"fail","Package":"p"}
`

// TestAgain holds that what failed is run once more, by itself, and counts as it ended then.
func TestAgain(t *testing.T) {
	emulated.Skip(t)
	for _, c := range []struct{ name, second, want string }{
		{"passes", `{"Action":"pass","Package":"p","Test":"TestA"}` + "\n", "3 passed, 0 failed, 0 skipped"},
		{"fails twice", failed, "2 passed, 1 failed, 0 skipped"},
	} {
		var calls [][]string
		var out strings.Builder
		sum := New()
		sum.Run(said(&calls, failed, c.second), &out)
		if sum.String() != c.want {
			t.Errorf("%s: %s, not %s", c.name, sum, c.want)
		}
		if !strings.Contains(out.String(), "too late\n") {
			t.Errorf("%s: does not show why:\n%s", c.name, out.String())
		}
		want := [][]string{
			strings.Fields("go test -json ./... -vm"),
			strings.Fields("go test -json p -vm -run ^(TestA)$"),
		}
		if !reflect.DeepEqual(calls, want) {
			t.Errorf("%s: called %q", c.name, calls)
		}
	}
}

// TestLong holds that what took long is told, with what it is a part of.
func TestLong(t *testing.T) {
	var out strings.Builder
	New().Read(strings.NewReader(`{"Action":"pass","Package":"p","Test":"TestA/x","Elapsed":70}
{"Action":"pass","Package":"p","Test":"TestA","Elapsed":71.6}
{"Action":"pass","Package":"p","Test":"TestB","Elapsed":5}
{"Action":"pass","Package":"p","Elapsed":76.6}
`), &out)
	if want := "72 s: p TestA\n77 s: p\n"; out.String() != want {
		t.Errorf("%q, not %q", out.String(), want)
	}
}

// TestCrash holds that a package that ended before its last test is not tried again, unless
// that may be no fault of its own; and that what the test said during which it ended is told.
func TestCrash(t *testing.T) {
	emulated.Skip(t)
	crashed := strings.Replace(failed, `{"Action":"output","Package":"p","Output":"FAIL\n"}`,
		`{"Action":"run","Package":"p","Test":"TestC"}
{"Action":"output","Package":"p","Test":"TestC","Output":"panic: test timed out\n"}`, 1)
	for _, c := range []struct {
		name         string
		hangs        bool
		second, want string
		calls        int
	}{
		{"its own fault", false, "", "2 passed, 1 failed, 0 skipped", 1},
		{"not again", true, `{"Action":"pass","Package":"p","Test":"TestA"}` + "\n", "1 passed, 0 failed, 0 skipped", 2},
		{"again", true, crashed, "2 passed, 1 failed, 0 skipped", 2},
	} {
		var calls [][]string
		var out strings.Builder
		sum, suite := New(), said(&calls, crashed, c.second)
		suite.Hangs = c.hangs
		sum.Run(suite, &out)
		if len(calls) != c.calls || sum.String() != c.want || !strings.Contains(out.String(), "panic: test timed out\n") {
			t.Errorf("%s: %d calls: %s\n%s", c.name, len(calls), sum, out.String())
		}
	}
}

// TestNoTest holds that a call that fails by itself, as where nothing compiles, has failed,
// and is not run again.
func TestNoTest(t *testing.T) {
	emulated.Skip(t)
	var out strings.Builder
	sum := New()
	sum.Run(Suite{Command: func(...string) *exec.Cmd { return exec.Command("sh", "-c", "echo broken >&2; exit 2") }}, &out)
	if sum.Failed != 1 || !strings.Contains(out.String(), "broken") {
		t.Errorf("%s\n%s", sum, out.String())
	}
}

// What is not built, or vet refuses, is told with the reason, and is not run again.
func TestUnbuilt(t *testing.T) {
	emulated.Skip(t)
	const refused = `{"ImportPath":"p [p.test]","Action":"build-output","Output":"p.go:5:24: format %d has arg of wrong type\n"}
{"ImportPath":"p [p.test]","Action":"build-fail"}
{"Action":"start","Package":"p"}
{"Action":"output","Package":"p","Output":"FAIL\\tp [build failed]\n"}
{"Action":"fail","Package":"p","FailedBuild":"p [p.test]"}
`
	for _, hangs := range []bool{false, true} {
		var calls [][]string
		var b strings.Builder
		s := said(&calls, refused)
		s.Hangs = hangs
		sum := New()
		sum.Run(s, &b)
		if sum.Counts != (Counts{Failed: 1}) || sum.Unbuilt != 1 || len(calls) != 1 {
			t.Errorf("%v, %d not built, after %d runs", sum, sum.Unbuilt, len(calls))
		}
		if !strings.Contains(b.String(), "wrong type") {
			t.Errorf("the reason is not told:\n%s", &b)
		}
	}
}
