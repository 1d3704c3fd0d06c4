// Package resolve turns names of hosts into addresses and back: /etc/hosts and
// the name servers of /etc/resolv.conf, in the order of /etc/nsswitch.conf, as
// the C library's resolver does and with its errors.
//
// It works in the calling thread alone, since a network namespace is one
// thread's, and keeps nothing: the files may be others at the next call.
package resolve

import "net/netip"

// An Error tells why there is no answer. Its numbers are those of h_errno, its
// texts those of net-tools.
type Error int

const (
	NotFound  Error = 1 + iota // nobody knows the name
	Temporary                  // a name server could not say
	Failed                     // an answer is of no use
	NoData                     // the name has no such address

	// These are told from the others in the package only.
	useless  // Failed: there are answers, but none to the question
	refused  // Temporary: name servers answered that they cannot say
	noAnswer // Temporary: no name server answered
)

func (e Error) Error() string {
	switch e {
	case NotFound:
		return "Unknown host"
	case Failed:
		return "Unknown server error"
	case NoData:
		return "No address associated with name"
	}
	return "Host name lookup failure"
}

// A Host is what a name stands for.
type Host struct {
	Name  string // the one that is not an alias
	Addrs []netip.Addr
}

// Lookup returns the addresses of a name, at least one, in the order that they
// were answered. The family is AF_INET, AF_INET6, or AF_UNSPEC for both. An
// address stands for itself. The error is an Error.
func Lookup(name string, family int) (Host, error) { return system.lookup(name, family) }

// Name returns the name of the host that has an address. The error is an Error.
func Name(a netip.Addr) (string, error) { return system.name(a) }

// A resolver knows where to look.
type resolver struct {
	etc  string // the folder of the configuration
	port uint16 // of name servers
}

var system = resolver{"/etc/", 53}

func (r resolver) lookup(name string, family int) (h Host, err error) {
	if a, err := netip.ParseAddr(name); err == nil {
		if a, ok := inFamily(a, family); ok {
			return Host{name, []netip.Addr{a}}, nil
		}
		return h, NotFound
	}
	err = r.eachSource(func(s source) (err error) {
		if s == files {
			h, err = r.hostNamed(name, family)
		} else {
			h, err = r.config().search(name, family)
		}
		return err
	})
	return h, err
}

func (r resolver) name(a netip.Addr) (name string, err error) {
	if a == netip.IPv6Unspecified() {
		return "", NotFound // the C library does not look it up; it does 0.0.0.0
	}
	a = a.Unmap().WithZone("")
	err = r.eachSource(func(s source) (err error) {
		if s == files {
			name, err = r.nameOf(a)
		} else {
			name, err = r.config().reverse(a)
		}
		return err
	})
	return name, err
}

// eachSource asks the sources until one knows. Else the last one's error
// stands, as in h_errno.
func (r resolver) eachSource(ask func(source) error) error {
	var err error = NotFound
	for _, s := range r.sources() {
		if err = ask(s); err == nil {
			return nil
		}
	}
	switch err {
	case useless:
		return Failed
	case refused, noAnswer:
		return Temporary
	}
	return err
}
