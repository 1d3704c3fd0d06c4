package labcmd

import (
	_ "embed"
	"strings"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/file"
	"gip/internal/lab"
	"gip/internal/lz4"

	"golang.org/x/sys/unix"
)

// packed are the labs that people build, to start from: those of the folder labs.
//
//go:embed labs.lz4
var packed []byte

// most is more than all of them take.
const most = 1 << 16

// defaultModel is meant where none is named.
const defaultModel = "router"

// write writes one of the labs to a file of its name, which must not be there.
func write(c *command.Call) error {
	name := defaultModel
	if c.More() {
		name, _ = c.Value()
		offer(name, modelName)
	}
	if err := done(c); err != nil {
		return err
	}
	for model, text := range lz4.Files(packed, most) {
		if model == name+".lab" {
			return create(c, model, text)
		}
	}
	return cli.Fail("gip lab: there is no lab %q to start from, only %s", name, strings.Join(models(), ", "))
}

// models are the names of those labs.
func models() (names []string) {
	for model := range lz4.Files(packed, most) {
		names = append(names, lab.Called(model))
	}
	return names
}

func create(c *command.Call, path, text string) error {
	f, err := file.OpenFile(path, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL, 0o777)
	if err != nil {
		return cli.Fail("gip lab: %s: %s", path, cli.Strerror(err))
	}
	_, err = f.WriteString(text)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		unix.Unlink(path)
		return cli.Fail("gip lab: %s: %s", path, cli.Strerror(err))
	}
	c.Pen.Raw(path + ": written; gip lab up " + path + " makes it\n")
	return nil
}
