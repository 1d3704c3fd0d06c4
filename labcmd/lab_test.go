package labcmd_test

import (
	"bytes"
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"gip/compat_test/lab"
	"gip/compat_test/labtest"

	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "record the transcripts")

// vary are what a transcript has in the place of what is different each time.
var vary = []struct {
	from *regexp.Regexp
	to   string
}{
	{regexp.MustCompile(`made in (?:[0-9]+m)?[0-9.]+[mµ]?s(, without root)?`), "made in TIME"},
	{regexp.MustCompile(`( in) (?:[0-9]+m)?[0-9.]+[mµ]?s\b`), "$1 TIME"},
	{regexp.MustCompile(`time=[0-9.]+ ms`), "time=TIME"},
	{regexp.MustCompile(`time [0-9]+ms`), "time TIME"},
	{regexp.MustCompile(`= [0-9./]+ ms`), "= TIMES"},
	{regexp.MustCompile(`-[0-9]+: (gone|no)`), "-PID: $1"},
	{regexp.MustCompile(`RTNETLINK answers: File exists`), "Error: ipv4: Address already assigned."}, // of kernel 6.1
}

// A who is a user that transcripts are played as.
type who struct {
	name string
	uid  uint32
}

// TestTranscripts plays what stands in testdata, line by line, as root and as nobody, or,
// by the ending of its name, not as root, and compares what is said with the record: each line of "script" is run by a shell,
// its output and its status, if that is not 0, follow it in "golden".
func TestTranscripts(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal("no transcripts: ", err)
	}
	bin := installed(t)
	for _, path := range paths {
		a, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name, notRoot := strings.CutSuffix(strings.TrimSuffix(filepath.Base(path), ".txtar"), "_nobody")
		for _, u := range users() {
			if notRoot && u.uid == 0 {
				continue
			}
			t.Run(name+"/"+u.name, func(t *testing.T) {
				t.Parallel()
				got := play(t, a, bin, u)
				if *inVM != "" && strings.Contains(got, "something is mounted below it, and without root") {
					t.Skip("the VM's modules are mounted below /usr: ", got)
				}
				if *update && (notRoot || u == users()[0]) {
					record(t, path, a, got)
				}
				if want := member(a, "golden"); got != want {
					t.Errorf("got:\n%s\nwant:\n%s", got, want)
				}
			})
		}
	}
}

// users are those as whom it is tested.
func users() []who {
	if os.Getuid() == 0 {
		return []who{{"root", 0}, {"nobody", 65534}}
	}
	return []who{{"self", uint32(os.Getuid())}}
}

