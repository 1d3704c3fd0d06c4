package gip_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"gip"
)

// endless is a stream of which nothing comes.
type endless struct{}

func (endless) Read([]byte) (int, error) { select {} }

// brief runs a command whose context ends soon, and wants it to end then.
func brief(t *testing.T, c func(context.Context) *gip.Cmd) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- c(ctx).Run() }()
	select {
	case err := <-ended:
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	case <-time.After(30 * time.Second):
		t.Error("it goes on when its context has ended")
	}
}

// A command ends with its context also where it reads what never comes.
func TestNothingToRead(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	for _, line := range []string{"ip -batch -", "tc -batch -", "sysctl -p -", "gip diff - -", "ip addr restore", "ss -F -"} {
		for name, in := range map[string]io.Reader{"file": r, "reader": endless{}} {
			t.Run(line+", "+name, func(t *testing.T) {
				brief(t, func(ctx context.Context) *gip.Cmd {
					words := strings.Fields(line)
					c := gip.CommandContext(ctx, words[0], words[1:]...)
					c.Stdin = in
					return c
				})
			})
		}
	}
}

// Nor does it wait for somebody to read what it has to say, and no line of a batch runs
// any more.
func TestNobodyReads(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	for name, set := range map[string]func(*gip.Cmd){
		"output": func(c *gip.Cmd) { c.Stdout = w },
		"errors": func(c *gip.Cmd) { c.Stderr = w },
	} {
		t.Run(name, func(t *testing.T) {
			brief(t, func(ctx context.Context) *gip.Cmd {
				c := gip.CommandContext(ctx, "ip", "-force", "-batch", "-")
				c.Stdin = strings.NewReader(strings.Repeat("link show dev lo\nlink show dev nothere\n", 5000))
				set(c)
				return c
			})
		})
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// Where standard input cannot be read the command finds its end, and Run tells why.
func TestReaderFails(t *testing.T) {
	for range 300 {
		c := gip.Command("ip", "-batch", "-")
		c.Stdin = failing{}
		if err := c.Run(); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatal(err)
		}
	}
}

// Many may wait for one command, whose text is there once.
func TestWaitTogether(t *testing.T) {
	for range 50 {
		var out bytes.Buffer
		c := gip.Command("ip", "nonsense")
		c.Stderr = &out
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				var exit *gip.ExitError
				if err := c.Wait(); !errors.As(err, &exit) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := strings.Count(out.String(), "nonsense"); n != 1 {
			t.Fatalf("told %d times: %s", n, &out)
		}
	}
}

// A function that ends its goroutine, as t.FailNow does, ends the command with an error:
// it has not run.
func TestGoexit(t *testing.T) {
	c := gip.Command("ip", "-V")
	c.Netns = gip.EnteredBy(func() error { runtime.Goexit(); return nil })
	if err := c.Run(); err == nil || !strings.Contains(err.Error(), "goroutine was ended") {
		t.Error(err)
	}
}
