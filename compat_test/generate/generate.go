// Package generate makes the scripts of the bench that try each keyword with
// values at their ends and with empty words. A keyword is written once, with a
// value that is good, in the tables of this package; which values are tried in
// its place is written once for each kind of value.
package generate

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gip/compat_test/script"
)

// A Family is a set of commands that share their preparation: one script.
type Family struct {
	Name string // of the script
	// VM families need the kernel of the test VM. Starting a program is slow there,
	// so that all values of a row, the good one first, are lines of one batch (see
	// package prop), and Show, Undo and Base are lines of it, too; {} in them is the
	// value.
	VM bool
	// Few values are tried of a Slow family in the test VM: the tool ends after each,
	// and a start takes long there.
	Slow    bool
	Modules string // see docs/testing.md
	// Plain runs the commands without any privilege: the kernel refuses what the
	// tool accepts, on every machine alike, so that only the tool is seen.
	Plain bool
	Twin  bool // a Plain family has the same words, which need not be tried empty again
	Setup []string
	// Frame is the command that each of Words completes, in the place of %s.
	Frame string
	// Bare is the frame of those of Words that begin with "= ".
	Bare string
	// Words are keywords with their values, in braces: {5} is a number, {mac=…}
	// a value of that list. Each is tried in turn while the others stay.
	Words []string
	Show  string // shows what an accepted command has done
	Undo  string // takes back what it has done
	Base  string // makes the state that others are compared with by ./changed or batch; needs Show
}

// A Script is one file of the bench, without its recorded answers.
type Script struct {
	Name string
	Text string
}

// Scripts makes the scripts of all families: numbers_NAME tries values, words_NAME
// empty words. thorough is with all values that there are, not only those at the
// ends.
func Scripts(thorough bool) []Script {
	var scripts []Script
	for _, f := range families() {
		var lists []string
		var numbers, words strings.Builder
		for i, w := range f.Words {
			lists = append(lists, f.tries(&numbers, w)...)
			text, _ := fill(f.frame(w), -1)
			fmt.Fprintf(&words, "%s %d %s\n", f.run("./blank"), f.first(i, w), text)
		}
		slices.Sort(lists)
		lists = slices.Compact(lists)
		if len(lists) > 0 {
			scripts = append(scripts, Script{"numbers_" + f.Name, f.script(numbers.String(), lists, thorough)})
		}
		if !f.Twin {
			scripts = append(scripts, Script{"words_" + f.Name, f.script(words.String(), nil, thorough)})
		}
	}
	return scripts
}

// Commands lists the command lines of all families with their good values.
func Commands() [][]string {
	var lines [][]string
	for _, f := range families() {
		for _, w := range f.Words {
			line, _ := fill(f.frame(w), -1)
			lines = append(lines, strings.Fields(line))
		}
	}
	return lines
}

// frame is the command of a row.
func (f *Family) frame(row string) string {
	frame, words := f.split(row)
	return strings.Replace(frame, "%s", words, 1)
}

// split returns the frame of a row, "%s" if there is none, and what completes it.
func (f *Family) split(row string) (frame, words string) {
	if words, bare := strings.CutPrefix(row, "= "); bare {
		return f.Bare, words
	}
	return or(f.Frame, "%s"), row
}

// run is what runs a line: a program of the script, without privilege for Plain
// families.
func (f *Family) run(program string) string {
	switch {
	case f.VM:
		return "batch"
	case f.Plain:
		return "setpriv --bounding-set=-all --inh-caps=-all " + program
	}
	return program
}

// tries writes a line for each value of a row and returns the lists that they name.
func (f *Family) tries(b *strings.Builder, row string) (lists []string) {
	for n := 0; ; n++ {
		text, list := fill(f.frame(row), n)
		if list == "" {
			return lists
		}
		if !f.VM {
			text = placeholder.ReplaceAllLiteralString(text, "{}")
		}
		list = f.list(list)
		lists = append(lists, list)
		fmt.Fprintf(b, "%s %s %s\n", f.run("./try"), list, text)
	}
}

// script is the text of a file with these lines.
func (f *Family) script(lines string, lists []string, thorough bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, script.MadeLine+"\n#limit %s\n", f.limit())
	if f.VM {
		b.WriteString("#vm\n")
	}
	if f.Modules != "" {
		b.WriteString("#modules " + f.Modules + "\n")
	}
	for _, s := range f.Setup {
		b.WriteString("setup: " + s + "\n")
	}
	switch {
	case f.Base == "":
	case f.VM:
		fmt.Fprintf(&b, "batch base %s\n", f.tool())
	default:
		fmt.Fprintf(&b, "setup: %s && . ./show >pairs && mv pairs base && { %s; }\n", f.Base, or(f.Undo, "true"))
	}
	for line := range strings.Lines(lines) {
		b.WriteString(differs(line) + line)
	}
	f.members(&b, lists, thorough)
	return b.String()
}

// newerBuild is why 0b101 is a number there and not on amd64, where the package is older.
const newerBuild = "Debian has built its brctl with a C library that reads 0b101"

// odd are parts of lines whose answers are the real tool's nowhere but on other
// architectures, or with other kernels, and why.
var odd = []struct{ part, where, why string }{
	{"reserved_bits {", "386", "its shift of a long of 32 bits is undefined"},
	{"reserved_bits 5", "386", "its shift of a long of 32 bits is undefined"},
	{"brctl setbridgeprio br0 {", "arm64", newerBuild}, {"brctl setpathcost br0 v0 {", "arm64", newerBuild}, {"brctl setportprio br0 v0 {", "arm64", newerBuild},
	{"ifconfig v0 hw ether", "386 arm64", "it sets what is left in its memory where there is no address"},
	{"action End.X nh6 {", "5.10", "of any it sends nothing, and such a kernel reads on into bytes that it never set"},
}

