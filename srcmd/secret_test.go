package srcmd

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"gip/compat_test/emulated"
	"gip/compat_test/pty"
	"gip/internal/cli"
	"gip/internal/cli/clitest"

	"golang.org/x/sys/unix"
)

func TestReadLine(t *testing.T) {
	for _, c := range []struct {
		in, want string
		whole    bool
	}{
		{"secret\nmore\n", "secret", true}, {"secret", "secret", false}, {"", "", false}, {"\n", "", true},
		{"a\x00b\n", "a", true}, {strings.Repeat("x", 9000) + "\n", strings.Repeat("x", 9000), true},
	} {
		if got, whole := readLine(strings.NewReader(c.in)); got != c.want || whole != c.whole {
			t.Errorf("%.20q: got %.20q, %v", c.in, got, whole)
		}
	}
}

// TestReadLineGivesBack holds that a file keeps the lines that were not asked
// for.
func TestReadLineGivesBack(t *testing.T) {
	name := filepath.Join(t.TempDir(), "secrets")
	if err := os.WriteFile(name, []byte("one\ntwo\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, want := range []string{"one", "two", ""} {
		if got, _ := readLine(f); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestReadLineOfBatch holds that a batch from a pipe keeps the lines that follow.
func TestReadLineOfBatch(t *testing.T) {
	// As cmd/gip has it: more than a bufio.Reader, that would be taken as it is.
	in := struct{ *bufio.Reader }{bufio.NewReader(strings.NewReader("one\ntwo\n"))}
	for _, want := range []string{"one", "two", ""} {
		if got, _ := readLine(in); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// asking is set in the child of TestTerminal, which asks for a secret.
const asking = "SRCMD_TEST_ASKING"

// TestTerminal holds what a terminal shows when a secret is typed: the prompt
// and a newline, and that it echoes again afterwards. Standard input is not
// looked at.
func TestTerminal(t *testing.T) {
	if os.Getenv(asking) != "" {
		e := clitest.Env(io.Discard, cli.Options{})
		e.Stdin = strings.NewReader("not this\n")
		os.Stdout.WriteString("got " + askSecret(e) + "\n")
		os.Exit(0)
	}
	emulated.Skip(t) // it starts itself
	master, slave := pty.Open(t)
	child := exec.Command(os.Args[0], "-test.run=^TestTerminal$")
	child.Env = append(os.Environ(), asking+"=1")
	var answer bytes.Buffer
	child.Stdin, child.Stdout = slave, &answer
	child.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := child.Start(); err != nil {
		t.Skip("no terminal: ", err)
	}
	shown := readUntil(t, master, prompt)
	if echoes(t, slave) {
		t.Error("the terminal echoes the secret")
	}
	master.WriteString("typed\n")
	shown += readUntil(t, master, "\n")
	if err := child.Wait(); err != nil {
		t.Fatal(err)
	}
	if got := answer.String(); got != "got typed\n" || shown != prompt+"\r\n" || !echoes(t, slave) {
		t.Errorf("got %q, shown %q, echo is back: %v", got, shown, echoes(t, slave))
	}
}

func echoes(t *testing.T, f *os.File) bool {
	term, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return term.Lflag&unix.ECHO != 0
}

// readUntil reads what a terminal shows until it ends in want.
func readUntil(t *testing.T, f *os.File, want string) string {
	var shown []byte
	for b := make([]byte, 1); !strings.HasSuffix(string(shown), want); {
		if _, err := f.Read(b); err != nil {
			t.Fatalf("shown %q: %v", shown, err)
		}
		shown = append(shown, b...)
	}
	return string(shown)
}
