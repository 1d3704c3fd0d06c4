// Command gip-web shows the network of this machine, or of a lab, as a page that
// follows what changes:
//
//	gip-web [-l ADDRESS:PORT] [LAB | NAMESPACE...]
//
// It is a program of its own because net/http would cost every start of gip time. It
// shows and never changes anything: every method but GET is refused, and so is who does
// not have the token of the address that it prints, or comes by another name than that
// of this machine (a page of a stranger whose name was made to lead here).
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"strings"

	"gip/addrcmd"
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/lab"
	"gip/routecmd"
	"gip/rulecmd"

	"golang.org/x/sys/unix"
)

const usage = `Usage: gip-web [ -l ADDRESS:PORT ] [ LAB | NAMESPACE ... ]
Serves a page that shows the network as it changes, and prints its address.
-l  where to listen; 127.0.0.1 and any free port without it
`

var options = cli.Getopt{Prog: "gip-web", Short: "l:h", Long: []cli.LongOpt{
	{Name: "listen", Arg: cli.NeedArg, Val: 'l'},
	{Name: "help", Val: 'h'},
}}

// commands are what the page shows the output of.
var commands = command.List{&command.Applet{Names: "ip",
	Options: []*command.Option{&command.IPv4, &command.IPv6, &command.Details, &command.Stats},
	Objects: []*command.Object{&addrcmd.Object, &routecmd.Object, &rulecmd.Object},
}}

func main() { os.Exit(run(os.Args[1:])) }

const statusUsage = 2

func run(args []string) int {
	if len(args) > 0 && args[0] == insideVerb {
		return inside(args[1:])
	}
	listen := "127.0.0.1:0"
	opts, names := options.Parse(args)
	for _, o := range opts {
		switch o.Val {
		case 'l':
			listen = o.Arg
		case 'h':
			os.Stdout.WriteString(usage)
			return 0
		default:
			os.Stderr.WriteString(o.Err + "\n" + usage)
			return statusUsage
		}
	}
	if err := serve(listen, names); err != nil {
		fmt.Fprintln(os.Stderr, "gip-web:", err)
		return 1
	}
	return 0
}

// serve shows what is named until a signal ends it.
func serve(listen string, names []string) error {
	from, err := sourceOf(names)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", listen)
	if err != nil {
		var op *net.OpError
		if errors.As(err, &op) {
			err = op.Err
		}
		return fmt.Errorf("listening on %s: %w", listen, err)
	}
	s := newServer(l.Addr().String())
	ended := make(chan error, 2)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go func() { ended <- from.watch(ctx, s.show) }()
	go func() { ended <- s.serve(l, from) }()
	if !s.ready(ended) {
		return s.failed
	}
	fmt.Printf("http://%s/?token=%s\n", l.Addr(), s.token)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, unix.SIGINT, unix.SIGTERM)
	select {
	case <-signals:
		return nil
	case err := <-ended:
		return err
	}
}

// sourceOf is the lab of that name, if there is one, or namespaces of this machine.
func sourceOf(names []string) (source, error) {
	if len(names) == 1 && !strings.Contains(names[0], "/") {
		if r, err := lab.Find(names[0]); err == nil {
			return &labSource{r}, nil
		}
	}
	return &localSource{names}, nil
}
