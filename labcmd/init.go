package labcmd

import (
	_ "embed"
	"strings"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/file"

	"golang.org/x/sys/unix"
)

// The labs that people build, to start from.
var (
	//go:embed labs/two.lab
	labTwo string
	//go:embed labs/router.lab
	labRouter string
	//go:embed labs/bridge.lab
	labBridge string
	//go:embed labs/vlan.lab
	labVLAN string
	//go:embed labs/vxlan.lab
	labVXLAN string
	//go:embed labs/bond.lab
	labBond string
	//go:embed labs/vrf.lab
	labVRF string
	//go:embed labs/ipv6.lab
	labIPv6 string
	//go:embed labs/wan.lab
	labWAN string
	//go:embed labs/tree.lab
	labTree string
)

// A model is one of them.
type model struct {
	name string
	text *string
}

var models = []model{
	{"two", &labTwo}, {"router", &labRouter}, {"bridge", &labBridge}, {"vlan", &labVLAN}, {"vxlan", &labVXLAN},
	{"bond", &labBond}, {"vrf", &labVRF}, {"ipv6", &labIPv6}, {"wan", &labWAN}, {"tree", &labTree},
}

// defaultModel is meant where none is named.
const defaultModel = "router"

// write writes one of the labs to a file of its name, which must not be there.
func write(c *command.Call) error {
	name := defaultModel
	if c.More() {
		name, _ = c.Value()
	}
	if err := done(c); err != nil {
		return err
	}
	var known []string
	for _, m := range models {
		if m.name == name {
			return create(c, name+".lab", *m.text)
		}
		known = append(known, m.name)
	}
	return cli.Fail("gip lab: there is no lab %q to start from, only %s", name, strings.Join(known, ", "))
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
