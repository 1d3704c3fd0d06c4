// Command ports builds and vets gip for each port of Go to Linux, and runs unit
// tests of some of them, by qemu-user where this machine cannot. The last line is
// "N passed, N failed, N skipped"; docs/ports.md gets the results.
package main

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"gip/compat_test/emulated"
	"gip/compat_test/measured"
	"gip/compat_test/ports"
	"gip/compat_test/tally"
)

// emulators run the programs of the architectures whose unit tests are run: both
// byte orders, both sizes of words. That of 386 most amd64 machines run by themselves;
// qemu-i386 is no help to others, as it does not give Go's threads their storage.
var emulators = []struct{ arch, program string }{
	{"386", ""}, {"arm", "qemu-arm"}, {"arm64", "qemu-aarch64"},
	{"mips", "qemu-mips"}, {"ppc64", "qemu-ppc64"}, {"s390x", "qemu-s390x"},
}

// quickArchs are tested in CI; of the others a third is built there. They are what is shipped
// besides amd64, the other byte order, and words of 32 bits, for which arm stands where this
// machine does not run 386.
func quickArchs() []string {
	if runsHere("386") {
		return []string{"386", shipped, "s390x"}
	}
	return []string{"arm", shipped, "s390x"}
}

// lacks are the tests that qemu-user cannot run, and why.
var lacks = []struct{ test, reason string }{
	{"TestGenl", "qemu-user has no generic netlink"},
	{"Example(Read|Watch)", "qemu-user passes few of the questions on that topo has"},
	{"TestLineAllocs", "qemu-user takes netlink messages apart, and knows few"},
}

// shipped has packages, and is built and vetted as for them.
const shipped = "arm64"

// plainly compiles in half the time, for what is not run. (Functions that may not grow
// their stack have too little of it so on arm64.)
const plainly = "-gcflags=all=-N -l -dwarf=false"

// A job is all of one run.
type job struct {
	quick   int // what CI has time for, this time; 0 for all
	sum     *tally.Tally
	results map[string]map[string]string
}

func main() {
	var only, file string
	j := &job{sum: tally.New(), results: map[string]map[string]string{}}
	flag.IntVar(&j.quick, "quick", 0, "what CI has time for at the `n`th time: build what is shipped and a third, test three")
	flag.StringVar(&only, "only", "", "these `architectures`")
	flag.StringVar(&file, "record", "", "write the results to this `file`")
	flag.Parse()
	if err := j.run(strings.Fields(only)); err != nil {
		fmt.Fprintln(os.Stderr, "ports:", err)
		os.Exit(2)
	}
	if file != "" {
		if err := j.record(file); err != nil {
			fmt.Fprintln(os.Stderr, "ports:", err)
			os.Exit(2)
		}
	}
	fmt.Println(j.sum)
	if j.sum.Failed > 0 {
		os.Exit(1)
	}
}

func (j *job) run(only []string) error {
	if len(only) == 0 {
		text, err := exec.Command("go", "tool", "dist", "list").Output()
		if err != nil {
			return fmt.Errorf("listing the ports: %w", err)
		}
		for _, port := range strings.Fields(string(text)) {
			if arch, ok := strings.CutPrefix(port, "linux/"); ok {
				only = append(only, arch)
			}
		}
	}
	packages, err := unitPackages()
	if err != nil {
		return err
	}
	for i, arch := range only {
		if !j.whole(arch) && j.quick != 0 && i%3 != j.quick%3 {
			fmt.Printf("%-9s is built with another commit\n", arch)
			continue
		}
		j.port(arch, packages)
	}
	return nil
}

// bench is the package whose tests want the real tools.
const bench = "compat_test"

// unitPackages are all but that.
func unitPackages() ([]string, error) {
	text, err := exec.Command("go", "list", "./...").Output()
	if err != nil {
		return nil, fmt.Errorf("listing the packages: %w", err)
	}
	return slices.DeleteFunc(strings.Fields(string(text)), func(p string) bool { return p == "gip/"+bench }), nil
}

// tests says whether the architecture's unit tests are run, and by what.
func (j *job) tests(arch string) (emulator string, ok bool) {
	if j.quick != 0 && !slices.Contains(quickArchs(), arch) {
		return "", false
	}
	for _, e := range emulators {
		if e.arch == arch {
			return e.program, true
		}
	}
	return "", false
}

// whole says whether the architecture's packages are all compiled, as for use.
func (j *job) whole(arch string) bool {
	_, tested := j.tests(arch)
	return tested || arch == host() || arch == shipped
}

