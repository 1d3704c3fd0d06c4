// Package script reads and writes the cases of the bench. A case is one txtar
// file: its comment holds directives and shell lines, its members are files for
// the working directory, and the member "golden" is what the reference tools
// answered. docs/testing.md shows the form.
package script

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"gip/compat_test/place"
)

// goldenMember is the archive member that holds the recorded answers.
const goldenMember = "golden"

// MadeLine is the first line of a generated script.
const MadeLine = "# made by compat_test/cmd/generate"

// DefaultLimit is how long one line may take before its script is ended.
const DefaultLimit = 10 * time.Second

// A Kind says how much of a line's answer has to be the reference's.
type Kind int

// The kinds of line; the words before the colon choose them.
const (
	Compare Kind = iota // stdout, stderr and status
	Setup               // status alone: the line only prepares the others
	Usage               // status, and which streams are empty: our own words
	Help                // status, and the tokens of a help text, which scripts ask for
	Differs             // stdout, stderr and status, known to be different
)

// A Command is one line of a script, run by sh -c.
type Command struct {
	Line   int // where it starts in the file, from 1
	Text   string
	Kind   Kind
	Reason string // of a Differs line
}

// A Script is one parsed case, in one place.
type Script struct {
	Path     string
	Name     string        // the file's name without its extension, and @PLACE
	Place    *place.Place  // #place: one of those that the file names
	VM       bool          // #vm: needs the kernel of the test VM
	Made     bool          // by compat_test/cmd/generate, as its first line says
	DAD      bool          // #dad: keep the kernel's IPv6 address detection
	Modules  []string      // #modules: for the VM to load before it begins
	Needs    []string      // #needs: files that the reference tools cannot do without
	Beside   []string      // #beside: files that the lines themselves cannot do without
	Since    Kernel        // #kernel: the oldest that the script is for
	play     string        // #play: the member whose lines are commands too
	Limit    time.Duration // #limit: for one line
	Commands []Command
	Files    map[string]string
	Golden   []Record // nil where nothing was recorded yet

	places []string // #place: all of them
	file   *file
}

// Object is the part of the name that says which command room it belongs to.
func (s *Script) Object() string {
	object, _, _ := strings.Cut(s.Name, "_")
	return object
}

// Missing says why the script cannot be played with the reference tools whose
// root is base; "" where it can.
func (s *Script) Missing(base string) string {
	if why := lacks(base, s.Needs); why != "" {
		return why
	}
	return s.MissingBeside(base)
}

// MissingBeside says why the script cannot be played at all, whichever the
// tool: its lines need files below base, or a place that this machine cannot
// make.
func (s *Script) MissingBeside(base string) string {
	if why := lacks(base, s.Beside); why != "" {
		return why
	}
	return s.NoPlace()
}

func lacks(base string, paths []string) string {
	for _, path := range paths {
		if _, err := os.Stat(filepath.Join(base, path)); err != nil {
			return "the reference lacks " + path
		}
	}
	return ""
}

// PlaceName is the name of the script's place, that of the ordinary sandbox where none was set.
func (s *Script) PlaceName() string {
	if s.Place == nil {
		return place.Plain
	}
	return s.Place.Name
}

// NoPlace says why this machine cannot make the script's place; the test VM can
// make each.
func (s *Script) NoPlace() string {
	if why := s.Place.Missing(); why != "" && !s.VM {
		return "place " + s.Place.Name + ": " + why
	}
	return ""
}

// Text is everything that the script's author wrote: values found here are
// fixed, so the normalisers leave them alone.
func (s *Script) Text() string {
	var b strings.Builder
	b.Write(s.file.archive.Comment)
	for _, name := range sortedKeys(s.Files) {
		b.WriteString(s.Files[name])
	}
	return b.String()
}

// Load reads the scripts of a folder whose name contains one of the patterns,
// in the order of their names. A pattern with an @ picks places: "place_every@no-"
// or "@docker".
func Load(dir string, patterns ...string) ([]*Script, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil {
		return nil, err
	}
	var scripts []*Script
	for _, path := range paths {
		if !matches(filepath.Base(path), patterns, beforePlace) {
			continue
		}
		all, err := Read(path)
		if err != nil {
			return nil, err
		}
		for _, s := range all {
			if matches(filepath.Base(path), patterns, withoutPlace) || matches(s.Name, patterns, same) {
				scripts = append(scripts, s)
			}
		}
	}
	return scripts, nil
}

// matches says whether a name contains one of the patterns, or what is left of
// it where only a part is asked for.
func matches(name string, patterns []string, part func(pattern string) (string, bool)) bool {
	if len(patterns) == 0 {
		return true
	}
	return slices.ContainsFunc(patterns, func(p string) bool {
		p, ok := part(p)
		return ok && strings.Contains(name, p)
	})
}

func same(pattern string) (string, bool) { return pattern, true }

func beforePlace(pattern string) (string, bool) {
	file, _, _ := strings.Cut(pattern, "@")
	return file, true
}

func withoutPlace(pattern string) (string, bool) { return pattern, !strings.Contains(pattern, "@") }

// Read parses one file, into a script for each place that it names.
func Read(path string) ([]*Script, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Parse(path, data)
}

