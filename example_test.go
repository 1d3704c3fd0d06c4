package gip_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"gip"

	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

func ExampleCommand() {
	out, err := gip.Command("ip", "-o", "link", "show", "dev", "lo").Output()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.7s\n", out)
	// Output: 1: lo:
}

func ExampleExitError() {
	err := gip.Command("ip", "link", "show", "dev", "nosuch").Run()
	var exit *gip.ExitError
	if errors.As(err, &exit) {
		fmt.Printf("status %d: %s", exit.Status, exit.Stderr)
	}
	// Output: status 1: Device "nosuch" does not exist.
}

func ExampleCommandContext() {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	monitor := gip.CommandContext(ctx, "ip", "monitor", "link")
	monitor.Stdout = os.Stderr
	fmt.Println(monitor.Run())
	// Output: context deadline exceeded
}

func ExampleNamed() {
	c := gip.Command("ip", "link")
	c.Netns = gip.Named("no-such-name")
	fmt.Println(c.Run())
	// Output: gip: namespace no-such-name: no such file or directory
}

func ExampleCmd_CombinedOutput() {
	c := gip.Command("ip", "-force", "-batch", "-")
	c.Stdin = strings.NewReader("link show dev nosuch\n-o link show dev lo\n")
	out, err := c.CombinedOutput()
	fmt.Printf("%.20s…\n%v\n", out, err)
	// Output:
	// Device "nosuch" does…
	// ip -force -batch -: exit status 1: Device "nosuch" does not exist.
}

func ExampleCmd_Start() {
	c := gip.Command("ping", "-c1", "127.0.0.1")
	if err := c.Start(); err != nil {
		fmt.Println(err)
		return
	}
	// Something else is done meanwhile.
	fmt.Println(c, c.Wait())
	// Output: ping -c1 127.0.0.1 <nil>
}

// A handle of package netns is a namespace as well.
func ExampleHandle() {
	h, err := netns.Get()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer h.Close()
	c := gip.Command("ip", "-br", "link", "show", "dev", "lo")
	c.Netns = gip.Handle(h)
	out, err := c.Output()
	fmt.Printf("%.2s %v\n", out, err)
	// Output: lo <nil>
}

// A new namespace that has no name is there for one command.
func ExampleEnteredBy() {
	c := gip.Command("ip", "-br", "link")
	c.Netns = gip.EnteredBy(func() error { return unix.Unshare(unix.CLONE_NEWNET) })
	out, err := c.Output()
	if err == nil {
		fmt.Fprintf(os.Stderr, "%s", out) // lo DOWN …
	}
}

func ExampleNamespace_Do() {
	err := gip.Named("no-such-name").Do(func() { fmt.Println("not called") })
	fmt.Println(err)
	// Output: gip: namespace no-such-name: no such file or directory
}

func ExampleNames() {
	names := gip.Names()
	fmt.Println(names[0], slices.Contains(names, "brctl"))
	// Output: ip true
}

func ExampleCmd_Output() {
	out, err := gip.Command("ip", "-j", "-br", "link", "show", "dev", "lo").Output()
	fmt.Println(strings.Contains(string(out), `"ifname":"lo"`), err)
	// Output: true <nil>
}

// Words that are wrong are an error with the status and the text of the real tool.
func ExampleCmd_Run() {
	fmt.Println(gip.Command("ip", "addr", "add", "10.0.0.300/24", "dev", "lo").Run())
	fmt.Println(errors.Is(gip.Command("nosuch").Run(), gip.ErrNotFound))
	// Output:
	// ip addr add 10.0.0.300/24 dev lo: exit status 1: Error: any valid prefix is expected rather than "10.0.0.300/24".
	// true
}

func ExampleNamespaceError() {
	c := gip.Command("ip", "link")
	c.Netns = gip.Named("no-such-name")
	err := c.Run()
	var gone *gip.NamespaceError
	fmt.Println(errors.As(err, &gone), gone.Namespace, errors.Is(err, fs.ErrNotExist))
	// Output: true no-such-name true
}
