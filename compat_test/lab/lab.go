// Package lab finds or makes what the bench works with: the reference tools,
// the candidate, and a place to run jobs.
package lab

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"gip/cmd/gip/list"
	"gip/compat_test/sandbox"
	"gip/compat_test/script"
)

// Cache is the folder outside the tree that downloads go to.
func Cache() (string, error) {
	if dir := os.Getenv("GIP_CACHE"); dir != "" {
		return dir, nil
	}
	dir, err := os.UserCacheDir()
	return filepath.Join(dir, "gip"), err
}

// Reference is the root folder of the reference tools.
func Reference() (string, error) { return reference(foreign()) }

// ReferenceOf is the root folder of the reference tools of a test VM.
func ReferenceOf(arch string) (string, error) {
	if arch == "" || arch == machines[0].arch {
		return Reference()
	}
	return reference("-" + arch)
}

func reference(ending string) (string, error) {
	cache, err := Cache()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "reference"+ending, "root")
	if _, err := os.Stat(filepath.Join(dir, "usr/sbin/ip")); err != nil {
		return "", fmt.Errorf("no reference tools in %s; compat_test/reference/setup gets them", dir)
	}
	return dir, nil
}

// Suites is the reference's tree with the reference's own test suites in it.
func Suites() (string, error) {
	cache, err := Cache()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "suites", "root")
	if _, err := os.Stat(dir); err != nil {
		return "", fmt.Errorf("no test suites in %s; make suites gets them", dir)
	}
	return dir, nil
}

// narrow lists the architectures of 32 bits that kernels of another run as well.
var narrow = []struct{ machine, arch string }{{"x86_64", "386"}, {"aarch64", "arm"}}

// foreign is the ending of the reference's folder: that of the architecture that
// the bench, and with it gip, is built for, if it is not the machine's own.
func foreign() string {
	var u unix.Utsname
	if unix.Uname(&u) != nil {
		return ""
	}
	machine := unix.ByteSliceToString(u.Machine[:])
	for _, n := range narrow {
		if n.machine == machine && n.arch == runtime.GOARCH {
			return "-" + n.arch
		}
	}
	return ""
}

// Candidate maps the tools' names to programs: a folder of programs, one
// multi-call binary, or none at all for "reference".
func Candidate(spec string) (map[string]string, error) {
	tools := map[string]string{}
	if spec == "reference" {
		return tools, nil
	}
	path, err := filepath.Abs(spec)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	for _, name := range list.Applets.Names() {
		tools[name] = path
		if info.IsDir() {
			tools[name] = filepath.Join(path, name)
		}
	}
	return tools, nil
}

// Build compiles gip, static as it ships, into the folder. How, the Makefile
// knows alone; vars set variables of it.
func Build(dir string, vars ...string) (string, error) {
	return BuildFor("", dir, vars...)
}

// BuildFor is Build for another architecture than the bench's.
func BuildFor(arch, dir string, vars ...string) (string, error) {
	root, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return "", fmt.Errorf("finding the module: %w", err)
	}
	out := filepath.Join(dir, "gip")
	cmd := exec.Command("make", "-s", "--no-print-directory", "-C", strings.TrimSpace(string(root)), "build", "OUT="+out)
	cmd.Args = append(cmd.Args, vars...)
	cmd.Env = append(buildEnv(arch), "MAKEFLAGS=", "MAKELEVEL=")
	return out, quietly("building gip", cmd)
}

// BuildStatic compiles a program of the bench.
func BuildStatic(arch, pkg, out string) error {
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", out, pkg)
	cmd.Env = append(buildEnv(arch), "CGO_ENABLED=0")
	return quietly("building "+pkg, cmd)
}

// buildEnv is the environment in which the go command compiles for the architecture.
func buildEnv(arch string) []string {
	if arch == "" {
		return os.Environ()
	}
	return append(os.Environ(), "GOARCH="+arch)
}

// quietly runs a program whose output matters only when it fails.
func quietly(what string, cmd *exec.Cmd) error {
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", what, err, text)
	}
	return nil
}

// Job is the job that runs a script with some tools; where it runs says what
// surrounds them.
func Job(s *script.Script, tools map[string]string) sandbox.Job {
	job := sandbox.Job{Name: s.Name, Tools: tools, Files: s.Files, Limit: s.Limit, DAD: s.DAD, Place: s.Place.Name}
	for _, c := range s.Commands {
		job.Commands = append(job.Commands, c.Text)
	}
	return job
}

// An Outcome is what became of one job.
type Outcome struct {
	Result *sandbox.Result
	Err    string
}

// Run does the jobs on this machine. Many of them mostly wait, so there are
// more at once than processors.
func Run(jobs []sandbox.Job) []Outcome {
	outcomes := make([]Outcome, len(jobs))
	each(len(jobs), 2*runtime.NumCPU(), func(i int) { outcomes[i] = run(&jobs[i]) })
	return outcomes
}

// each calls f for 0 to n-1, some at once.
func each(n, atOnce int, f func(i int)) {
	next := make(chan int)
	var wg sync.WaitGroup
	for range atOnce {
		wg.Go(func() {
			for i := range next {
				f(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}

func run(job *sandbox.Job) Outcome {
	result, err := sandbox.Run(job)
	if err != nil {
		return Outcome{result, err.Error()}
	}
	return Outcome{Result: result}
}

// Base is the folder whose programs surround the candidate: the reference's
// tree, or this machine's own root where that is missing.
func Base() string {
	if base, err := Reference(); err == nil {
		return base
	}
	return "/"
}

// Probe says why this machine makes no sandboxes: that takes root, or user
// namespaces that anyone may make.
func Probe() error {
	job := sandbox.Job{Base: Base(), Commands: []string{"true"}, Limit: script.DefaultLimit}
	if _, err := sandbox.Run(&job); err != nil {
		return fmt.Errorf("no sandbox on this machine: %w", err)
	}
	return nil
}
