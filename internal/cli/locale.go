package cli

import (
	"os"
	"strings"
)

// LocaleUTF8 reports whether the environment asks for a locale whose letters are
// in UTF-8. Of those that a system may have, C is the one that all have.
func LocaleUTF8() bool {
	for _, variable := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := os.Getenv(variable); v != "" {
			v = strings.ToLower(v)
			return strings.HasSuffix(v, ".utf-8") || strings.HasSuffix(v, ".utf8")
		}
	}
	return false
}
