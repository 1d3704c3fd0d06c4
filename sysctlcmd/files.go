package sysctlcmd

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gip/internal/cli"
)

// systemDirs are the folders of --system; a file in an earlier one hides the
// files of its name in the later ones (sysctl.d(5)).
var systemDirs = [...]string{
	"/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d", "/lib/sysctl.d",
}

// loadFiles applies the settings of the files, whose names may be patterns.
func (c *command) loadFiles(files []string) (status int) {
	for _, f := range files {
		names := []string{f}
		if f != "-" {
			if found, _ := filepath.Glob(f); len(found) > 0 {
				names = found
			}
		}
		for _, n := range names {
			status |= c.loadFile(n)
		}
	}
	return status
}

// loadFile reads a whole file, then applies its settings.
func (c *command) loadFile(name string) int {
	settings, ok := c.readSettings(name)
	if !ok {
		return 1
	}
	return c.applyAll(settings)
}

func (c *command) applyAll(settings []setting) (status int) {
	for _, s := range settings {
		if c.matches(s.key) {
			status |= c.apply(s)
		}
	}
	return status
}

func (c *command) readSettings(name string) ([]setting, bool) {
	b, err := c.readAll(name)
	if err != nil {
		c.env.Warnf("sysctl: cannot open \"%s\": %s\n", name, cli.Strerror(err))
		return nil, false
	}
	var settings []setting
	n := 0
	for line := range strings.Lines(string(b)) {
		n++
		line = strings.TrimSpace(line)
		if len(line) < 2 || line[0] == '#' || line[0] == ';' {
			continue
		}
		s, ok := parseSetting(line)
		if !ok {
			// A leading dash without a value takes the key out of patterns.
			if line[0] != '-' && c.matches(line) {
				c.env.Warnf("sysctl: %s(%d): invalid syntax, continuing...\n", name, n)
			}
			continue
		}
		s.glob = true
		settings = append(settings, s)
	}
	return settings, true
}

func (c *command) readAll(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(c.env.Stdin)
	}
	info, err := os.Stat(name)
	if err == nil && info.IsDir() {
		return nil, nil
	}
	return os.ReadFile(name)
}

// applySystem applies the files of the system's folders in the order of their
// names, then /etc/sysctl.conf.
func (c *command) applySystem() (status int) {
	var settings []setting
	for _, f := range append(systemFiles(), "/etc/sysctl.conf") {
		if _, err := os.Stat(f); err != nil {
			continue
		}
		if !c.quiet {
			c.env.Pen.Raw("* Applying " + f + " ...\n")
		}
		s, ok := c.readSettings(f)
		if !ok {
			status = 1
		}
		settings = append(settings, s...)
	}
	return status | c.applyAll(settings)
}

// systemFiles lists the *.conf of all folders by name.
func systemFiles() []string {
	byName := map[string]string{}
	var names []string
	for _, dir := range systemDirs {
		entries, _ := os.ReadDir(dir)
		for _, e := range entries {
			n := e.Name()
			if _, hidden := byName[n]; hidden || !strings.HasSuffix(n, ".conf") {
				continue
			}
			byName[n] = filepath.Join(dir, n)
			names = append(names, n)
		}
	}
	slices.Sort(names)
	files := make([]string, len(names))
	for i, n := range names {
		files[i] = byName[n]
	}
	return files
}
