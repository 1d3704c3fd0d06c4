package script

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A Record is one command's answer.
type Record struct {
	Command string
	Stdout  string
	Stderr  string
	Status  int
}

// The golden member is meant to be read and reviewed: a command per "$ " line,
// then its answer, one mark in front of each line of output.
//
//	$ ip link set nope up
//	! Cannot find device "nope"
//	= 1
//
// A blank at the end of a line would be lost in review and in some editors, so
// such a line ends in ¦. Control characters and bytes that are not UTF-8 stand
// as ⟨1b⟩. A last line without its newline ends in ⟨eof⟩.
const (
	markCommand = "$ "
	markMore    = "> " // the command goes on
	markStdout  = "| "
	markStderr  = "! "
	markStatus  = "= "
	endOfBlank  = "¦"
	endOfFile   = "⟨eof⟩"
)

func formatGolden(records []Record) (string, error) {
	var b strings.Builder
	for _, r := range records {
		b.WriteString(markCommand + strings.ReplaceAll(r.Command, "\n", "\n"+markMore) + "\n")
		if strings.ContainsAny(r.Stdout+r.Stderr, "⟨⟩") {
			return "", fmt.Errorf("output of %q holds the quoting characters of the golden", r.Command)
		}
		writeStream(&b, markStdout, r.Stdout)
		writeStream(&b, markStderr, r.Stderr)
		if r.Status != 0 {
			b.WriteString(markStatus + strconv.Itoa(r.Status) + "\n")
		}
	}
	return b.String(), nil
}

func writeStream(b *strings.Builder, mark, text string) {
	for _, line := range Visible(text) {
		b.WriteString(strings.TrimRight(mark+line, " ") + "\n")
	}
}

// Visible splits output into lines in which nothing is hidden: no blank at an
// end, no control character, no byte that is not UTF-8.
func Visible(text string) []string {
	if text == "" {
		return nil
	}
	body, whole := strings.CutSuffix(text, "\n")
	lines := strings.Split(body, "\n")
	for i, line := range lines {
		lines[i] = quoteLine(line)
	}
	if !whole {
		lines[len(lines)-1] += endOfFile
	}
	return lines
}

func quoteLine(line string) string {
	var b strings.Builder
	for i := 0; i < len(line); {
		r, n := utf8.DecodeRuneInString(line[i:])
		if r == utf8.RuneError && n == 1 || r < ' ' && r != '\t' || r == 0x7f {
			fmt.Fprintf(&b, "⟨%02x⟩", line[i])
		} else {
			b.WriteString(line[i : i+n])
		}
		i += n
	}
	s := b.String()
	if strings.HasSuffix(s, " ") || strings.HasSuffix(s, "\t") || strings.HasSuffix(s, endOfBlank) {
		s += endOfBlank
	}
	return s
}

func unquoteLine(s string) string {
	s = strings.TrimSuffix(s, endOfBlank)
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(s, "⟨")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		hex, after, _ := strings.Cut(rest, "⟩")
		n, _ := strconv.ParseUint(hex, 16, 8)
		b.WriteByte(byte(n))
		s = after
	}
}

func parseGolden(text string) ([]Record, error) {
	var records []Record
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if strings.HasPrefix(line, markCommand) {
			records = append(records, Record{Command: line[len(markCommand):]})
			continue
		}
		if len(records) == 0 || !records[len(records)-1].add(line) {
			return nil, fmt.Errorf("line %d: what is %q?", i+1, line)
		}
	}
	return records, nil
}

// add takes one line after the command.
func (r *Record) add(line string) bool {
	if len(line) == 1 {
		line += " " // an empty line of output: the blank after the mark is not written
	}
	switch {
	case strings.HasPrefix(line, markMore):
		r.Command += "\n" + line[len(markMore):]
	case strings.HasPrefix(line, markStdout):
		r.Stdout += outputLine(line[len(markStdout):])
	case strings.HasPrefix(line, markStderr):
		r.Stderr += outputLine(line[len(markStderr):])
	case strings.HasPrefix(line, markStatus):
		n, err := strconv.Atoi(line[len(markStatus):])
		r.Status = n
		return err == nil
	default:
		return false
	}
	return true
}

func outputLine(s string) string {
	if body, ok := strings.CutSuffix(s, endOfFile); ok {
		return unquoteLine(body)
	}
	return unquoteLine(s) + "\n"
}
