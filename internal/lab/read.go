package lab

import (
	"path/filepath"
	"strings"

	"gip/internal/command"
	"gip/internal/file"
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

// maxDepth is how deep files may include each other.
const maxDepth = 16

// A reader gathers the statements of a text and of what it includes.
type reader struct {
	stmts []Stmt
	errs  Errors
}

func (r *reader) fail(at Pos, text string) { r.errs = append(r.errs, &Error{at, text}) }

// read adds the statements of a text. Words are split as in a batch of ip.
func (r *reader) read(name, text string, depth int) {
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
			r.include(at, words[1:], depth+1)
		default:
			r.stmts = append(r.stmts, Stmt{at, words})
		}
	}
}

// include reads a file that a text names, from the folder in which the text is.
func (r *reader) include(at Pos, words []string, depth int) {
	if len(words) != 1 {
		r.fail(at, "include takes one file")
		return
	}
	path := words[0]
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(at.File), path)
	}
	text, err := file.Read(path)
	switch {
	case err != nil:
		r.fail(at, quote(path)+": "+err.Error())
	case depth > maxDepth:
		r.fail(at, quote(path)+": files include each other too deeply")
	default:
		r.read(path, text, depth)
	}
}

func quote(s string) string { return `"` + s + `"` }
