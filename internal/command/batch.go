package command

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"runtime/debug"
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

// batchGarbage is how much memory a batch may waste before it is collected, in
// percent of what the runtime would have it: it keeps next to nothing, but a line
// is a string.
const batchGarbage = 50

// A batch is a file of command lines that share one Env.
type batch struct {
	call   *Call
	env    *cli.Env
	name   string
	in     input
	lines  lineReader
	end    int64 // how much of the file is used up by what was done
	status int
	ended  bool // at a line that failed
}

// runBatch runs each line of a file ("-" is stdin) and returns the exit status. All
// lines share a call and its Env; the options are set back for each.
func runBatch(c *Call) int {
	env, name := c.Env, *c.Script
	env.Opt.Lenient = c.Applet.Lenient
	b := &batch{call: c, env: env, name: name}
	if err := b.open(); err != nil {
		return cli.Report(env.Stderr, cli.Fail(`Cannot open file "%s" for reading: %s`, name, cli.Strerror(err)))
	}
	b.in.file.env = env
	if _, err := unix.Seek(b.in.file.fd, 0, io.SeekCurrent); err != nil {
		b.in.file.before = env.Settle
	}
	b.in.Reader = bufio.NewReaderSize(&b.in.file, batchBuffer)
	b.lines = lineReader{r: b.in.Reader, warn: env.Warnf}
	env.Stdin, env.Batch = &b.in, true
	if env.Hosted == nil {
		debug.SetGCPercent(batchGarbage)
	}
	env.Pipeline(b.failed)
	defer b.close()
	defer env.Pen.Flush()
	return b.loop()
}

func (b *batch) loop() int {
	env, opt, interactive := b.env, b.env.Opt, show.IsTerminal(b.env.Stdout)
	for {
		words, err := b.lines.next()
		if over := env.Over(); over != nil { // a line may have been cut off
			return b.finish(over)
		}
		if err != nil {
			return b.finish(err)
		}
		if len(words) == 0 {
			continue
		}
		line := cli.Line{Number: b.lines.number, End: b.used()}
		env.Line(line)
		b.call.Args.Reset(words)
		err = b.call.Command()
		env.Pen.End()
		env.Opt = opt
		if interactive {
			env.Pen.Flush()
		} else {
			env.Pen.WriteBlocks()
		}
		if err == nil {
			continue
		}
		if b.env.Settle(); b.ended {
			return b.status
		}
		line.End = b.used() // the command may have read on
		if b.failed(line, err); b.ended {
			return b.status
		}
	}
}

// used is how much of the file the lines up to this one take up.
func (b *batch) used() int64 { return b.in.file.total - int64(b.in.Buffered()) }

// failed tells that a line failed. Without -force that ends the batch; some
// failures end it in any case, without another word.
func (b *batch) failed(line cli.Line, err error) {
	b.status = cli.Report(b.env.Stderr, err)
	if b.ended = cli.EndsBatch(err); !b.ended {
		b.env.Warnf("Command failed %s:%d\n", b.name, line.Number)
		b.status, b.ended = cli.StatusError, !b.env.Opt.Force
	}
	if b.ended {
		b.end = line.End
	}
}

// finish is the status after the last line, or after one that cannot be split
// into words.
func (b *batch) finish(err error) int {
	if b.env.Settle(); b.ended {
		return b.status
	}
	b.end = b.used()
	if errors.Is(err, io.EOF) {
		return b.status
	}
	return cli.Report(b.env.Stderr, err)
}

// close leaves what was not done to whoever reads standard input next, as
// the C library does where it can.
func (b *batch) close() {
	if total := b.in.file.total; b.name == "-" && b.end < total {
		unix.Seek(b.in.file.fd, b.end-total, io.SeekCurrent)
	}
	if b.in.file.own {
		unix.Close(b.in.file.fd)
	}
}