// differs is what stands before such a line.
func differs(line string) string {
	for _, o := range odd {
		if strings.Contains(line, o.part) {
			return "differs " + o.where + "(" + o.why + "): "
		}
	}
	return ""
}

// tool is the program of a family's commands, with its options.
func (f *Family) tool() string {
	words := strings.Fields(f.frame(f.Words[0]))
	n := 1
	for strings.HasPrefix(words[n], "-") {
		n++
	}
	return strings.Join(words[:n], " ")
}

// limit is long for the slow processors of the test VM.
func (f *Family) limit() string {
	if f.VM {
		return "240s"
	}
	return "90s"
}

// list is the list that is tried. The test VM is slow, and meets values that tell
// what is sent; what is refused, on every machine, Plain families show. A kind of
// value that only the VM has a list for is a number elsewhere.
func (f *Family) list(list string) string {
	switch sent := list + "_sent"; {
	case f.VM && f.Slow && isList(list+"_few"):
		return list + "_few"
	case f.VM && !f.Twin:
		return list + "_vm"
	case f.VM && isList(sent):
		return sent
	case !isList(list):
		return "number"
	}
	return list
}

// first is the first word that is tried empty: those of the frame once.
func (f *Family) first(i int, row string) int {
	frame, _ := f.split(row)
	front, _, _ := strings.Cut(frame, "%s")
	if i == 0 {
		front = ""
	}
	return max(len(strings.Fields(front)), 1)
}

var placeholder = regexp.MustCompile(`\{[^}]*\}`)

// fill replaces the braces by the good values, save for number n, which stays in
// braces, and returns that one's list.
func fill(line string, n int) (text, list string) {
	for i := 0; ; i++ {
		front, rest, open := strings.Cut(line, "{")
		text += front
		value, back, _ := strings.Cut(rest, "}")
		if !open {
			return text, list
		}
		kind, good, named := strings.Cut(value, "=")
		if !named {
			kind, good = "number", value
		}
		if i == n {
			list, good = kind, "{"+good+"}"
		}
		text += good
		line = back
	}
}

// members writes the programs and lists that the lines use.
func (f *Family) members(b *strings.Builder, lists []string, thorough bool) {
	switch {
	case f.VM:
		f.lines(b, "base", f.Base)
		f.lines(b, "show", f.Show)
		f.lines(b, "undo", f.Undo)
	case lists != nil:
		member(b, "try", tryText)
		f.shell(b)
	default:
		member(b, "blank", blankText)
		f.shell(b)
	}
	for _, list := range lists {
		member(b, list, strings.Join(values(list, thorough), "\n")+"\n")
	}
}

// lines writes the lines of a batch, if there are any.
func (f *Family) lines(b *strings.Builder, name, text string) {
	if text != "" {
		member(b, name, text+"\n")
	}
}

// shell writes what shows and takes back by commands.
func (f *Family) shell(b *strings.Builder) {
	member(b, "answer", answerText)
	member(b, "show", or(f.Show, ":")+"\n")
	member(b, "undo", or(f.Undo, ":")+"\n")
	if strings.Contains(f.Show, "./changed") {
		member(b, "changed", changedText)
	}
}

func or(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

func member(b *strings.Builder, name, text string) {
	fmt.Fprintf(b, "-- %s --\n%s", name, text)
}

const tryText = `#!/bin/sh
# ./try LIST WORD...: runs WORD... with each line of LIST for {}
. ./answer
list=$1
shift
while IFS= read -r value; do
	tell "$value" "$(answer "$@" </dev/null)"
done <"$list"
echo "$seen $old"
`

const blankText = `#!/bin/sh
# ./blank N WORD...: runs WORD... with each word from N on empty
. ./answer
# at WORD...: the answer where word number $at is empty
at() {
	i=0
	for word; do
		[ $i = $at ] && word={}
		i=$((i + 1))
		set -- "$@" "$word"
		shift
	done
	answer "$@"
}
at=$1 value=
shift
while [ $at -lt $# ]; do
	eval "word=\${$((at + 1))}"
	tell "$word" "$(at "$@")"
	at=$((at + 1))
done
echo "$seen $old"
`

// answerText says what answer prints: status and output of a command, and what it
// has done. The value in quotes becomes {}, so that it does not tell two answers
// apart. Values in a row that are answered alike stand before one answer, so that
// goldens stay small.
const answerText = `# answer WORD...: runs WORD... with $value for {}
answer() {
	for word; do
		case $word in *{}*) word=${word%%{\}*}$value${word#*{\}} ;; esac
		set -- "$@" "$word"
		shift
	done
	text=$("$@" 2>errors)
	status=$?
	[ ! -s errors ] || text="$(cat errors)${text:+
$text}"
	case $text in *Usage:*) text="${text%%Usage:*}(usage)" ;; esac
	case $text in *"\"$value\""*) text="${text%%"\"$value\""*}\"{}\"${text#*"\"$value\""}" ;; esac
	echo "$status${text:+ $text}"
	[ $status != 0 ] || { . ./show; . ./undo; } 2>&1
}
# tell LABEL ANSWER: prints an answer when another one comes
old= seen=
tell() {
	if [ "$2" != "$old" ]; then
		[ -z "$seen" ] || echo "$seen $old"
		seen= old=$2
	fi
	seen="$seen[$1]"
}
`

const changedText = `#!/bin/sh
# prints the pairs of words of its input that the file base does not have
awk 'BEGIN { while ((getline line <"base") > 0) { base[line] = 1; end = "|" } }
{ for (i = 1; i <= NF; i++) { p = $i " " $(i + 1); if (!(p in base)) printf "%s%s", p, end ? end : "\n" } }
END { if (end) print "" }'
`
