package lab

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"gip/compat_test/place"
	"gip/compat_test/sandbox"
	"gip/compat_test/script"
)

// A Guest runs jobs in the test VM. One boot does all of them; when a job takes
// the kernel down, the next boot goes on with the others.
type Guest struct {
	Runner  string // the program that boots the VM
	Kernel  string
	JobTime time.Duration // how long a job may take, if not jobLimit
	machine *machine
}

// A machine is an architecture of the test VM.
type machine struct {
	arch, emulator string
	slowness       time.Duration // how much longer than here a line may take
}

// The first machine is that of the goldens.
var machines = []machine{
	{"amd64", "qemu-system-x86_64", 5},
	{"386", "qemu-system-x86_64", 5},
	{"arm64", "qemu-system-aarch64", 10},
	{"s390x", "qemu-system-s390x", 10},
}

// order is what lies in the shared folder for the inside.
type order struct {
	Jobs    []sandbox.Job
	Modules []string // loaded before the first job, so that both sides meet them
}

// A note is one line of the inside's report: a job has begun, or its outcome.
type note struct {
	Job     int
	Outcome *Outcome
}

// Names in the shared folder, which has the same path in the guest.
const (
	orderFile  = "order.json"
	reportFile = "report.jsonl"
)

// bootLimit and jobLimit, times the machine's slowness, bound one boot; a job is a
// whole script on one side.
const (
	bootLimit = 24 * time.Second
	jobLimit  = 6 * time.Second
)

// NewGuest finds what boots the VM of an architecture, "" for that of the goldens;
// an error says what is missing.
func NewGuest(kernel, arch string) (*Guest, error) {
	m := slices.IndexFunc(machines, func(m machine) bool { return m.arch == arch })
	if arch == "" {
		m = 0
	}
	if m < 0 {
		return nil, fmt.Errorf("no test VM of architecture %q", arch)
	}
	runner := os.Getenv("GIP_VM_RUN")
	if runner == "" {
		root, err := moduleRoot()
		if err != nil {
			return nil, err
		}
		runner = filepath.Join(root, "compat_test/vm/run")
	}
	g := &Guest{Runner: runner, Kernel: kernel, machine: &machines[m]}
	if _, err := os.Stat(runner); err != nil {
		return nil, fmt.Errorf("no test VM: %w", err)
	}
	if _, err := exec.LookPath(g.machine.emulator); err != nil {
		return nil, fmt.Errorf("no test VM: %w", err)
	}
	return g, nil
}

// moduleRoot is the folder of go.mod above the working directory.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	for err == nil && dir != "/" {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		dir = filepath.Dir(dir)
	}
	return "", fmt.Errorf("not inside the module: %w", err)
}

// Run does the jobs.
func (g *Guest) Run(jobs []sandbox.Job, modules []string) ([]Outcome, error) {
	dir, err := os.MkdirTemp("", "guest")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	jobs = slices.Clone(jobs)
	if err := g.stage(dir, jobs); err != nil {
		return nil, err
	}
	outcomes := make([]Outcome, len(jobs))
	for _, pending := range byKernel(jobs) {
		for len(pending) > 0 {
			if pending, err = g.boot(dir, jobs, modules, pending, outcomes); err != nil {
				return nil, err
			}
		}
	}
	return outcomes, nil
}

// byKernel parts the jobs by the parameters that their places' kernel has to be
// booted with.
func byKernel(jobs []sandbox.Job) (groups [][]int) {
	for i := range jobs {
		g := slices.IndexFunc(groups, func(group []int) bool { return bootOf(&jobs[group[0]]) == bootOf(&jobs[i]) })
		if g < 0 {
			g, groups = len(groups), append(groups, nil)
		}
		groups[g] = append(groups[g], i)
	}
	return groups
}

func bootOf(job *sandbox.Job) string {
	if p, ok := place.Find(job.Place); ok {
		return p.Boot
	}
	return "" // the sandbox will say so
}

// stage puts the bench and the candidate into the shared folder and rewrites
// the jobs for the guest.
func (g *Guest) stage(dir string, jobs []sandbox.Job) error {
	if err := BuildStatic(g.machine.arch, "gip/compat_test/cmd/compare", filepath.Join(dir, "compare")); err != nil {
		return err
	}
	moved := map[string]string{}
	for i := range jobs {
		jobs[i].Base = "/"
		jobs[i].Limit *= g.machine.slowness
		tools := map[string]string{}
		for name, path := range jobs[i].Tools {
			if moved[path] == "" {
				moved[path] = fmt.Sprintf("tool%d", len(moved))
				if err := CopyFile(path, filepath.Join(dir, moved[path])); err != nil {
					return err
				}
			}
			tools[name] = filepath.Join(guestHome, moved[path])
		}
		jobs[i].Tools = tools
	}
	return nil
}

