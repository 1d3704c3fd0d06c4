package prop

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// A trial plays a command with several values as lines of batches, because each
// start of a program is slow in the test VM. After each value come the lines of
// show, which tell what the command has done, and those of undo, which take it
// back; {} in them is the value, too. A word that the tool refuses ends its batch,
// and the next value begins another.
type trial struct {
	tool       []string // with its options
	show, undo []string
	known      map[string]bool // pairs of words that need not be told
	values     []value
	out        io.Writer
}

// A value is what one command is tried with, and what became of it.
type value struct {
	name    string // printed before the answer
	text    string
	command string
	status  int
	said    string // to standard error
	shown   string // to standard output
}

// Files of a script that a trial reads.
const (
	baseFile = "base" // a command that the state that others lead to is compared with
	showFile = "show"
	undoFile = "undo"
)

// knownFile has what base has shown, as pairs of words.
const knownFile = "known"

// batch is called with the name of a list of values and a command with {GOOD} in
// the place of them, GOOD being the first that is tried; or with a number and a
// command each word of which, from that number on, is tried empty; or with "base",
// which plays the command of that file: of what later trials show, only what is
// not shown here is printed then.
func batch(args []string) error {
	if len(args) < 2 {
		return errors.New("usage: batch LIST|N|base TOOL WORD...")
	}
	n := 2
	for n < len(args) && strings.HasPrefix(args[n], "-") {
		n++
	}
	t := &trial{tool: args[1:n], show: contents(showFile), undo: contents(undoFile), out: os.Stdout}
	list, words := args[0], args[n:]
	if list == baseFile {
		return t.base()
	}
	t.known = set(contents(knownFile))
	if first, err := strconv.Atoi(list); err == nil {
		t.empty(words, max(first-(n-1), 0))
	} else {
		t.fill(words, contents(list))
	}
	if err := t.play(t.values); err != nil {
		return err
	}
	t.print()
	return nil
}

// contents are the lines of a file, none if there is no file.
func contents(name string) []string {
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
}

func set(list []string) map[string]bool {
	m := map[string]bool{}
	for _, s := range list {
		m[s] = true
	}
	return m
}

// base plays the command that others are compared with and keeps what it shows.
func (t *trial) base() error {
	t.values = []value{{name: baseFile, command: strings.Join(contents(baseFile), "\n")}}
	if err := t.play(t.values); err != nil {
		return err
	}
	t.print()
	return os.WriteFile(knownFile, []byte(strings.Join(pairs(t.values[0].shown), "\n")), 0o644)
}

var place = regexp.MustCompile(`\{[^}]*\}`)

// fill makes the values of a list.
func (t *trial) fill(words, list []string) {
	good := strings.Trim(place.FindString(strings.Join(words, " ")), "{}")
	if good != "" && !slices.Contains(list, good) {
		list = append([]string{good}, list...)
	}
	for _, v := range list {
		t.values = append(t.values, value{name: v, text: v, command: line(words, v)})
	}
}

// empty makes a value of each word of the command from the first on.
func (t *trial) empty(words []string, first int) {
	for i := first; i < len(words) && words[i] != newline; i++ {
		w := slices.Clone(words)
		w[i] = ""
		t.values = append(t.values, value{name: words[i], command: line(w, "")})
	}
}

// newline is a word that begins another line of the batch: what the command reads.
const newline = `\n`

// line is a line of a batch with the value in its place. Words that are empty or
// have blanks stand in quotes.
func line(words []string, v string) string {
	var b strings.Builder
	for _, w := range words {
		w = place.ReplaceAllLiteralString(w, v)
		if w == newline {
			b.WriteString("\n")
			continue
		}
		if w == "" || strings.ContainsAny(w, " \t\v") {
			w = "'" + w + "'"
		}
		b.WriteString(w + " ")
	}
	return b.String()
}

func lines(list []string, v string) string {
	var b strings.Builder
	for _, l := range list {
		b.WriteString(line(strings.Fields(l), v) + "\n")
	}
	return b.String()
}

// play plays all values, in as many batches as it takes.
func (t *trial) play(values []value) error {
	for len(values) > 0 {
		some := values
		if !t.marksOutput() {
			some = values[:1]
		}
		n, err := t.one(some)
		if err != nil {
			return err
		}
		values = values[n:]
	}
	return nil
}

// mark is an object that no tool has: what is said of it parts the errors.
const mark = "@"

// showRule is a line that prints one line that no other one prints. bridge has none
// like it, and gets one value in each batch.
const showRule, shownRule = "rule show pref 0", "0:\t"

func (t *trial) marksOutput() bool { return t.tool[0] == "ip" }

// The parts of a value in a batch, each behind a mark: its command, what shows
// what that has done, and what takes it back.
const (
	byCommand = iota
	byShow
	byUndo
	parts
)