// installed is a folder with gip under its names.
func installed(t *testing.T) string {
	t.Helper()
	dir := open(t, t.TempDir())
	if *inVM == "" {
		labtest.Install(t, dir)
		return dir
	}
	text, err := os.ReadFile(filepath.Join(*inVM, "gip"))
	if err == nil {
		// What another test starts meanwhile would have the file open for writing, too,
		// and the kernel executes no such file.
		syscall.ForkLock.RLock()
		err = os.WriteFile(filepath.Join(dir, "gip"), text, 0o755)
		syscall.ForkLock.RUnlock()
	}
	if err == nil {
		err = exec.Command(filepath.Join(dir, "gip"), "--install", dir).Run()
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// open lets everybody into a temporary folder.
func open(t *testing.T, dir string) string {
	t.Helper()
	for _, d := range []string{dir, filepath.Dir(dir)} {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func member(a *txtar.Archive, name string) string {
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

func record(t *testing.T, path string, a *txtar.Archive, got string) {
	t.Helper()
	files := a.Files[:0]
	for _, f := range a.Files {
		if f.Name != "golden" {
			files = append(files, f)
		}
	}
	a.Files = append(files, txtar.File{Name: "golden", Data: []byte(got)})
	if err := os.WriteFile(path, txtar.Format(a), 0o644); err != nil {
		t.Fatal(err)
	}
}

// play runs the lines of a transcript as a user, in a folder with its files.
func play(t *testing.T, a *txtar.Archive, bin string, u who) string {
	t.Helper()
	dir := open(t, t.TempDir())
	for _, f := range a.Files {
		path := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	run := filepath.Join(dir, "run")
	if err := os.Mkdir(run, 0o700); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, _ error) error { return os.Chown(path, int(u.uid), int(u.uid)) })
	if err != nil {
		t.Fatal(err)
	}
	var script strings.Builder
	for _, line := range strings.Split(strings.TrimSpace(member(a, "script")), "\n") {
		quoted := "'" + strings.ReplaceAll(line, "'", `'\''`) + "'"
		script.WriteString("printf '$ %s\\n' " + quoted + "; sh -c " + quoted + " </dev/null; s=$?; [ $s = 0 ] || echo \"status $s\"\n")
	}
	script.WriteString("rmdir run/* run 2>/dev/null; ls run 2>/dev/null\n") // nothing is to be left
	script.WriteString("gip lab down --all >/dev/null 2>&1\n")              // also where that failed
	cmd := exec.Command("sh", "-c", script.String())
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + bin + ":/usr/bin:/bin", "XDG_RUNTIME_DIR=" + run, "LC_ALL=C"}
	if u.uid == 0 { // its labs are in /run
		cmd.Args[2] = "mount --bind run /run || exit\n" + cmd.Args[2]
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS, Unshareflags: syscall.CLONE_NEWNS}
	}
	if int(u.uid) != os.Getuid() {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: u.uid, Gid: u.uid}}
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil && out.Len() == 0 {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "lets users make no namespaces") {
		t.Skip(out.String())
	}
	text := out.String()
	for _, v := range vary {
		text = v.from.ReplaceAllString(text, v.to)
	}
	return text
}

// TestTranscriptLeavesNothing holds that a transcript that forgets its lab is told so, and
// that the lab ends all the same.
func TestTranscriptLeavesNothing(t *testing.T) {
	bin := installed(t)
	a := &txtar.Archive{Files: []txtar.File{{Name: "x.lab", Data: []byte("node a\n")}, {Name: "script", Data: []byte(
		"gip lab up x.lab >/dev/null && gip lab ls -j")}}}
	for _, u := range users() {
		got := play(t, a, bin, u)
		_, number, _ := strings.Cut(got, `"holder":`)
		number, rest, _ := strings.Cut(number, "}")
		pid, err := strconv.Atoi(number)
		if err != nil || !strings.Contains(rest, "\ngip\n") {
			t.Fatalf("%s: it does not tell what it leaves: %s", u.name, got)
		}
		if words, _ := os.ReadFile("/proc/" + number + "/cmdline"); len(words) > 0 {
			t.Errorf("%s: the holder %d still is: %q", u.name, pid, words)
		}
	}
}

// TestTutorials plays the tutorials that the project comes from, word by word, each in
// a lab of its own.
func TestTutorials(t *testing.T) {
	paths, err := filepath.Glob("../compat_test/testdata/tutorial_*.txtar")
	if err != nil || len(paths) != 3 {
		t.Fatal("tutorials: ", paths, err)
	}
	bin := installed(t)
	for _, path := range paths {
		a, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name, _ := tutorial(t, path)
		a.Files = append(a.Files, txtar.File{Name: "script", Data: []byte("gip lab run " + name + " >out; echo $?; tail -n +1 out | grep -c ' 0% packet loss'")})
		for _, u := range users() {
			t.Run(name+"/"+u.name, func(t *testing.T) {
				t.Parallel()
				got := strings.Split(play(t, a, bin, u), "\n")
				if len(got) < 3 || got[1] != "0" || got[2] == "0" {
					t.Error(strings.Join(got, "\n"))
				}
			})
		}
	}
}

// tutorial is the name and text of the script of a tutorial.
func tutorial(t *testing.T, path string) (name, text string) {
	t.Helper()
	a, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range a.Files {
		if strings.HasSuffix(f.Name, ".sh") {
			name, text = f.Name, string(f.Data)
		}
	}
	return name, text
}

// lacks are the kernel's words for what it lacks.
var lacks = regexp.MustCompile(`Unknown device type|Operation not supported|qdisc kind is unknown`)

// models are the labs of "gip lab init".
var models = []string{"two", "router", "bridge", "vlan", "vxlan", "bond", "vrf", "ipv6", "wan", "tree"}

// TestModels tests each lab of "gip lab init", by its own checks.
func TestModels(t *testing.T) {
	bin := installed(t)
	for _, name := range models {
		a := &txtar.Archive{Files: []txtar.File{{Name: "script", Data: []byte("gip lab init " + name + " && gip lab test " + name + ".lab")}}}
		for _, u := range users() {
			t.Run(name+"/"+u.name, func(t *testing.T) {
				t.Parallel()
				switch got := play(t, a, bin, u); {
				case lacks.MatchString(got):
					t.Skip("this kernel lacks something: ", got)
				case strings.Contains(got, "status") || !strings.Contains(got, "\nok 2 ") || strings.Contains(got, "not ok"):
					t.Error(got)
				}
			})
		}
	}
}

// realIP is iproute2's ip, as a program in a folder: the reference's, or in the test VM
// the machine's own.
func realIP(t *testing.T, dir string) string {
	t.Helper()
	base, err := lab.Reference()
	if err != nil {
		if _, err := os.Stat("/usr/sbin/ip"); err != nil {
			t.Skip("no iproute2: ", err)
		}
		return "/usr/sbin/ip"
	}
	loaders, _ := filepath.Glob(filepath.Join(base, "usr/lib/*/ld-linux*"))
	if len(loaders) == 0 {
		t.Skip("no loader in ", base)
	}
	text := "#!/bin/sh\nexec " + loaders[0] + " --library-path " + filepath.Dir(loaders[0]) + " " + base + "/usr/bin/ip \"$@\"\n"
	path := filepath.Join(dir, "real-ip")
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestScript plays the script of each lab by the real ip, in a sandbox: gip topo tells
// the same of it as of the lab, but for what is another each time. Links of which no
// change was seen are in a state that is unknown, which is as good as up.
func TestScript(t *testing.T) {
	bin := installed(t)
	real := realIP(t, bin)
	if out, err := exec.Command(real, "-V").CombinedOutput(); err != nil {
		t.Skip(string(out))
	}
	for _, name := range models {
		text, err := os.ReadFile("labs/" + name + ".lab")
		if err != nil {
			t.Fatal(err)
		}
		// A script does not wait until the kernel has told of all carriers.
		topo := `for try in 1 2 3 4 5 6 7 8 9 10; do ` +
			`gip topo -o json $(ip netns list | sed "s/ .*//" | sort) | sed -E "s/([0-9a-f]{2}:){5}[0-9a-f]{2}|fe80::[0-9a-f:]+|\"inode\": [0-9]+/ANY/g; s/UNKNOWN/UP/" >topo.txt; ` +
			`grep -q "\"state\": \"DOWN\"" topo.txt || break; sleep 0.3; done; cat topo.txt`
		a := &txtar.Archive{Files: []txtar.File{{Name: name + ".lab", Data: text}, {Name: "script", Data: []byte(
			"gip lab script " + name + ".lab >x.sh; echo '" + topo + " >script.txt' >>x.sh; sed -i 's,^ip ," + real + " ,' x.sh; gip lab run x.sh\n" +
				"gip lab run " + name + ".lab -- sh -c '" + topo + " >lab.txt'\n" +
				"grep -c eth script.txt >/dev/null && diff script.txt lab.txt && echo same")}}}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			switch got := play(t, a, bin, users()[0]); {
			case lacks.MatchString(got):
				t.Skip("this kernel lacks something: ", got)
			case !strings.HasSuffix(got, "\nsame\n"):
				t.Error(got)
			}
		})
	}
}
