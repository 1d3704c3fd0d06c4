package linkcmd

import (
	"errors"

	"gip/internal/bpf"
	"gip/internal/cli"
	"gip/internal/field"

	"golang.org/x/sys/unix"
)

// parseXDP reads what program a link is to run: off, one that is pinned in the
// BPF file system, or one of an object file.
func parseXDP(c *field.Call, w *field.Row) error {
	r, mode := requestOf(c), uint32(w.Arg)
	if !c.Args.More() {
		return cli.Incomplete()
	}
	s := bpf.Source{Type: unix.BPF_PROG_TYPE_XDP, KeepLimits: r.env.Hosted != nil}
	if mode == unix.XDP_FLAGS_HW_MODE {
		if s.Ifindex = r.env.Links.Index(r.dev); s.Ifindex == 0 {
			return cli.Incomplete()
		}
	}
	fd, err := readXDP(r, c.Args, &s)
	if err != nil {
		return err
	}
	if !r.env.Opt.Force {
		mode |= unix.XDP_FLAGS_UPDATE_IF_NOEXIST
	}
	nest := r.m.Nest(unix.IFLA_XDP)
	r.m.U32(unix.IFLA_XDP_FD, uint32(fd))
	if mode != 0 {
		r.m.U32(unix.IFLA_XDP_FLAGS, mode)
	}
	r.m.End(nest)
	if mode&unix.XDP_FLAGS_HW_MODE != 0 && r.devIsName {
		r.dev, r.devIsName = "", false
	}
	return nil
}

// readXDP returns the descriptor of a program, or -1 for none.
func readXDP(r *request, a *cli.Args, s *bpf.Source) (int, error) {
	if word := a.Word(); (word == "off" || word == "none") && a.Len() == 1 {
		a.Skip()
		return -1, nil
	}
	err := s.Parse(a)
	if err == nil {
		err = r.env.Settle() // loading a program leaves traces
	}
	fd := -1
	if err == nil && r.env.Dry == nil {
		fd, err = s.Open(r.env.Stderr)
	}
	if e := (*bpf.Error)(nil); errors.As(err, &e) {
		return -1, &cli.Error{Status: cli.StatusUsage, Text: e.Text, Ends: true}
	}
	if err == nil {
		r.fds = append(r.fds, fd)
	}
	return fd, err
}
