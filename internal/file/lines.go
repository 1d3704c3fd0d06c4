package file

import (
	"strconv"
	"strings"
)

// Entry is the first line that is wanted of a file such as /etc/passwd, whose fields are
// parted by colons; nil if there is none, or no file.
func Entry(path string, wanted func(fields []string) bool) []string {
	text, _ := Read(path)
	for line := range strings.Lines(text) {
		if fields := strings.Split(strings.TrimSuffix(line, "\n"), ":"); wanted(fields) {
			return fields
		}
	}
	return nil
}

// AccountName is the name of a number in such a file, whose lines begin
// "name:password:number:"; "" if it has none. As for getpwuid(3), a line that begins with
// # is none.
func AccountName(path, number string) string {
	wanted := func(f []string) bool { return len(f) > 2 && f[2] == number && !strings.HasPrefix(f[0], "#") }
	if f := Entry(path, wanted); f != nil {
		return f[0]
	}
	return ""
}

// Unescape undoes the octal escapes of /proc/self/mountinfo (proc(5)): "\040" is a blank.
func Unescape(s string) string {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b = append(b, byte(n))
				i += 3
				continue
			}
		}
		b = append(b, s[i])
	}
	return string(b)
}