func (j *job) port(arch string, packages []string) {
	emulator, tested := j.tests(arch)
	start := time.Now()
	var flags []string
	if !j.whole(arch) {
		flags = []string{plainly}
	}
	cells := map[string]string{}
	j.results[arch] = cells
	cells["builds"] = j.check(arch, "build", flags, "-o", os.DevNull, "./cmd/gip")
	switch {
	case tested && j.test(arch, emulator, packages, cells):
	case j.quick == 0 || j.whole(arch):
		cells["vet"] = j.check(arch, "vet", flags, "./...")
	}
	fmt.Printf("%-9s builds %s, vet %s, unit tests %s (%.0f s)\n",
		arch, cells["builds"], cmp.Or(cells["vet"], "-"), cmp.Or(cells["unit tests"], "-"), time.Since(start).Seconds())
}

// command is a call of the go command for the architecture.
func command(arch string, args ...string) *exec.Cmd {
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "GOARCH="+arch, "CGO_ENABLED=0")
	return cmd
}

// check runs a part that is right or wrong.
func (j *job) check(arch, verb string, flags []string, args ...string) string {
	text, err := command(arch, slices.Concat([]string{verb}, flags, args)...).CombinedOutput()
	if err != nil {
		j.sum.Failed++
		fmt.Printf("FAIL: %s %s: %v\n%s", arch, verb, err, text)
		return "no"
	}
	j.sum.Passed++
	return "yes"
}

// test vets the packages and runs their unit tests, and fills in the cells that tell how it
// went. It is false where the machine cannot. go test vets what it compiles anyway, which
// takes half the time of both by themselves.
func (j *job) test(arch, emulator string, packages []string, cells map[string]string) bool {
	suite := tally.Suite{Before: []string{"test", "-json", "-timeout=10m", "-vet=all"}, Packages: packages}
	by := "this kernel"
	if !runsHere(arch) {
		if emulator == "" {
			j.skip(arch, "unit tests", "this machine does not run them")
			cells["unit tests"] = "skipped: not on this machine"
			return false
		}
		path, err := lookEither(emulator, emulator+"-static")
		if err != nil {
			j.skip(arch, "unit tests", err.Error())
			cells["unit tests"] = "skipped: no qemu-user"
			return false
		}
		suite.Hangs = true
		suite.Before, by = append(suite.Before, "-exec", path, "-skip", j.leaveOut(arch)), version(path)
	}
	suite.Command = func(words ...string) *exec.Cmd {
		cmd := command(arch, words...)
		if !runsHere(arch) {
			cmd.Env = append(cmd.Env, emulated.Variable+"=1")
		}
		return cmd
	}
	t := tally.New()
	t.Run(suite, os.Stdout)
	j.sum.Passed, j.sum.Failed, j.sum.Skipped = j.sum.Passed+t.Passed, j.sum.Failed+t.Failed, j.sum.Skipped+t.Skipped
	cells["unit tests"] = t.String() + " (" + by + ")"
	if cells["vet"] = j.check(arch, "vet", nil, "./"+bench); t.Unbuilt > 0 {
		cells["vet"] = "no"
	}
	return true
}

// skip counts what is not run, and tells why.
func (j *job) skip(arch, what, reason string) {
	j.sum.Skipped++
	fmt.Printf("skipped: %s %s: %s\n", arch, what, reason)
}

// leaveOut is the pattern of what the emulator lacks.
func (j *job) leaveOut(arch string) string {
	var names []string
	for _, l := range lacks {
		j.skip(arch, l.test, l.reason)
		names = append(names, l.test)
	}
	return "^(" + strings.Join(names, "|") + ")$"
}

// runsHere says whether this machine takes the architecture's programs.
func runsHere(arch string) bool {
	return arch == host() || arch == "386" && host() == "amd64" && runs386()
}

// runs386 tries a program. Not each amd64 machine can: a kernel need not have what it takes,
// nor a hypervisor.
var runs386 = sync.OnceValue(func() bool {
	dir, err := os.MkdirTemp("", "runs386")
	if err != nil {
		return false
	}
	defer os.RemoveAll(dir)
	program := filepath.Join(dir, "empty")
	return command("386", "build", "-o", program, "./compat_test/speed/empty").Run() == nil && exec.Command(program).Run() == nil
})

// host is the architecture that this program is built for, which is the machine's.
// The tests of that one "make test" runs; what they compile serves here too.
func host() string { return runtime.GOARCH }

func lookEither(names ...string) (path string, err error) {
	for _, name := range names {
		if path, err = exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", err
}

// version is what an emulator calls itself.
func version(path string) string {
	text, err := exec.Command(path, "--version").Output()
	words := strings.Fields(string(text)) // qemu-arm version 7.2.22 (Debian …
	if err != nil || len(words) < 3 {
		return "qemu-user"
	}
	return "qemu-user " + words[2]
}

func (j *job) record(file string) error {
	stamp := measured.Stamp()
	for arch, cells := range j.results {
		cells["measured"] = stamp
		if err := ports.Page.Write(file, &ports.Architectures, arch, cells); err != nil {
			return err
		}
	}
	return nil
}
