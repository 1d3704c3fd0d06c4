package main

import (
	"bufio"
	"errors"
	"io"
	"os"
	"strings"

	"gip/internal/cli"
	"gip/internal/show"

	"golang.org/x/sys/unix"
)

// maxWords is how many words a line of a batch may have.
const maxWords = 511

// batchBuffer is what is read at once, as the C library does: the commands
// that a batch starts find the rest of the file on their standard input.
const batchBuffer = 4096

// runBatch runs each line of a file ("-" is stdin) through run and returns the
// exit status. All lines share env; its options are set back for each.
func runBatch(env *cli.Env, name string, run func(*cli.Env, *cli.Args) error) int {
	if err := openStdin(name); err != nil {
		return cli.Report(env.Stderr, cli.Fail(`Cannot open file "%s" for reading: %s`, name, cli.Strerror(err)))
	}
	in := bufio.NewReaderSize(stdin{}, batchBuffer)
	env.Stdin, env.Batch = in, true
	defer env.Pen.Flush()
	opt, interactive := env.Opt, show.IsTerminal(os.Stdout)
	lines := lineReader{r: in, warn: env.Warnf}
	args := cli.NewArgs(nil)
	status := 0
	failed := func(line int, err error) {
		cli.Report(env.Stderr, err)
		env.Warnf("Command failed %s:%d\n", name, line)
		status = cli.StatusError
	}
	if opt.Force {
		env.Pipeline(failed)
	}
	for {
		words, err := lines.next()
		if err != nil {
			return endOfBatch(env, err, &status)
		}
		if len(words) == 0 {
			continue
		}
		if err = env.Line(lines.number, queues(words)); err == nil {
			args.Reset(words)
			err = run(env, args)
		}
		env.Pen.End()
		env.Opt = opt
		if interactive {
			env.Pen.Flush()
		}
		if err == nil {
			continue
		}
		settle(env)
		if cli.EndsBatch(err) {
			return cli.Report(env.Stderr, err)
		}
		failed(lines.number, err)
		if !opt.Force {
			return status
		}
	}
}

// queues reports whether a line is one of ip whose changes may wait.
func queues(words []string) bool {
	o := findObject(words[0])
	return o != nil && o.queues
}

// settle sends what waits; that the socket does not take it is told at once.
func settle(env *cli.Env) { cli.Report(env.Stderr, env.Settle()) }

// endOfBatch is the status after the last line, or after one that cannot be
// split into words.
func endOfBatch(env *cli.Env, err error, status *int) int {
	settle(env)
	if errors.Is(err, io.EOF) {
		return *status
	}
	return cli.Report(env.Stderr, err)
}

// openStdin puts a file in the place of standard input.
func openStdin(name string) error {
	if name == "-" {
		return nil
	}
	fd, err := unix.Open(name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return unix.Dup3(fd, 0, 0)
}

// stdin reads descriptor 0 as it is now; os.Stdin may remember what it was.
type stdin struct{}

func (stdin) Read(b []byte) (int, error) {
	for {
		n, err := unix.Read(0, b)
		switch {
		case err == unix.EINTR:
		case err != nil:
			return 0, err
		case n == 0:
			return 0, io.EOF
		default:
			return n, nil
		}
	}
}

// A lineReader splits a batch into commands.
type lineReader struct {
	r      *bufio.Reader
	warn   func(format string, args ...any)
	number int // of the line read last, for messages
	words  []string
}

// next returns the words of the next line, good until the next call; none if it
// is blank. A backslash before the newline joins it with the line that follows.
// The error is io.EOF at the end, whatever the reason for that.
func (l *lineReader) next() ([]string, error) {
	line, err := l.physical()
	if err != nil {
		return nil, io.EOF
	}
	for strings.HasSuffix(line, "\\\n") && !strings.ContainsAny(line, comment) {
		more, err := l.physical()
		if err != nil {
			l.warn("Missing continuation line\n")
			return nil, io.EOF
		}
		line = line[:len(line)-2] + more
	}
	l.words, err = splitWords(l.words[:0], line)
	return l.words, err
}

// comment is what begins a comment, even in quotes: it reaches to the end of
// the line and takes the newline with it. A zero byte ends a string in C.
const comment = "#\x00"

// physical reads up to a newline, or the end.
func (l *lineReader) physical() (string, error) {
	b, err := l.r.ReadSlice('\n')
	line := string(b)
	if err == bufio.ErrBufferFull {
		var more string
		more, err = l.r.ReadString('\n')
		line += more
	}
	if line == "" {
		return "", err
	}
	l.number++
	return line, nil
}

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

func startsComment(c byte) bool { return c == '#' || c == 0 }

// splitWords appends the words between the blanks of a line, up to a comment. A
// word that begins with a quote reaches to the next one of its kind; nothing
// escapes in it.
func splitWords(words []string, line string) ([]string, error) {
	for i := 0; ; {
		for i < len(line) && blank(line[i]) {
			i++
		}
		if i == len(line) || startsComment(line[i]) {
			return words, nil
		}
		if len(words) == maxWords {
			return nil, cli.Exit(cli.StatusError, "Too many arguments to command")
		}
		start := i
		if quote := line[i]; quote == '\'' || quote == '"' {
			start++
			n := strings.IndexByte(line[start:], quote)
			if n < 0 || strings.ContainsAny(line[start:start+n], comment) {
				return nil, cli.Exit(cli.StatusError, "Unterminated quoted string")
			}
			i = start + n + 1
			words = append(words, line[start:i-1])
			continue
		}
		for i < len(line) && (line[i] > '#' || !blank(line[i]) && !startsComment(line[i])) {
			i++
		}
		words = append(words, line[start:i])
	}
}