// open puts the file in the place of standard input: what a line starts reads on
// there.
func (b *batch) open() error {
	if b.env.Hosted != nil {
		return b.openHosted()
	}
	if b.name == "-" {
		return nil
	}
	fd, err := unix.Open(b.name, unix.O_RDONLY, 0)
	if err != nil || fd == 0 { // 0 was closed
		return err
	}
	defer unix.Close(fd)
	return unix.Dup3(fd, 0, 0)
}

// openHosted is open where descriptor 0 is that of another program.
func (b *batch) openHosted() error {
	in := &b.in.file
	if in.fd = b.env.Hosted.Files[0]; b.name == "-" {
		return nil
	}
	fd, err := unix.Open(b.name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	hosted := *b.env.Hosted
	hosted.Files[0], in.fd, in.own = fd, fd, true
	b.env.Hosted = &hosted
	return nil
}

// input is the file of a batch, for the commands on its lines as well.
type input struct {
	*bufio.Reader
	file stdin
}

// Seek moves to where the file is read next, where that can be.
func (in *input) Seek(offset int64, whence int) (int64, error) {
	from, err := unix.Seek(in.file.fd, 0, io.SeekCurrent)
	if err != nil {
		return 0, err
	}
	if whence == io.SeekCurrent {
		at := from - int64(in.Buffered())
		if offset == 0 {
			return at, nil
		}
		offset, whence = at+offset, io.SeekStart
	}
	to, err := unix.Seek(in.file.fd, offset, whence)
	if err != nil {
		return 0, err
	}
	in.file.total += to - from
	in.Reset(&in.file)
	return to, nil
}

// stdin reads a descriptor, 0 but inside another program, as it is now; os.Stdin may
// remember what it was.
type stdin struct {
	fd    int
	own   bool  // it is ours to close
	total int64 // how much was read
	env   *cli.Env
	// before, if set, is called before each read. What a pipe or a terminal
	// has next may come late, and cannot be given back.
	before func() error
}

func (f *stdin) Read(b []byte) (int, error) {
	if f.before != nil {
		if err := f.before(); err != nil {
			return 0, err
		}
	}
	for {
		if f.env.Interrupted(f.fd) {
			return 0, unix.EINTR
		}
		n, err := unix.Read(f.fd, b)
		switch {
		case err == unix.EINTR:
		case err != nil:
			return 0, err
		case n == 0:
			return 0, io.EOF
		default:
			f.total += int64(n)
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
	l.words, err = SplitWords(l.words[:0], line)
	return l.words, err
}

// comment is what begins a comment, even in quotes: it reaches to the end of
// the line and takes the newline with it. A zero byte ends a string in C.
const comment = "#\x00"

// physical reads up to a newline, or the end.
func (l *lineReader) physical() (string, error) {
	line, err := readLine(l.r)
	if line == "" {
		return "", err
	}
	l.number++
	return line, nil
}

// readLine reads up to a newline, or the end. It leaves nothing in the buffer
// when that is filled: the next read would not be as large as the C library's,
// and come to stand elsewhere in a pipe.
func readLine(r *bufio.Reader) (string, error) {
	var long []byte // what earlier reads had of it
	for {
		if r.Buffered() == 0 {
			if _, err := r.Peek(1); err != nil {
				return string(long), err
			}
		}
		part, _ := r.Peek(r.Buffered())
		i := bytes.IndexByte(part, '\n')
		if i >= 0 {
			part = part[:i+1]
		}
		r.Discard(len(part))
		if i >= 0 && long == nil {
			return string(part), nil
		}
		if long = append(long, part...); i >= 0 {
			return string(long), nil
		}
	}
}

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

func startsComment(c byte) bool { return c == '#' || c == 0 }

// SplitWords appends the words between the blanks of a line, up to a comment. A
// word that begins with a quote reaches to the next one of its kind; nothing
// escapes in it.
func SplitWords(words []string, line string) ([]string, error) {
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
