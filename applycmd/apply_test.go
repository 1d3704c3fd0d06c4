package applycmd_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"gip/compat_test/labtest"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestScripts plays what stands in testdata in a namespace of its own, by a shell that
// ends at the first command that fails: each script says itself what has to hold. The
// functions of common.sh read the state.
func TestScripts(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal("no scripts: ", err)
	}
	bin := t.TempDir()
	labtest.Install(t, bin)
	common, err := os.ReadFile("testdata/common.sh")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			t.Parallel()
			a, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			play(t, a, bin, string(common))
		})
	}
}

// play runs the comment of an archive as a script, in a folder with its files.
func play(t *testing.T, a *txtar.Archive, bin, common string) {
	cmd := isolated(t, bin, common+string(a.Comment))
	for _, f := range a.Files {
		if err := os.WriteFile(filepath.Join(cmd.Dir, f.Name), f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v:\n%s", err, out)
	}
}

// isolated is a shell that runs a script in namespaces of its own, in an empty folder.
func isolated(t *testing.T, bin, script string) *exec.Cmd {
	t.Helper()
	dir := t.TempDir()
	unshare := []string{"-nm"}
	if os.Getuid() != 0 {
		unshare = []string{"-rnm"}
	}
	if out, err := exec.Command("unshare", append(unshare, "true")...).CombinedOutput(); err != nil {
		t.Skipf("no namespaces here: %s", out)
	}
	cmd := exec.Command("unshare", append(unshare, "sh", "-ec", script)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "XDG_RUNTIME_DIR="+dir, "UID_OF="+strconv.Itoa(os.Getuid()))
	return cmd
}

// TestRehearsalIsBrief rehearses in the namespace of this process. If that is the first
// of the machine, it has a hundred settings that no other has: they are one line.
func TestRehearsalIsBrief(t *testing.T) {
	bin := t.TempDir()
	labtest.Install(t, bin)
	cmd := exec.Command(filepath.Join(bin, "gip"), "apply", "-n", "-")
	cmd.Stdin = strings.NewReader("link add gipbrief type veth peer name gipbrief2\n")
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	labtest.SkipForeign(t, err)
	if err != nil || !strings.Contains(string(out), "+ link gipbrief ") {
		t.Skipf("no rehearsal here: %v, %s%s", err, out, &said)
	}
	if n := strings.Count(said.String(), "sysctl"); n > 3 {
		t.Errorf("%d lines of settings:\n%s", n, &said)
	}
}
