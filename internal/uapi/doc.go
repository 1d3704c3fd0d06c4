// Package uapi holds the numbers of the kernel's network interfaces (netlink
// attributes, message types, flags) under the kernel's own names, as
// golang.org/x/sys/unix does. It exists because neither x/sys/unix nor
// vishvananda/netlink/nl has them all.
//
// The table is generated from the headers that Debian ships as linux-libc-dev.
// What the headers have in network order is a Be16 or Be32.
package uapi

//go:generate sh -c "go run gen.go /usr/include > uapi.go.new && mv uapi.go.new uapi.go"
