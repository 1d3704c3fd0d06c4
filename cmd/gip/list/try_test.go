package list_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gip/cmd/gip/list"
	"gip/compat_test/script"
	"gip/internal/command"
	"gip/internal/rtnl"
)

// TestTry tries all recorded commands of ip and bridge that the shell would only
// split. What the real tool has done has to be accepted, and what it refused as bad
// usage is refused with the same words.
func TestTry(t *testing.T) {
	scripts, err := script.Load("../../../compat_test/testdata")
	if err != nil {
		t.Fatal(err)
	}
	tables := t.TempDir() // netem's distributions: a machine need have none of them
	for _, name := range []string{"experimental", "normal", "pareto", "paretonormal"} {
		if err := os.WriteFile(filepath.Join(tables, name+".dist"), []byte("-1 0 1\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("TC_LIB_DIR", tables)
	done, refused := 0, 0
	for _, s := range scripts {
		if s.Name == "names_files" { // it has names of its own in /etc
			continue
		}
		d := new(rtnl.Dry)
		for _, r := range s.Golden {
			words, err := command.SplitWords(nil, r.Command)
			if err != nil || len(words) == 0 || strings.ContainsAny(r.Command, "$;&|><`\\*?()#") {
				continue
			}
			if a := list.Applets.Find(words[0]); a == nil || a.Objects == nil {
				continue
			}
			said := list.Applets.Try(words, d)
			switch {
			case r.Status == 0 && said != "":
				t.Errorf("%s: %s: refused: %s", s.Name, r.Command, said)
			case r.Status == 0:
				done++
			case r.Status == 255 && said != "":
				refused++
			}
		}
	}
	if done < 5000 || refused < 1000 {
		t.Errorf("%d accepted, %d refused", done, refused)
	}
	t.Logf("%d accepted, %d refused", done, refused)
}