// CopyFile copies a program.
func CopyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// boot runs the pending jobs in one VM. It returns those that are still to do
// because the guest died of another one; at least one is done each time.
func (g *Guest) boot(dir string, jobs []sandbox.Job, modules []string, pending []int, outcomes []Outcome) ([]int, error) {
	o := order{Modules: modules}
	for _, i := range pending {
		o.Jobs = append(o.Jobs, jobs[i])
	}
	data, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, orderFile), data, 0o644); err != nil {
		return nil, err
	}
	limit := (bootLimit + time.Duration(len(pending))*cmp.Or(g.JobTime, jobLimit)) * g.machine.slowness
	said, err := g.start(dir, bootOf(&jobs[pending[0]]), limit)
	if err != nil {
		return nil, err
	}
	return settleAccounts(filepath.Join(dir, reportFile), said, pending, outcomes)
}

// start boots the VM with a kernel's parameters and returns what it said, for
// the case that it died.
func (g *Guest) start(dir, parameters string, limit time.Duration) (string, error) {
	_ = os.Remove(filepath.Join(dir, reportFile))
	inside := fmt.Sprintf("cp -r %[2]s %[1]s && exec %[1]s/compare -guest %[2]s", guestHome, dir)
	var said bytes.Buffer
	cmd := exec.Command(g.Runner, "-m", g.machine.arch, "-k", g.Kernel, "-a", parameters,
		"-t", fmt.Sprint(int(limit.Seconds())), "-d", dir, "--", inside)
	cmd.Stdout, cmd.Stderr = &said, &said
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return "", fmt.Errorf("starting the test VM: %w", err)
	}
	return said.String(), nil
}

// settleAccounts reads the guest's report into outcomes.
func settleAccounts(path, said string, pending []int, outcomes []Outcome) (left []int, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the test VM did not begin: %s", lastLines(said))
	}
	begun, done := map[int]bool{}, map[int]bool{}
	for d := json.NewDecoder(bytes.NewReader(data)); ; {
		var n note
		if d.Decode(&n) != nil { // the end, or a line that a crash cut off
			break
		}
		begun[n.Job] = true
		if n.Outcome != nil {
			outcomes[pending[n.Job]] = *n.Outcome
			done[n.Job] = true
		}
	}
	for k, i := range pending {
		if begun[k] && !done[k] {
			outcomes[i] = Outcome{Err: "the guest died: " + lastLines(said)}
		} else if !begun[k] {
			left = append(left, i)
		}
	}
	if len(left) == len(pending) {
		return nil, fmt.Errorf("the test VM did no job: %s", lastLines(said))
	}
	return left, nil
}

func lastLines(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-12):], "\n")
}

// guestHome is where the guest keeps its copy: the shared folder is slow.
const guestHome = "/run/bench"

// Inside is the guest's side: it does the jobs of the shared folder.
func Inside(share string) error {
	data, err := os.ReadFile(filepath.Join(share, orderFile))
	if err != nil {
		return err
	}
	var o order
	if err := json.Unmarshal(data, &o); err != nil {
		return err
	}
	report, err := os.Create(filepath.Join(share, reportFile))
	if err != nil {
		return err
	}
	defer report.Close()
	likeAlways(o.Modules)
	doAll(o.Jobs, json.NewEncoder(report))
	return nil
}

var kindPattern = regexp.MustCompile(`\btype +([a-z0-9_]+)`)

// Modules lists what the scripts' link kinds and directives need.
func Modules(scripts []*script.Script) []string {
	modules := []string{"bridge", "8021q"}
	for _, s := range scripts {
		modules = append(modules, s.Modules...)
		for _, m := range kindPattern.FindAllStringSubmatch(s.Text(), -1) {
			modules = append(modules, "rtnl-link-"+m[1])
		}
	}
	slices.Sort(modules)
	return slices.Compact(modules)
}

// likeAlways brings the guest's kernel into the state that every sandbox is to
// start from: all modules loaded, and no fallback tunnels in new namespaces,
// which would take the low interface numbers.
func likeAlways(modules []string) {
	_ = os.WriteFile("/proc/sys/net/core/fb_tunnels_only_for_init_net", []byte("1"), 0)
	for _, m := range modules {
		_ = exec.Command("modprobe", "-q", m).Run() // not every kernel has every one
	}
}

func doAll(jobs []sandbox.Job, report *json.Encoder) {
	var mu sync.Mutex
	tell := func(n note) {
		mu.Lock()
		defer mu.Unlock()
		_ = report.Encode(n)
	}
	each(len(jobs), runtime.NumCPU(), func(i int) {
		tell(note{Job: i})
		outcome := run(&jobs[i])
		tell(note{Job: i, Outcome: &outcome})
	})
}
