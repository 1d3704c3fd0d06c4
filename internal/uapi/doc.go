// Package uapi holds the numbers of the kernel's network interfaces (netlink
// attributes, message types, flags) that golang.org/x/sys/unix lacks, under the
// kernel's own names.
//
// The rule: a constant that x/sys/unix has on every port of Go to Linux is taken
// from there. One that it lacks, or lacks on a port, is taken from here, and here
// is nothing that nobody uses. [github.com/vishvananda/netlink/nl] has some of the
// rest, but is not imported for them: its initialiser, and those of net, log and
// context with it, would run at every start, and the binary would grow by 170 KB.
// Structs follow the same rule: those of x/sys/unix, else one beside the code that
// reads it.
//
// To add a constant, write uapi.NAME where it is needed and run make uapi, which
// asks the headers of Debian's package linux-libc-dev. The tests of package gen hold
// the rule. What the headers have in network order is a Be16 or Be32.
package uapi
