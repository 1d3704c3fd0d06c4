package gip_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"gip/compat_test/labtest"
	"gip/lab"
)

// A module is one outside of this one, in a folder of its own.
type module struct {
	dir  string
	root string // of this module
}

// newModule makes a module that requires this one, of the programs in docs/api.md and the
// tests in testdata/module.
func newModule(t *testing.T) *module {
	t.Helper()
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	m := &module{dir: t.TempDir(), root: root}
	for _, d := range []string{m.dir, filepath.Dir(m.dir)} {
		if err := os.Chmod(d, 0o755); err != nil { // for nobody
			t.Fatal(err)
		}
	}
	m.copy(t, "go.sum", "go.sum")
	m.copy(t, "testdata/module/all_test.go.txt", "all_test.go")
	for path, text := range programs(t) {
		m.write(t, path, text)
	}
	return m
}

// require has the module require this one, as docs/api.md says; "go mod tidy" would ask
// the network about tests that nobody runs.
func (m *module) require(t *testing.T) {
	t.Helper()
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(mod), "\n")
	m.write(t, "go.mod", "module example.org/nettests\n"+rest)
	m.run(t, "go", "mod", "edit", "-require", "gip@v0.0.0", "-replace", "gip="+m.root)
}

func (m *module) write(t *testing.T, path, text string) {
	t.Helper()
	path = filepath.Join(m.dir, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (m *module) copy(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	m.write(t, to, string(text))
}

// run runs a command in the module and returns what it prints.
func (m *module) run(t *testing.T, words ...string) string {
	t.Helper()
	return m.runAs(t, os.Getuid(), words...)
}

func (m *module) runAs(t *testing.T, uid int, words ...string) string {
	t.Helper()
	c := exec.Command(words[0], words[1:]...)
	c.Dir = m.dir
	if uid != os.Getuid() {
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(uid)}}
	}
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", words, err, out)
	}
	return string(out)
}

// programs are the whole programs of docs/api.md, by the paths in their first lines.
func programs(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, m := range regexp.MustCompile("(?s)\n```go\n// File (\\S+)\n(.*?)\n```\n").FindAllStringSubmatch(string(text), -1) {
		found[m[1]] = m[2] + "\n"
	}
	if len(found) != 3 {
		t.Fatal(len(found), " programs, want 3")
	}
	return found
}

// who are those as whom it is tested.
func who() map[string]int {
	if os.Getuid() == 0 {
		return map[string]int{"root": 0, "nobody": 65534}
	}
	return map[string]int{"self": os.Getuid()}
}

// TestModule holds that a module outside of this one can use all four packages, as root
// and as nobody, in many tests at once: 50 with -thorough, and the race detector looks on.
func TestModule(t *testing.T) {
	labtest.SkipIfForeign(t)
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip(err)
	}
	m := newModule(t)
	m.require(t)
	build, labs := []string{"go", "test", "-c", "-o", "all.test"}, "4"
	if *thorough {
		labs = "50"
		build = append(build, "-race")
		if _, err := exec.LookPath("gcc"); err != nil {
			t.Skip("the race detector takes cgo: ", err)
		}
	}
	m.run(t, append(build, ".")...)
	m.run(t, "go", "test", "-c", "-o", "client.test", "./client")
	m.run(t, "go", "build", "-o", "bin/", "./addresses", "./draw")
	for name, uid := range who() {
		t.Run(name, func(t *testing.T) {
			out := m.runAs(t, uid, "./client.test", "-test.v")
			if strings.Contains(out, "--- SKIP") {
				t.Skip(out)
			}
			t.Log(m.runAs(t, uid, "./all.test", "-test.v", "-test.parallel=50", "-labs="+labs))
			if out := m.runAs(t, uid, "bin/addresses"); !strings.HasPrefix(out, "lo 65536 [") {
				t.Error(out)
			}
		})
	}
	if out := m.run(t, "bin/draw"); !strings.Contains(out, "\n  lo ") {
		t.Error(out)
	}
	if svg, err := os.ReadFile(filepath.Join(m.dir, "host.svg")); err != nil || !bytes.HasPrefix(svg, []byte("<svg ")) {
		t.Error(err)
	}
}

// TestNoMain holds that a lab says what its process has to do before.
func TestNoMain(t *testing.T) {
	if _, err := lab.New(t.Context(), "node a"); err != lab.ErrNoMain {
		t.Error(err)
	}
}

// TestWorkspace holds that a workspace does as well, without a word in go.mod.
func TestWorkspace(t *testing.T) {
	labtest.SkipIfForeign(t)
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip(err)
	}
	m := newModule(t)
	m.write(t, "go.mod", "module example.org/nettests\n\ngo 1.26.0\n")
	m.run(t, "go", "work", "init", ".", m.root)
	if out := m.run(t, "go", "list", "-deps", "-test", "./..."); !strings.Contains(out, "gip/lab\n") {
		t.Error(out)
	}
}

// TestRename renames a copy of this module. Whatever is still called by the old name is
// not found then; -thorough builds and tests it as well.
func TestRename(t *testing.T) {
	labtest.SkipIfForeign(t)
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip(err)
	}
	files, err := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		t.Skip("git: ", err)
	}
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	m := &module{dir: t.TempDir(), root: root}
	c := exec.Command("sh", "-c", "tar --ignore-failed-read --null -T - -cf - | tar xf - -C \"$0\"", m.dir)
	c.Stdin = bytes.NewReader(files)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatal(err, string(out))
	}
	m.run(t, "git", "init", "-q")
	m.run(t, "git", "add", "-A")
	const name = "example.org/net/gip"
	for _, name := range []string{"gip2", name} { // the second time is no other
		m.run(t, "make", "-s", "rename", "MODULE="+name)
	}
	if out := m.run(t, "sh", "-c", "gofmt -l $(git ls-files '*.go')"); out != "" {
		t.Error("gofmt would change: ", out)
	}
	if out := m.run(t, "go", "list", "-e", "-deps", "-test", "-f", "{{with .Error}}{{.}}{{end}}", "./..."); strings.TrimSpace(out) != "" {
		t.Error(out)
	}
	if out := m.run(t, "make", "-n", "build"); !strings.Contains(out, " -X "+name+"/cmd/gip/list.release=") || !strings.Contains(out, "-gcflags="+name+"/routecmd=") {
		t.Error(out)
	}
	if *thorough {
		m.run(t, "make", "build")
		m.run(t, "go", "vet", "./...")
		m.run(t, "go", "test", ".", "./lab", "./state", "./cmd/gip/list", "-skip", "^TestRename$")
	}
}