// Parse parses the text of one file.
func Parse(path string, data []byte) ([]*Script, error) {
	a := txtar.Parse(data)
	s := &Script{
		Path:  path,
		Name:  strings.TrimSuffix(filepath.Base(path), ".txtar"),
		Limit: DefaultLimit,
		Files: map[string]string{},
		file:  &file{archive: a},
	}
	if err := s.parseLines(string(a.Comment)); err != nil {
		return nil, err
	}
	if err := s.parseMembers(); err != nil {
		return nil, err
	}
	if err := s.playMember(); err != nil {
		return nil, err
	}
	if len(s.Commands) == 0 {
		return nil, fmt.Errorf("%s: no commands", path)
	}
	return s.inPlaces()
}

// playMember takes the lines of a shell script that is a member for commands,
// so that a script can be held unchanged and still be compared line by line.
func (s *Script) playMember() error {
	text, ok := s.Files[s.play]
	if s.play != "" && !ok {
		return fmt.Errorf("%s: no member %s to play", s.Path, s.play)
	}
	for i, line := range strings.Split(text, "\n") {
		if line != "" && !strings.HasPrefix(line, "#") && line != "set -e" {
			s.Commands = append(s.Commands, Command{Line: i + 1, Text: line})
		}
	}
	return nil
}

func (s *Script) parseMembers() (err error) {
	for _, f := range s.file.archive.Files {
		if !isGolden(f.Name) {
			s.Files[f.Name] = string(f.Data)
			continue
		}
		if f.Name != goldenMember {
			continue // of a place
		}
		if s.Golden, err = parseGolden(string(f.Data)); err != nil {
			return fmt.Errorf("%s: golden: %w", s.Path, err)
		}
	}
	return nil
}

// parseLines reads directives and commands. A line that ends in a backslash
// goes on in the next one, as in the shell.
func (s *Script) parseLines(text string) error {
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		at, line := i+1, strings.TrimSpace(lines[i])
		for strings.HasSuffix(line, `\`) && i+1 < len(lines) {
			i++
			line += "\n" + lines[i]
		}
		if err := s.parseLine(at, line); err != nil {
			return fmt.Errorf("%s:%d: %w", s.Path, at, err)
		}
	}
	return nil
}

func (s *Script) parseLine(at int, line string) error {
	switch {
	case line == MadeLine:
		s.Made = true
		return nil
	case line == "" || line == "#" || strings.HasPrefix(line, "# "):
		return nil
	case strings.HasPrefix(line, "#"):
		return s.directive(line)
	}
	c, err := parseCommand(line)
	c.Line = at
	s.Commands = append(s.Commands, c)
	return err
}

// directive understands the lines that start with # and no blank.
func (s *Script) directive(line string) (err error) {
	switch f := strings.Fields(line); {
	case line == "#vm":
		s.VM = true
	case line == "#dad":
		s.DAD = true
	case f[0] == "#modules":
		s.Modules = append(s.Modules, f[1:]...)
	case f[0] == "#needs":
		s.Needs = append(s.Needs, f[1:]...)
	case f[0] == "#beside":
		s.Beside = append(s.Beside, f[1:]...)
	case f[0] == "#place":
		s.places = append(s.places, f[1:]...)
	case f[0] == "#play" && len(f) == 2:
		s.play = f[1]
	case f[0] == "#kernel" && len(f) > 2:
		s.Since, err = parseKernel(f[1])
		s.Since.Reason = strings.Join(f[2:], " ")
	case f[0] == "#limit" && len(f) == 2:
		s.Limit, err = time.ParseDuration(f[1])
	default:
		err = fmt.Errorf("unknown directive %q (a comment has a blank after #)", line)
	}
	return err
}

func parseCommand(line string) (Command, error) {
	if text, ok := strings.CutPrefix(line, "setup:"); ok {
		return Command{Kind: Setup, Text: strings.TrimSpace(text)}, nil
	}
	if text, ok := strings.CutPrefix(line, "usage:"); ok {
		return Command{Kind: Usage, Text: strings.TrimSpace(text)}, nil
	}
	if text, ok := strings.CutPrefix(line, "help:"); ok {
		return Command{Kind: Help, Text: strings.TrimSpace(text)}, nil
	}
	if rest, ok := strings.CutPrefix(line, "differs"); ok && strings.HasPrefix(strings.TrimLeft(rest, lower), "(") {
		return parseDiffers(rest)
	}
	return Command{Kind: Compare, Text: line}, nil
}

// lower are the letters of the name of an architecture or kernel, and what stands before it.
const lower = " .0123456789abcdefghijklmnopqrstuvwxyz"

// Arch is the architecture of the tools that are compared, and Series the kernel of the
// test VM, of which "differs ARCH" and "differs KERNEL" speak.
var Arch, Series = runtime.GOARCH, ""

// parseDiffers reads the rest of "differs(REASON): COMMAND", or of "differs
// WHERE…(REASON): COMMAND", which is like any other line where neither the tools are of
// one of those architectures nor the VM has one of those kernels.
func parseDiffers(rest string) (Command, error) {
	where, rest, _ := strings.Cut(rest, "(")
	reason, text, ok := strings.Cut(rest, "):")
	if !ok || strings.TrimSpace(reason) == "" {
		return Command{}, fmt.Errorf("want differs(REASON): COMMAND, or differs WHERE(REASON): COMMAND")
	}
	c := Command{Kind: Differs, Text: strings.TrimSpace(text), Reason: reason}
	if list := strings.Fields(where); len(list) > 0 && !slices.Contains(list, Arch) && !slices.Contains(list, Series) {
		c.Kind, c.Reason = Compare, ""
	}
	return c, nil
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
