package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"gip/internal/lab"
	"gip/internal/page"
	"gip/topo"
	"gip/topocmd"
)

// A source is where the network is read.
type source interface {
	// watch gives the network to show, now and at each change.
	watch(ctx context.Context, show func(*topo.Graph)) error
	// detail is what is known of a namespace, or of a link: its namespace, a newline and
	// its name. It is the JSON of pairs, see page.DetailsJSON.
	detail(key string) string
}

// A localSource is this machine.
type localSource struct {
	names []string // of namespaces; none for all
}

func (s *localSource) watch(ctx context.Context, show func(*topo.Graph)) error {
	first := true
	var unknown error
	err := topo.Watch(ctx, topo.Options{}, func(g *topo.Graph) bool {
		if len(s.names) > 0 {
			if name, ok := g.Keep(s.names); !ok && first {
				unknown = fmt.Errorf("there is no lab or namespace %q, or it cannot be seen", name)
				return false
			}
		}
		first = false
		show(g)
		return true
	})
	return errors.Join(err, unknown)
}

func (s *localSource) detail(key string) string { return detail(key) }

func detail(key string) string {
	namespace, link, isLink := strings.Cut(key, "\n")
	var parts []page.Detail
	err := topo.In(namespace, func() {
		if teller := topocmd.NewTeller(commands); isLink {
			parts = teller.Link(link)
		} else {
			parts = teller.Namespace()
		}
	})
	if err != nil {
		parts = []page.Detail{{Text: err.Error()}}
	}
	return page.DetailsJSON(parts)
}

// A labSource is a lab: it is read by this program in the lab's namespaces, whose
// answers come through a pipe.
type labSource struct{ lab *lab.Running }

// insideVerb begins the command line of this program in a lab: "enter LAB WORDS" goes
// there and becomes "watch" or "detail KEY".
const insideVerb = "-inside-lab"

// documentEnd stands between documents of a pipe.
const documentEnd = 0

func (s *labSource) command(words ...string) *exec.Cmd {
	cmd := exec.Command("/proc/self/exe", append([]string{insideVerb, "enter", s.lab.Name}, words...)...)
	cmd.Stderr = os.Stderr
	return cmd
}

func (s *labSource) watch(ctx context.Context, show func(*topo.Graph)) error {
	cmd := s.command("watch")
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() {
		<-ctx.Done()
		_ = cmd.Process.Kill()
	}()
	r := bufio.NewReader(out)
	for {
		text, err := r.ReadString(documentEnd)
		if err != nil {
			_ = cmd.Wait()
			return errors.New("the lab is gone")
		}
		g, err := topo.ParseJSON(text[:len(text)-1])
		if err != nil {
			return err
		}
		show(g)
	}
}

func (s *labSource) detail(key string) string {
	out, err := s.command("detail", key).Output()
	if err != nil {
		return page.DetailsJSON([]page.Detail{{Text: err.Error()}})
	}
	return string(out)
}

// inside is this program on its way into a lab, and in it.
func inside(words []string) int {
	var err error
	switch words[0] {
	case "enter":
		return enter(words[1], words[2:])
	case "watch":
		err = topo.Watch(context.Background(), topo.Options{}, func(g *topo.Graph) bool {
			_, err := os.Stdout.WriteString(g.JSON() + string(rune(documentEnd)))
			return err == nil
		})
	case "detail":
		_, err = os.Stdout.WriteString(detail(words[1]))
	}
	if err != nil {
		return 1
	}
	return 0
}

func enter(name string, words []string) int {
	r, err := lab.Find(name)
	if err != nil {
		return 1
	}
	self, err := os.Executable()
	if err != nil {
		return 1
	}
	status, err := r.Exec("", append([]string{self, insideVerb}, words...), true)
	if err != nil {
		fmt.Fprintln(os.Stderr, "gip-web:", err)
		return 1
	}
	return status.ExitStatus()
}
