package netnscmd

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/rtnl"
	"gip/internal/show"

	"golang.org/x/sys/unix"
)

func newEnv(out io.Writer, opt cli.Options) *cli.Env {
	e := cli.New(strings.NewReader(""), os.Stdout, os.Stderr, opt)
	e.Pen, e.Stderr = show.New(out, show.Options{JSON: opt.JSON}), io.Discard
	return e
}

// TestRefused has the command lines that are refused before anything is asked
// of the kernel or done to a file.
func TestRefused(t *testing.T) {
	long := strings.Repeat("n", 256)
	for _, c := range []struct {
		words, want string
		status      int
	}{
		{"add", "No netns name specified\n", cli.StatusError},
		{"delete", "No netns name specified\n", cli.StatusError},
		{"exec", "No netns name specified\n", cli.StatusError},
		{"exec one", "No command specified\n", cli.StatusError},
		{"pids", "No netns name specified\n", cli.StatusError},
		{"pids one two", "extra arguments specified\n", cli.StatusError},
		{"set", "No netns name specified\n", cli.StatusError},
		{"set one", "No nsid specified\n", cli.StatusError},
		{"set one x", "Error: argument \"x\" is wrong: Invalid \"netnsid\" value\n", cli.StatusUsage},
		{"set one -2", "Error: argument \"-2\" is wrong: \"netnsid\" value should be >= 0\n", cli.StatusUsage},
		{"attach", "No netns name and PID specified\n", cli.StatusError},
		{"attach one", "No netns name and PID specified\n", cli.StatusError},
		{"attach one 0", "Invalid PID: 0\n", cli.StatusError},
		{"attach one 99999999999", "Invalid PID: 99999999999\n", cli.StatusError},
		{"identify x", "Specified string 'x' is not a pid\n", cli.StatusError},
		{"identify 1 2", "extra arguments specified\n", cli.StatusError},
		{"list-id nsid x", "Error: argument \"x\" is wrong: \"nsid\" value is invalid\n", cli.StatusUsage},
		{"list-id nsid -1", "Error: argument \"(null)\" is wrong: \"nsid\" value should be >= 0\n", cli.StatusUsage},
		{"list-id nsid 1 nsid 2", "Error: duplicate \"nsid\": \"nsid\" is the second value.\n", cli.StatusUsage},
		{"add ..", "Invalid netns name \"..\"\n", cli.StatusUsage},
		{"list a/b", "Invalid netns name \"a/b\"\n", cli.StatusUsage},
		{"frob /", "Invalid netns name \"/\"\n", cli.StatusUsage},
		{"add " + long, "Invalid netns name \"" + long + "\"\n", cli.StatusUsage},
		{"frob", "Command \"frob\" is unknown, try \"ip netns help\".\n", cli.StatusUsage},
	} {
		var out bytes.Buffer
		e := newEnv(&out, cli.Options{})
		call := command.Call{Env: e, Args: cli.NewArgs(strings.Fields(c.words)), Applet: &command.Applet{Names: "ip"}}
		err := call.On(&Object)
		if err == nil || err.Error() != c.want || cli.Status(err) != c.status {
			t.Errorf("%s: got %q, status %d; want %q", c.words, err, cli.Status(err), c.want)
		}
		e.Pen.Flush()
		if out.Len() > 0 {
			t.Errorf("%s: printed %q", c.words, &out)
		}
	}
}

// number is a message about the number of a namespace.
func number(typ uint16, id, current int32) rtnl.Message {
	m := rtnl.New(typ, 0)
	rtnl.Put(m, unix.RtGenmsg{})
	m.U32(unix.NETNSA_NSID, uint32(id))
	if current != 0 {
		m.U32(unix.NETNSA_CURRENT_NSID, uint32(current))
	}
	return rtnl.Message{Type: typ, Body: m.Body()}
}

func TestPrintID(t *testing.T) {
	for _, c := range []struct {
		m          rtnl.Message
		text, json string
	}{
		{number(unix.RTM_NEWNSID, 70000, 0), "nsid 70000 \n", `[{"nsid":70000}]`},
		{number(unix.RTM_DELNSID, 70000, 0), "Deleted nsid 70000 \n", `[{"deleted":true,"nsid":70000}]`},
		{number(unix.RTM_NEWNSID, 70000, 70001), "nsid 70000 current-nsid 70001 \n", `[{"nsid":70000,"current-nsid":70001}]`},
		{number(unix.RTM_NEWNSID, 70000, -1), "nsid 70000 current-nsid unassigned \n", ""},
		{number(unix.RTM_NEWADDR, 70000, 0), "", "[]"},
	} {
		for json, want := range map[bool]string{false: c.text, true: c.json} {
			if json && want == "" {
				continue
			}
			var out bytes.Buffer
			e := newEnv(&out, cli.Options{JSON: json})
			e.Pen.Begin()
			printID(e, c.m)
			e.Pen.End()
			e.Pen.Flush()
			if got := out.String(); strings.TrimSpace(got) != strings.TrimSpace(want) {
				t.Errorf("got %q, want %q", got, want)
			}
		}
	}
}

// event is one of inotify's, with its name padded as the kernel does it.
func event(mask uint32, name string) []byte {
	m := rtnl.New(0, 0)
	mark := m.Mark()
	padded := append([]byte(name), make([]byte, 16-len(name)%16)...)
	rtnl.Put(m, unix.InotifyEvent{Wd: 1, Mask: mask, Len: uint32(len(padded))})
	m.Raw(padded)
	return bytes.Clone(m.Since(mark))
}

func TestEvents(t *testing.T) {
	b := append(event(unix.IN_CREATE, "one"), event(unix.IN_DELETE, "a-name-of-sixteen")...)
	b = append(b, event(unix.IN_IGNORED, "x")...)
	var out bytes.Buffer
	e := newEnv(&out, cli.Options{})
	printEvents(e, b)
	e.Pen.Flush()
	if got, want := out.String(), "add one\ndelete a-name-of-sixteen\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// FuzzPrint holds that nothing that the kernel sends makes a printer panic.
func FuzzPrint(f *testing.F) {
	f.Add(uint16(unix.RTM_NEWNSID), number(unix.RTM_NEWNSID, 70000, 70001).Body)
	f.Add(uint16(unix.RTM_DELNSID), event(unix.IN_CREATE, "one"))
	f.Fuzz(func(t *testing.T, typ uint16, b []byte) {
		e := newEnv(io.Discard, cli.Options{JSON: typ&1 != 0})
		printID(e, rtnl.Message{Type: typ, Body: b})
		printEvents(e, b)
	})
}
