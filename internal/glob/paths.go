package glob

import (
	"os"
	"slices"
	"strings"

	"gip/internal/file"

	"golang.org/x/sys/unix"
)

// Paths returns the paths that match a pattern, sorted by their bytes. A name
// that begins with a dot is matched by a dot only, * matches no slash, and a
// slash at the end wants folders.
func Paths(pattern string) []string {
	parts := strings.Split(pattern, "/")
	last := len(parts) - 1
	found := []string{""}
	for i, part := range parts {
		wild := special(part)
		switch {
		case wild:
			found = within(found, part)
		case part != "" || i < last:
			found = appended(found, plain(part))
		}
		switch {
		case i == last && part == "":
			found = marked(found, last > 0 && special(parts[last-1]))
		case i == last && !wild:
			found = slices.DeleteFunc(found, missing)
		case i < last:
			found = appended(found, "/")
		}
	}
	slices.Sort(found)
	return found
}

// special reports whether a part of a path stands for others than itself. A [
// does with a ] somewhere behind it.
func special(part string) bool {
	open := false
	for i := 0; i < len(part); i++ {
		switch part[i] {
		case '*', '?':
			return true
		case '\\':
			i++
		case '[':
			open = true
		case ']':
			if open {
				return true
			}
		}
	}
	return false
}

// plain takes out backslashes that take away a meaning; the last one of all is
// a byte like others.
func plain(part string) string {
	if strings.IndexByte(part, '\\') < 0 {
		return part
	}
	var b []byte
	for i := 0; i < len(part); i++ {
		if part[i] == '\\' && i+1 < len(part) {
			i++
		}
		b = append(b, part[i])
	}
	return string(b)
}

func appended(paths []string, tail string) []string {
	for i := range paths {
		paths[i] += tail
	}
	return paths
}

// within returns what matches a part in the folders whose paths, with a slash
// behind them, are given.
func within(dirs []string, part string) (found []string) {
	dotted := strings.HasPrefix(part, ".") || strings.HasPrefix(part, `\.`)
	for _, dir := range dirs {
		open := dir
		if dir == "" {
			open = "."
		}
		names, err := file.Names(open)
		if err == nil && dotted {
			names = append(names, ".", "..")
		}
		for _, name := range names {
			if (name[0] != '.' || dotted) && Match(part, name) {
				found = append(found, dir+name)
			}
		}
	}
	return found
}

// marked is the end of a pattern with a slash behind its last part, which the
// paths have too. Of what matched a special part only the folders are left; what
// was named loses its slash if it is none.
func marked(paths []string, wild bool) (found []string) {
	for _, path := range paths {
		bare := strings.TrimSuffix(path, "/")
		switch {
		case path == "" || bare != "" && missing(bare):
		case isDir(path):
			found = append(found, path)
		case !wild:
			found = append(found, bare)
		}
	}
	return found
}

func missing(path string) bool {
	var st unix.Stat_t
	return unix.Lstat(path, &st) != nil
}

func isDir(path string) bool {
	var st unix.Stat_t
	return unix.Stat(path, &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFDIR
}

// Files is Paths for the name of a file that someone wrote on a command line:
// {a,b} stands for several patterns, ~ and ~name at the start for a home. What
// matches nothing stands for itself, but loses the slashes at its end.
func Files(pattern string) []string {
	found := expanded(pattern)
	if len(found) > 0 {
		return found
	}
	for len(pattern) > len("a/") && strings.HasSuffix(pattern, "/") {
		pattern = pattern[:len(pattern)-1]
	}
	return []string{pattern}
}

// expanded returns what the patterns match that a pattern with braces stands
// for, one after the other.
func expanded(pattern string) (found []string) {
	before, choices, after, ok := cutBraces(pattern)
	if !ok {
		return Paths(home(pattern))
	}
	for _, choice := range choices {
		found = append(found, expanded(before+choice+after)...)
	}
	if len(found) == 0 {
		return Paths(home(pattern))
	}
	return found
}

// cutBraces finds the first {a,b} that has an end; braces in it stay.
func cutBraces(pattern string) (before string, choices []string, after string, ok bool) {
	at := unquoted(pattern, "{")
	if at < 0 {
		return "", nil, "", false
	}
	before, pattern = pattern[:at], pattern[at+1:]
	for depth, start, i := 0, 0, 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '\\':
			i++
		case c == '{':
			depth++
		case c == '}' && depth > 0:
			depth--
		case c == ',' && depth == 0:
			choices = append(choices, pattern[start:i])
			start = i + 1
		case c == '}':
			return before, append(choices, pattern[start:i]), pattern[i+1:], true
		}
	}
	return "", nil, "", false
}

// unquoted finds the first of some bytes that has no backslash before it.
func unquoted(s, bytes string) int {
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case strings.IndexByte(bytes, s[i]) >= 0:
			return i
		}
	}
	return -1
}

// home puts a folder in the place of a ~ or ~name, if it is known.
func home(pattern string) string {
	if !strings.HasPrefix(pattern, "~") {
		return pattern
	}
	name, _, _ := strings.Cut(pattern[1:], "/")
	dir := os.Getenv("HOME")
	if name != "" {
		dir = homeOf(name)
	}
	if dir == "" {
		return pattern
	}
	return dir + pattern[1+len(name):]
}

// homeOf looks a user's home up in /etc/passwd.
func homeOf(user string) string {
	// name:password:uid:gid:comment:home:shell
	if f := file.Entry("/etc/passwd", func(f []string) bool { return len(f) > 5 && f[0] == user }); f != nil {
		return f[5]
	}
	return ""
}
