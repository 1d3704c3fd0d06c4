package pingcmd

// stampLen is the size of the time of sending in front of the data, the struct
// timeval of the C library: that of 386 alone still counts seconds in 32 bits.
const stampLen = 8
