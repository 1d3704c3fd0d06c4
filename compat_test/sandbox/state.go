package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// A batch is one run of a reference tool that asks several questions: under
// emulation, starting a program costs more than all that it prints.
type batch struct {
	tool, option string
	queries      []string
}

// stateBatches are answered by the base's own tools, that is the reference's, on
// both sides. What a kernel may not support comes last, because its answer is
// not JSON.
func stateBatches() []batch {
	ip4 := []string{"link", "address", "route show table all", "rule", "neigh show nud all", "nexthop", "netns list-id"}
	return []batch{
		{"ip", "-4", append(ip4, genericQueries()...)},
		{"ip", "-6", []string{"route show table all", "rule", "neigh show nud all", "nexthop"}},
		{"bridge", "-d", []string{"fdb", "mdb", "link", "vlan"}},
	}
}

// genericQueries are about what has a family of generic netlink. A question
// about one that is not there would load its module, or end the batch.
func genericQueries() (queries []string) {
	for _, q := range []struct {
		module  string
		queries []string
	}{
		{"macsec", []string{"macsec show"}},
		{"l2tp_netlink", []string{"l2tp show tunnel", "l2tp show session"}},
	} {
		if _, err := os.Stat(ownDir + "/sys/module/" + q.module); err == nil {
			queries = append(queries, q.queries...)
		}
	}
	return queries
}

// dump asks the kernel for everything that a command can have changed, in each
// namespace of the case.
func (a *agent) dump() error {
	for _, ns := range namespaces() {
		for _, b := range stateBatches() {
			if err := a.ask(ns, b); err != nil {
				return err
			}
		}
		if a.mentions("xfrm") {
			if err := a.askIPsec(ns); err != nil {
				return err
			}
		}
		if a.mentions("tc ") {
			if err := a.askQueues(ns); err != nil {
				return err
			}
		}
		if a.mentions("sysctl") {
			if err := a.askParameters(ns); err != nil {
				return err
			}
		}
	}
	return nil
}

// mentions tells whether the case has anything to do with a subject whose state
// is not asked for elsewhere, to save the time.
func (a *agent) mentions(word string) bool {
	has := func(text string) bool { return strings.Contains(text, word) }
	if slices.ContainsFunc(a.job.Commands, has) {
		return true
	}
	for _, text := range a.job.Files {
		if has(text) {
			return true
		}
	}
	return false
}

// askIPsec asks for states and policies, which are printed as text only, by one
// command each, because a list ends a batch.
func (a *agent) askIPsec(ns string) error {
	for _, query := range []string{"xfrm state", "xfrm policy", "-s xfrm policy count", "xfrm policy getdefault"} {
		args := append([]string{"-s"}, strings.Fields(query)...)
		if ns != "" {
			args = append([]string{"-n", ns}, args...)
		}
		cmd := exec.Command("/usr/sbin/ip", args...)
		cmd.Stdin = strings.NewReader("") // there may be no /dev/null
		cmd.Env = environment
		var exit *exec.ExitError
		text, err := cmd.CombinedOutput() // of a kernel without IPsec a refusal, which is a state as well
		if err != nil && !errors.As(err, &exit) {
			return fmt.Errorf("state: %w", err)
		}
		a.send(event{Dump: &Dump{Namespace: ns, What: "ip -s " + query, JSON: text}})
	}
	return nil
}

// queues asks for qdiscs, and for the classes, filters and chains of each device: these
// lists are of one device, and a batch would go on to show the first. Actions stand
// by themselves if they were made so.
const queues = `tc -d qdisc show
for d in /sys/class/net/*; do
	d=${d##*/}
	echo "device $d"
	tc -d class show dev "$d"
	for at in "" ingress egress; do tc -d filter show dev "$d" $at; tc chain show dev "$d" $at; done
done 2>&1`

const actions = `for k in gact mirred police skbedit vlan pedit csum tunnel_key sample ct ctinfo connmark mpls nat skbmod ife simple gate bpf; do
	tc actions list action $k
done 2>&1`

// askQueues asks for the state of traffic control.
func (a *agent) askQueues(ns string) error {
	script := queues
	if a.mentions("tc action") || a.mentions("tc -s action") {
		script += "\n" + actions
	}
	cmd := exec.Command("/bin/sh", "-c", script)
	cmd.Env = append(slices.Clone(environment), "PATH=/usr/sbin:/usr/bin:/sbin:/bin")
	return a.tell(ns, "tc -d", cmd)
}

// tell sends what a program prints in a namespace; its status does not matter.
func (a *agent) tell(ns, what string, cmd *exec.Cmd) (err error) {
	cmd.Stdin = strings.NewReader("") // there may be no /dev/null
	var text []byte
	if e := within(ns, func() { text, err = cmd.CombinedOutput() }); e != nil {
		return fmt.Errorf("state: %w", e)
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return fmt.Errorf("state: %w", err)
	}
	a.send(event{Dump: &Dump{Namespace: ns, What: what, JSON: text}})
	return nil
}

// askParameters asks for what belongs to a network namespace, and for the names
// of the sandbox. Parameters that have no value yet are refused, on both sides.
func (a *agent) askParameters(ns string) error {
	cmd := exec.Command("/usr/sbin/sysctl", "net", "kernel.hostname", "kernel.domainname")
	cmd.Env = environment
	return a.tell(ns, "sysctl net", cmd)
}

// ask runs a batch in a namespace and sends one dump for each answer. A kernel
// without a feature answers with an error text, which is a state as well.
func (a *agent) ask(ns string, b batch) error {
	args := []string{b.option, "-d", "-j", "-force", "-batch", "-"}
	if ns != "" {
		args = append([]string{"-n", ns}, args...)
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.Command("/usr/sbin/"+b.tool, args...)
	cmd.Stdin = strings.NewReader(strings.Join(b.queries, "\n") + "\n")
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.Env = environment
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		return fmt.Errorf("state: %w", err)
	}
	name := b.tool + " " + b.option + " "
	text := a.sendAnswers(ns, name, b.queries, stdout.Bytes()) + stderr.String()
	if text != "" {
		a.send(event{Dump: &Dump{Namespace: ns, What: name + "(refused)", JSON: []byte(text)}})
	}
	return nil
}

// sendAnswers sends the JSON values of the output and returns what is left.
func (a *agent) sendAnswers(ns, name string, queries []string, out []byte) (rest string) {
	d := json.NewDecoder(bytes.NewReader(out))
	for _, q := range queries {
		at := d.InputOffset()
		var answer json.RawMessage
		if d.Decode(&answer) != nil {
			return strings.TrimSpace(string(out[at:]))
		}
		a.send(event{Dump: &Dump{Namespace: ns, What: name + q, JSON: answer}})
	}
	return ""
}
