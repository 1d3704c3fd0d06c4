package netem

import (
	"math"
	"os"
	"runtime"
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/file"
	"gip/internal/rtnl"
	"gip/internal/word"
)

// distDir is where Debian keeps the tables of distributions, if TC_LIB_DIR names no
// other place.
func distDir() string { return "/usr/lib/" + multiarch(runtime.GOARCH) + "/tc/" }

// multiarch is what Debian calls the folder of an architecture's libraries, of which Go's
// name is given (dpkg-architecture -q DEB_HOST_MULTIARCH).
func multiarch(arch string) string {
	switch arch {
	case "386":
		return "i386-linux-gnu"
	case "amd64":
		return "x86_64-linux-gnu"
	case "arm":
		return "arm-linux-gnueabihf"
	case "arm64":
		return "aarch64-linux-gnu"
	case "loong64":
		return "loongarch64-linux-gnu"
	case "mips64":
		return "mips64-linux-gnuabi64"
	case "mips64le":
		return "mips64el-linux-gnuabi64"
	case "mipsle":
		return "mipsel-linux-gnu"
	case "ppc64":
		return "powerpc64-linux-gnu"
	case "ppc64le":
		return "powerpc64le-linux-gnu"
	}
	return arch + "-linux-gnu"
}

// maxDist is how many values a table may have.
const maxDist = 16 * 1024

func roundToEven(v float64) float64 { return math.RoundToEven(v) }

func parseDistribution(c *field.Call, r *field.Row) error { return distribution(c, r.Attr) }

// distribution puts a table: values of 16 bits, of which a file has the numbers, with
// comments. A table that is empty is a failure without a text.
func distribution(c *field.Call, attr uint16) error {
	name, err := c.Args.Value()
	if err != nil {
		return err
	}
	dir := os.Getenv("TC_LIB_DIR")
	if _, given := os.LookupEnv("TC_LIB_DIR"); !given {
		dir = distDir()
	}
	path := dir + "/" + name + ".dist"
	path = path[:min(len(path), 127)]
	text, err := file.Read(path)
	if err != nil {
		return cli.Fail("No distribution data for %s (%s: %s)", name, path, cli.Strerror(err))
	}
	values, ok := distValues(text)
	switch {
	case !ok:
		return cli.Fail("%s: too much data", path)
	case len(values) == 0:
		return cli.Silent(cli.StatusError)
	}
	c.Put(0, attr, values)
	return nil
}

// distValues reads the numbers of each line up to what is none.
func distValues(text string) (b []byte, ok bool) {
	for line := range strings.Lines(text) {
		if line[0] == '\n' || line[0] == '#' {
			continue
		}
		for rest := line; ; {
			n, after, _ := word.Strtol(rest, 0)
			if after == rest {
				break
			}
			if len(b) >= 2*maxDist {
				return nil, false
			}
			b, rest = rtnl.NE.AppendUint16(b, uint16(n)), after
		}
	}
	return b, true
}
