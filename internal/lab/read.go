package lab

import (
	"path/filepath"
	"slices"
	"strings"

	"gip/internal/command"
	"gip/internal/file"

	"golang.org/x/sys/unix"
)

// A Stmt is a line of a text, with those that a backslash joins to it.
type Stmt struct {
	At    Pos
	Words []string
}

// An Error is what is wrong with a text, and where.
type Error struct {
	At   Pos
	Text string
}

func (e *Error) Error() string { return e.At.String() + ": " + e.Text }

// Errors are what is wrong with a text, in its order.
type Errors []*Error

func (e Errors) Error() string {
	var b strings.Builder
	for i, err := range e {
		if i == maxTold {
			b.WriteString("\nand " + Count(len(e)-i, "error") + " more")
			break
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(err.Error())
	}
	return b.String()
}

// maxTold is how many errors of a text are told of.
const maxTold = 10

// MaxText is how many bytes a text may have, with what it includes. Each file counts for
// fileCost more, so that many small ones have an end, too.
const (
	MaxText  = 16 << 20
	fileCost = 4096
)

// A reader gathers the statements of a text and of what it includes.
type reader struct {
	stmts  []Stmt
	errs   Errors
	within []string // the files that are being read, but for the first
	size   int      // of all that was included; over MaxText, it was told that it ends here
}

func (r *reader) fail(at Pos, text string) { r.errs = append(r.errs, &Error{at, text}) }

// read adds the statements of a text. Words are split as in a batch of ip.
func (r *reader) read(name, text string) {
	// Editors of Windows write a mark in front, and two characters at the end of a line.
	text = strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r\n", "\n")
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		at, line := Pos{name, i + 1}, lines[i]
		for strings.HasSuffix(line, `\`) && !strings.Contains(line, "#") {
			if i++; i == len(lines) || i == len(lines)-1 && lines[i] == "" {
				r.fail(at, "the line that it goes on in is missing")
				return
			}
			line = strings.TrimSuffix(line, `\`) + lines[i]
		}
		words, err := command.SplitWords(nil, line)
		switch {
		case err != nil:
			r.fail(at, strings.TrimSpace(err.Error()))
		case len(words) == 0:
		case words[0] == "include":
			r.include(at, words[1:])
		default:
			r.stmts = append(r.stmts, Stmt{at, words})
		}
	}
}

// include reads a file that a text names, from the folder in which the text is.
func (r *reader) include(at Pos, words []string) {
	switch {
	case r.size > MaxText:
		return
	case len(words) != 1:
		r.fail(at, "include takes one file")
		return
	}
	path := words[0]
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(at.File), path)
	}
	var st unix.Stat_t
	text, err := "", unix.Stat(path, &st)
	bad := ""
	switch {
	case err != nil:
	case st.Mode&unix.S_IFMT != unix.S_IFREG: // a pipe or a device may have no end
		bad = " is no regular file"
	case slices.Contains(r.within, path):
		bad, r.size = " includes itself", MaxText
	default:
		text, err = file.ReadMost(path, MaxText)
	}
	r.size += fileCost + len(text)
	switch {
	case err != nil:
		bad = ": " + err.Error()
	case bad == "" && r.size > MaxText:
		bad = ": the text is too long with it"
	}
	if bad != "" {
		r.fail(at, quote(path)+bad)
		return
	}
	r.within = append(r.within, path)
	r.read(path, text)
	r.within = r.within[:len(r.within)-1]
}

func quote(s string) string { return `"` + s + `"` }
