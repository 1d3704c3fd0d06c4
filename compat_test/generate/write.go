package generate

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"
)

// goldenMember is where a script keeps the recorded answers.
const goldenMember = "golden"

// Write writes all scripts into the folder. A script that is there keeps its
// answers.
func Write(dir string, thorough bool) error {
	for _, s := range Scripts(thorough) {
		path := filepath.Join(dir, s.Name+".txtar")
		if err := os.WriteFile(path, withGolden(path, s.Text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// withGolden is the text with the answers of the file that is there.
func withGolden(path, text string) []byte {
	a := txtar.Parse([]byte(text))
	if old, err := txtar.ParseFile(path); err == nil {
		i := slices.IndexFunc(old.Files, func(f txtar.File) bool { return f.Name == goldenMember })
		if i >= 0 {
			a.Files = append(a.Files, old.Files[i])
		}
	}
	return txtar.Format(a)
}

// Stale lists the scripts of the folder that are not what would be written, and
// those that are left of a family that is gone.
func Stale(dir string) (names []string) {
	made := map[string]bool{}
	for _, s := range Scripts(false) {
		path := filepath.Join(dir, s.Name+".txtar")
		made[path] = true
		if data, err := os.ReadFile(path); err != nil || string(data) != string(withGolden(path, s.Text)) {
			names = append(names, s.Name)
		}
	}
	numbers, _ := filepath.Glob(filepath.Join(dir, "numbers_*.txtar"))
	words, _ := filepath.Glob(filepath.Join(dir, "words_*.txtar"))
	for _, path := range append(numbers, words...) {
		if !made[path] {
			names = append(names, strings.TrimSuffix(filepath.Base(path), ".txtar"))
		}
	}
	return names
}
