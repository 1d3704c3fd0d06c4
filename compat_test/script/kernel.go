package script

import (
	"fmt"
	"strconv"
	"strings"
)

// A Kernel is a release of Linux, and why a script takes none before it. The
// zero value is before all.
type Kernel struct {
	major, minor int
	Reason       string
}

// parseKernel reads MAJOR.MINOR.
func parseKernel(series string) (k Kernel, err error) {
	major, minor, _ := strings.Cut(series, ".")
	if k.major, err = strconv.Atoi(major); err == nil {
		k.minor, err = strconv.Atoi(minor)
	}
	if err != nil {
		return Kernel{}, fmt.Errorf("want #kernel MAJOR.MINOR REASON, not %q", series)
	}
	return k, nil
}

// TooOld says why the script is not for a kernel series of the test VM; "" where
// it is.
func (s *Script) TooOld(series string) string {
	k, err := parseKernel(series)
	switch since := s.Since; {
	case err != nil:
		return err.Error()
	case k.major > since.major || k.major == since.major && k.minor >= since.minor:
		return ""
	default:
		return "kernel " + series + ": " + since.Reason
	}
}
