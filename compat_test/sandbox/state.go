package sandbox

import (
	"bytes"
	"fmt"
	"os/exec"
	"strings"
)

// stateQueries are answered by the base's own tools, that is the reference's,
// on both sides.
var stateQueries = []struct{ tool, what string }{
	{"/usr/sbin/ip", "link"},
	{"/usr/sbin/ip", "address"},
	{"/usr/sbin/ip", "-4 route show table all"},
	{"/usr/sbin/ip", "-6 route show table all"},
	{"/usr/sbin/ip", "-4 rule"},
	{"/usr/sbin/ip", "-6 rule"},
	{"/usr/sbin/ip", "neigh show nud all"},
	{"/usr/sbin/ip", "nexthop"},
	{"/usr/sbin/ip", "netns list-id"},
	{"/usr/sbin/bridge", "vlan"},
	{"/usr/sbin/bridge", "fdb"},
	{"/usr/sbin/bridge", "mdb"},
	{"/usr/sbin/bridge", "link"},
}

// dump asks the kernel for everything that a command can have changed, in each
// namespace of the case, with the reference tools.
func (a *agent) dump() error {
	for _, ns := range namespaces() {
		for _, q := range stateQueries {
			out, err := query(ns, q.tool, q.what)
			if err != nil {
				return err
			}
			a.send(event{Dump: &Dump{Namespace: ns, What: q.tool[len("/usr/sbin/"):] + " " + q.what, JSON: out}})
		}
	}
	return nil
}

// query runs one dump in a namespace. A kernel without the feature answers with
// an error text, which is as good a state as any.
func query(ns, tool, what string) ([]byte, error) {
	args := []string{"-d", "-j"}
	if ns != "" {
		args = append([]string{"-n", ns}, args...)
	}
	var out bytes.Buffer
	cmd := exec.Command(tool, append(args, strings.Fields(what)...)...)
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.Env = environment
	if err := cmd.Run(); err != nil {
		if _, ok := err.(*exec.ExitError); !ok {
			return nil, fmt.Errorf("state: %w", err)
		}
	}
	if out.Len() == 0 {
		out.WriteString("[]")
	}
	return out.Bytes(), nil
}
