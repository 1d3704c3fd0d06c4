//go:build !386

package wire

// Tail is what C adds to a struct with numbers of 64 bits that ends in the middle
// of eight bytes.
const Tail = 4
