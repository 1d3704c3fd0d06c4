// Package generate makes the scripts of the bench that try each keyword with
// values at their ends and with empty words. A keyword is written once, with a
// value that is good, in the tables of this package; which values are tried in
// its place is written once for each kind of value.
package generate

import (
	"fmt"
	"slices"
	"strings"
)

// A Family is a set of commands that share their preparation: one script.
type Family struct {
	Name    string // of the script
	VM      bool   // needs the kernel of the test VM
	Modules string // see docs/testing.md
	// Plain runs the commands without any privilege: the kernel refuses what the
	// tool accepts, on every machine alike, so that only the tool is seen.
	Plain bool
	Twin  bool // a Plain family has the same words, which need not be tried empty again
	Setup []string
	// Frame is the command that each of Words completes, in the place of %s.
	Frame string
	// Words are keywords with their values, in braces: {5} is a number, {mac=…}
	// a value of that list. Each is tried in turn while the others stay.
	Words []string
	Show  string // shows what an accepted command has done
	Undo  string // takes back what it has done
	Base  string // makes the link that ./changed compares with; needs Show
}

// A Script is one file of the bench, without its recorded answers.
type Script struct {
	Name string
	Text string
}

// Scripts makes the scripts of all families: numbers_NAME tries values, words_NAME
// empty words. thorough is with all values that there are, not only those at the
// ends, and with the families of the test VM, which would take too long each time.
func Scripts(thorough bool) []Script {
	var scripts []Script
	for _, f := range families() {
		if f.VM && !thorough {
			continue
		}
		var lists []string
		var numbers, words strings.Builder
		for i, w := range f.Words {
			lists = append(lists, f.tries(&numbers, w)...)
			text, _ := fill(f.frame(w), -1)
			fmt.Fprintf(&words, "%s./blank %d %s\n", f.run(), f.first(i), text)
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

func (f *Family) frame(words string) string {
	if f.Frame == "" {
		return words
	}
	return strings.Replace(f.Frame, "%s", words, 1)
}

// run is what runs a line: without privilege for Plain families.
func (f *Family) run() string {
	if f.Plain {
		return "setpriv --bounding-set=-all --inh-caps=-all "
	}
	return ""
}

// tries writes a line for each value of a row and returns the lists that they name.
func (f *Family) tries(b *strings.Builder, row string) (lists []string) {
	for n := 0; ; n++ {
		text, list := fill(f.frame(row), n)
		if list == "" {
			return lists
		}
		list = f.list(list)
		lists = append(lists, list)
		fmt.Fprintf(b, "%s./try %s %s\n", f.run(), list, text)
	}
}

// script is the text of a file with these lines.
func (f *Family) script(lines string, lists []string, thorough bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# made by compat_test/cmd/generate\n#limit %s\n", f.limit())
	if f.VM {
		b.WriteString("#vm\n")
	}
	if f.Modules != "" {
		b.WriteString("#modules " + f.Modules + "\n")
	}
	for _, s := range f.Setup {
		b.WriteString("setup: " + s + "\n")
	}
	if f.Base != "" {
		fmt.Fprintf(&b, "setup: %s && . ./show >pairs && mv pairs base && { %s; }\n", f.Base, or(f.Undo, "true"))
	}
	b.WriteString(lines)
	f.members(&b, lists, thorough)
	return b.String()
}

// limit is long for the slow processors of the test VM.
func (f *Family) limit() string {
	if f.VM {
		return "240s"
	}
	return "90s"
}

// list is the list that is tried: the VM, which is slow, meets only numbers that
// tell how wide a field is; what the tools read, Plain families show.
func (f *Family) list(list string) string {
	if f.VM && !f.Plain && list == "number" {
		return "width"
	}
	return list
}

// first is the first word that is tried empty: those of the frame once.
func (f *Family) first(row int) int {
	if row == 0 || f.Frame == "" {
		return 1
	}
	front, _, _ := strings.Cut(f.Frame, "%s")
	return len(strings.Fields(front))
}

// fill replaces the braces by the good values, save for number n, which becomes
// {}, and returns that one's list.
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
			list, good = kind, "{}"
		}
		text += good
		line = back
	}
}

// members writes the programs and lists that the lines use.
func (f *Family) members(b *strings.Builder, lists []string, thorough bool) {
	if lists != nil {
		member(b, "try", tryText)
	} else {
		member(b, "blank", blankText)
	}
	member(b, "answer", answerText)
	member(b, "show", or(f.Show, ":")+"\n")
	member(b, "undo", or(f.Undo, ":")+"\n")
	if strings.Contains(f.Show, "./changed") {
		member(b, "changed", changedText)
	}
	for _, list := range lists {
		member(b, list, strings.Join(values(list, thorough), "\n")+"\n")
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