// batch is the text of a batch that plays the values.
func (t *trial) batch(values []value) string {
	var b strings.Builder
	for _, v := range values {
		b.WriteString(mark + "\n")
		if t.marksOutput() {
			b.WriteString(showRule + "\n")
		}
		b.WriteString(v.command + "\n" + mark + "\n" + lines(t.show, v.text) + mark + "\n" + lines(t.undo, v.text))
	}
	return b.String() + mark + "\n"
}

// one plays one batch and returns how many of its values were played.
func (t *trial) one(values []value) (int, error) {
	p, out, errs, err := t.run(t.batch(values))
	if err != nil {
		return 0, err
	}
	t.parseOutput(values, out)
	at := parseErrors(values, errs, status(p))
	switch {
	case at == parts*len(values):
		return len(values), nil
	case at%parts != byCommand:
		t.undone(&values[at/parts])
	}
	return at/parts + 1, nil
}

// undone takes back what a value has done whose batch has ended early: some tools
// end when they have shown something, and a line that suits other values is refused.
func (t *trial) undone(v *value) {
	for _, l := range t.undo {
		_, _, _, _ = t.run(line(strings.Fields(l), v.text) + "\n")
	}
}

// run plays the lines.
func (t *trial) run(lines string) (p *os.ProcessState, out, errs string, err error) {
	options := []string{"-d", "-force", "-batch", "-"}
	if t.tool[0] == "ip" {
		options = append([]string{"-N"}, options...)
	}
	cmd := exec.Command(t.tool[0], append(slices.Clone(t.tool[1:]), options...)...)
	cmd.Stdin = strings.NewReader(lines)
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err = cmd.Run(); cmd.ProcessState != nil {
		err = nil
	}
	return cmd.ProcessState, stdout.String(), stderr.String(), err
}

// status is that of a process as a shell tells it.
func status(p *os.ProcessState) int {
	if w, ok := p.Sys().(syscall.WaitStatus); ok && w.Signaled() {
		return 128 + int(w.Signal())
	}
	return p.ExitCode()
}

// parseErrors finds what was said of the values, and returns the number of the part
// in which the batch ended, with that status.
func parseErrors(values []value, text string, status int) int {
	at := -1
	for s := bufio.NewScanner(strings.NewReader(text)); s.Scan(); {
		said, _, marked := strings.Cut(s.Text(), `Object "`+mark+`" is unknown`)
		v, part := &values[max(at, 0)/parts], at%parts
		if marked {
			if said != "" && part == byCommand { // a question, which ends without a newline
				v.said += said + "\n"
			}
			at++
			s.Scan() // that the mark failed
			continue
		}
		switch failed := strings.HasPrefix(s.Text(), "Command failed "); {
		case failed && part == byCommand:
			v.status = 1
		case !failed && (part == byCommand || part != byUndo && v.status == 0):
			v.said += s.Text() + "\n"
		}
	}
	at = max(at, 0)
	if at < parts*len(values) && at%parts == byCommand {
		values[at/parts].status = status
	}
	return at
}

// parseOutput finds what was printed for the values. Some tools end without a
// newline, so that a mark may stand behind what they said.
func (t *trial) parseOutput(values []value, text string) {
	shown := []string{text}
	if t.marksOutput() {
		shown = strings.Split(text, shownRule)[1:]
	}
	for i, s := range shown {
		if t.marksOutput() {
			_, s, _ = strings.Cut(s, "\n")
		}
		values[i].shown = varying.ReplaceAllLiteralString(s, "")
	}
}

// varying are the time of day and the permanent address that an IPv6 tunnel draws
// by lot: both would tell equal answers apart.
var varying = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|permaddr [0-9a-f:]+ `)

// print prints the answers; values in a row that are answered alike stand before
// one answer.
func (t *trial) print() {
	names := ""
	for i, v := range t.values {
		names += "[" + v.name + "]"
		if answer := t.answer(&v); i+1 == len(t.values) || t.answer(&t.values[i+1]) != answer {
			fmt.Fprintf(t.out, "%s %s\n", names, answer)
			names = ""
		}
	}
}

// answer is the status of a value's command and what it has said and done.
func (t *trial) answer(v *value) string {
	text := v.said
	if front, _, usage := strings.Cut(text, "Usage:"); usage {
		text = front + "(usage)\n"
	}
	if len(t.known) == 0 {
		text += v.shown
	} else {
		text += t.news(v.shown)
	}
	// The value itself shall not tell two answers apart.
	text = strings.Replace(text, `"`+v.text+`"`, `"{}"`, 1)
	return strings.TrimSpace(fmt.Sprint(v.status, " ", text))
}

// pairs are all words of a text with the next one.
func pairs(text string) (list []string) {
	words := append(strings.Fields(text), "")
	for i := range words[1:] {
		list = append(list, words[i]+" "+words[i+1])
	}
	return list
}

// news are the pairs of words that are not known.
func (t *trial) news(text string) string {
	var b strings.Builder
	for _, p := range pairs(text) {
		if !t.known[p] {
			b.WriteString(p + "|")
		}
	}
	return b.String()
}
