package script

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"

	"gip/compat_test/place"
)

// A file is what the scripts of one file share: each is the same lines in
// another place.
type file struct {
	archive *txtar.Archive
	scripts []*Script
}

// isGolden says whether a member is written by the bench. The first place's
// answers are "golden"; the member "golden@PLACE" has those that are others there.
func isGolden(member string) bool {
	return member == goldenMember || strings.HasPrefix(member, goldenMember+"@")
}

// inPlaces makes a script for each place of the file, or one for the ordinary
// sandbox.
func (s *Script) inPlaces() ([]*Script, error) {
	names := s.places
	if len(names) == 0 {
		names = []string{place.Plain}
	}
	for i, name := range names {
		p, ok := place.Find(name)
		if !ok {
			return nil, fmt.Errorf("%s: no place is called %q", s.Path, name)
		}
		there := *s
		there.Place, there.VM = p, s.VM || p.VM
		if name != place.Plain {
			there.Name += "@" + name
		}
		if i > 0 {
			if err := there.goldenOf(name); err != nil {
				return nil, err
			}
		}
		s.file.scripts = append(s.file.scripts, &there)
	}
	return s.file.scripts, nil
}

// goldenOf puts the answers of a place together: those of the first place, with
// the ones that are others here.
func (s *Script) goldenOf(place string) error {
	first := s.Golden
	s.Golden = nil
	i := slices.IndexFunc(s.file.archive.Files, func(f txtar.File) bool { return f.Name == goldenMember+"@"+place })
	if i < 0 || len(first) != len(s.Commands) {
		return nil // nothing recorded, or for other lines
	}
	var others []Record
	if data := string(s.file.archive.Files[i].Data); data != "" {
		var err error
		if others, err = parseGolden(data); err != nil {
			return fmt.Errorf("%s: golden of %s: %w", s.Path, place, err)
		}
	}
	s.Golden = slices.Clone(first)
	for n := range s.Golden {
		if len(others) > 0 && others[0].Command == s.Golden[n].Command {
			s.Golden[n], others = others[0], others[1:]
		}
	}
	if len(others) > 0 {
		s.Golden = nil
	}
	return nil
}

// otherThan lists the records that are not what they are in the first place. Of
// commands that are there several times all are listed if one is another, so
// that their order says which is which.
func otherThan(first, here []Record) []Record {
	differs := map[string]bool{}
	for i, r := range here {
		differs[r.Command] = differs[r.Command] || first[i] != r
	}
	return slices.DeleteFunc(slices.Clone(here), func(r Record) bool { return !differs[r.Command] })
}

// Record replaces the recorded answers and writes the file.
func (s *Script) Record(records []Record) error {
	s.Golden = records
	if err := s.file.write(s.Path); err != nil {
		return fmt.Errorf("%s: %w", s.Path, err)
	}
	return nil
}

// write writes the members of all places. One whose records are of other lines
// than the first place's is left out: it has to be recorded again.
func (f *file) write(path string) error {
	f.archive.Files = slices.DeleteFunc(f.archive.Files, func(m txtar.File) bool { return isGolden(m.Name) })
	first := f.scripts[0].Golden
	for i, s := range f.scripts {
		name, records := goldenMember, s.Golden
		if i > 0 {
			if !sameCommands(first, records) {
				continue
			}
			name, records = goldenMember+"@"+s.Place.Name, otherThan(first, records)
		}
		data, err := formatGolden(records)
		if err != nil {
			return err
		}
		f.archive.Files = append(f.archive.Files, txtar.File{Name: name, Data: []byte(data)})
	}
	return os.WriteFile(path, txtar.Format(f.archive), 0o644)
}

func sameCommands(a, b []Record) bool {
	return slices.EqualFunc(a, b, func(x, y Record) bool { return x.Command == y.Command })
}
