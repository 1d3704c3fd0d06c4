package kind

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/file"
	"gip/internal/word"
)

// Names of classes, which -nm shows, stand in files: that of -cf, then the system's.
const (
	etcNames   = "/etc/iproute2/tc_cls"
	shareNames = "/usr/share/iproute2/tc_cls"
)

type classNames struct {
	list []className
}

type className struct {
	id   uint32
	name string
}

// LoadNames reads the names of classes. A file of -cf that cannot be read is an
// error; so are, for both, lines that are no names: then there are none at all.
func LoadNames(e *cli.Env) error {
	names := cli.State[classNames](e)
	if f := e.Opt.NamesFile; f != "" {
		text, err := file.Read(f)
		if err != nil {
			return cli.Exit(cli.StatusUsage, "Can't open class names file: %s", f)
		}
		names.read(e, f, text)
	}
	path := etcNames
	text, err := file.Read(path)
	if err != nil {
		path = shareNames
		text, err = file.Read(path)
	}
	if err != nil || !names.read(e, path, text) {
		names.list = nil
	}
	return nil
}

// read adds the names of a file: lines of a number and a name. One that has no number is
// told with its line break; one that has no name ends the reading in silence.
func (n *classNames) read(e *cli.Env, path, text string) bool {
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0][0] == '#' {
			continue
		}
		id, ok := classNumber(fields[0])
		switch {
		case ok && len(fields) < 2:
			return false
		case !ok:
			e.Warnf("Database %s is corrupted at %s\n", path, strings.TrimLeft(line, " \t"))
			return false
		}
		n.list = append(n.list, className{id, fields[1]})
	}
	return true
}

// classNumber is a class as those files have it: MAJOR:MINOR or 0xID in hexadecimal,
// or a decimal number.
func classNumber(s string) (uint32, bool) {
	if strings.Contains(s, ":") {
		return ParseClass(s)
	}
	base := 10
	if strings.HasPrefix(s, "0x") {
		base = 16
	}
	n, ok := word.Uint(s, base, 32)
	return uint32(n), ok
}

// appendClassName appends NAME# if the class has a name.
func appendClassName(e *cli.Env, b []byte, h uint32) []byte {
	list := cli.State[classNames](e).list
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].id == h {
			return append(append(b, list[i].name...), '#')
		}
	}
	return b
}
