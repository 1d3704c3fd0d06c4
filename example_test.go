package gip_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"gip"
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
