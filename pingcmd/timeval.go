//go:build !386

package pingcmd

// stampLen is the size of the time of sending in front of the data, the struct
// timeval of the C library, which has 64 bits for seconds.
const stampLen = 16
