package compat_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gip/compat_test/lab"
	"gip/compat_test/place"
	"gip/compat_test/sandbox"
	"gip/compat_test/script"
	"gip/compat_test/tape"
)

var tapes = flag.Bool("tapes", false, "record gip's processes for TestReplay of cmd/gip")

// TestTapes plays the scripts with a gip that records what it is told and does,
// and keeps what plays the same again without a kernel.
func TestTapes(t *testing.T) {
	if !*tapes {
		t.Skip("records, with -tapes")
	}
	program := filepath.Join(t.TempDir(), "gip")
	if err := tape.Build("..", program); err != nil {
		t.Fatal(err)
	}
	tools, err := lab.Candidate(program)
	if err != nil {
		t.Fatal(err)
	}
	scripts, err := script.Load("testdata", strings.Fields(*only)...)
	if err != nil {
		t.Fatal(err)
	}
	scripts = slices.DeleteFunc(scripts, func(s *script.Script) bool {
		return s.VM != *vm || s.Place.Name != place.Plain || s.MissingBeside(lab.Base()) != ""
	})
	var jobs []sandbox.Job
	for _, s := range scripts {
		job := lab.Job(s, tools)
		job.Tapes = true
		jobs = append(jobs, job)
	}
	fresh := unwind(t, scripts, perform(t, jobs, scripts))
	if err := os.MkdirAll(filepath.Dir(tapeFile("")), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, list := range fresh {
		if err := tape.Write(tapeFile(name), list); err != nil {
			t.Fatal(err)
		}
	}
	settle(t, fresh)
}

// perform does the jobs, here or in the test VM.
func perform(t *testing.T, jobs []sandbox.Job, scripts []*script.Script) []lab.Outcome {
	if !*vm {
		for i := range jobs {
			jobs[i].Base = lab.Base()
		}
		return lab.Run(jobs)
	}
	guest, err := lab.NewGuest(*kernel, "")
	if err != nil {
		t.Fatal(err)
	}
	outcomes, err := guest.Run(jobs, modules(t))
	if err != nil {
		t.Fatal(err)
	}
	return outcomes
}

// unwind reads the tapes, without those that say the same as another, and tells
// why others are left out.
func unwind(t *testing.T, scripts []*script.Script, outcomes []lab.Outcome) map[string][]*tape.Tape {
	fresh, lost, seen := map[string][]*tape.Tape{}, map[string]int{}, map[string]bool{}
	for i, o := range outcomes {
		if o.Err != "" {
			t.Errorf("%s: %s", scripts[i].Name, o.Err)
		}
		if o.Result == nil {
			continue
		}
		for n, line := range o.Result.Lines {
			if len(line.Tapes) == 0 {
				lost["(lines of which no process ended by itself)"]++
			}
			for _, text := range line.Tapes {
				one := new(tape.Tape)
				if err := json.Unmarshal(text, one); err != nil {
					continue // it was ended while it wrote
				}
				if one.Lost != "" || seen[string(text)] {
					lost[one.Lost]++
					continue
				}
				seen[string(text)] = true
				one.Script, one.Text = scripts[i].Name, scripts[i].Commands[n].Text
				fresh[one.Script] = append(fresh[one.Script], one)
			}
		}
	}
	for why, n := range lost {
		fmt.Printf("left out: %5d %s\n", n, why)
	}
	return fresh
}

// tapeFile is where the tapes of a script are.
func tapeFile(script string) string { return filepath.Join("..", tape.Folder, script+".gz") }

// TestTapesScripts holds that no tape is left of a script that is gone.
func TestTapesScripts(t *testing.T) {
	paths, err := filepath.Glob(tapeFile("*"))
	if err != nil || len(paths) == 0 {
		t.Fatal("no tapes: ", err)
	}
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".gz")
		if _, err := os.Stat(filepath.Join("testdata", name+".txtar")); err != nil {
			t.Errorf("%s is of no script: %v", path, err)
		}
	}
}

// settle has the tapes played, and takes off them what does not play: a time, a
// random number, two threads at once.
func settle(t *testing.T, fresh map[string][]*tape.Tape) {
	player := filepath.Join(t.TempDir(), "gip.test")
	if err := tape.BuildPlayer("..", player); err != nil {
		t.Fatal(err)
	}
	var names []string
	for name := range fresh {
		names = append(names, name+".gz")
	}
	for range 2 {
		cmd := exec.Command(player, "-test.run", "^TestTapes$", "-settle", "-tapes", strings.Join(names, " "))
		cmd.Dir = "../cmd/gip"
		out, err := cmd.CombinedOutput()
		if fmt.Print(string(out)); err != nil {
			t.Fatal("playing the tapes: ", err)
		}
	}
}
