package show

import (
	"encoding/binary"
	"math/bits"
)

// octets has the bytes in decimal, each with the dot behind it.
const octets = "" +
	"000.001.002.003.004.005.006.007.008.009.010.011.012.013.014.015." +
	"016.017.018.019.020.021.022.023.024.025.026.027.028.029.030.031." +
	"032.033.034.035.036.037.038.039.040.041.042.043.044.045.046.047." +
	"048.049.050.051.052.053.054.055.056.057.058.059.060.061.062.063." +
	"064.065.066.067.068.069.070.071.072.073.074.075.076.077.078.079." +
	"080.081.082.083.084.085.086.087.088.089.090.091.092.093.094.095." +
	"096.097.098.099.100.101.102.103.104.105.106.107.108.109.110.111." +
	"112.113.114.115.116.117.118.119.120.121.122.123.124.125.126.127." +
	"128.129.130.131.132.133.134.135.136.137.138.139.140.141.142.143." +
	"144.145.146.147.148.149.150.151.152.153.154.155.156.157.158.159." +
	"160.161.162.163.164.165.166.167.168.169.170.171.172.173.174.175." +
	"176.177.178.179.180.181.182.183.184.185.186.187.188.189.190.191." +
	"192.193.194.195.196.197.198.199.200.201.202.203.204.205.206.207." +
	"208.209.210.211.212.213.214.215.216.217.218.219.220.221.222.223." +
	"224.225.226.227.228.229.230.231.232.233.234.235.236.237.238.239." +
	"240.241.242.243.244.245.246.247.248.249.250.251.252.253.254.255."

// room returns b with n more bytes, whatever is in them.
func room(b []byte, n int) []byte {
	if cap(b)-len(b) < n {
		return append(b, make([]byte, n)...)
	}
	return b[:len(b)+n]
}

// AppendIPv4 appends an address with its dots. It and AppendIPv6 write groups
// of digits as words, which takes half the time of what package netip does:
// lists of 100,000 addresses show it.
func AppendIPv4(b []byte, a [4]byte) []byte {
	n := len(b)
	b = room(b, 4*4)
	for _, c := range a {
		zeros := 0
		if c < 100 {
			zeros = 1
		}
		if c < 10 {
			zeros = 2
		}
		o := octets[4*int(c):][:4]
		word := uint32(o[0]) | uint32(o[1])<<8 | uint32(o[2])<<16 | uint32(o[3])<<24
		binary.LittleEndian.PutUint32(b[n:], word>>(8*zeros))
		n += 4 - zeros
	}
	return b[:n-1]
}

// AppendIPv6 appends an address, with the longest run of zeros, the first of several, as "::".
// The last four bytes of an IPv4-compatible or mapped address have dots, as
// inet_ntop writes them.
func AppendIPv6(b []byte, a [16]byte) []byte {
	if a[0]|a[1]|a[2]|a[3] == 0 && dotted(&a) {
		lead := "::"
		if a[10] != 0 {
			lead = "::ffff:"
		}
		return AppendIPv4(append(b, lead...), [4]byte(a[12:]))
	}
	from, to := zeroRun(&a)
	n := len(b)
	b = room(b, 8*5)
	for i := 0; i < 8; i++ {
		if i == from {
			b[n], b[n+1] = ':', ':'
			n += 2
			if i = to; i == 8 {
				break
			}
		} else if i > 0 {
			b[n] = ':'
			n++
		}
		v := binary.BigEndian.Uint16(a[2*i:])
		digits := (bits.Len16(v|1) + 3) / 4
		binary.LittleEndian.PutUint32(b[n:], hexWord(v)>>(8*(4-digits)))
		n += digits
	}
	return b[:n]
}

// hexWord is the four hexadecimal digits of v as they stand in memory, the
// first in the lowest byte.
func hexWord(v uint16) uint32 {
	x := uint32(v)
	x = x>>12 | x>>8&15<<8 | x>>4&15<<16 | x&15<<24
	letters := (x + 0x06060606) >> 4 & 0x01010101
	return x + 0x30303030 + letters*('a'-'9'-1)
}

// dotted reports whether the last four bytes are those of an IPv4 address.
func dotted(a *[16]byte) bool {
	for _, c := range a[4:10] {
		if c != 0 {
			return false
		}
	}
	return a[10] == 0xff && a[11] == 0xff || a[10]|a[11] == 0 && a[12]|a[13] != 0
}

// zeroRun finds the groups that "::" stands for; from is -1 if there is no run
// of two.
func zeroRun(a *[16]byte) (from, to int) {
	from, to = -1, -1
	for i := 0; i < 8; i++ {
		j := i
		for j < 8 && a[2*j]|a[2*j+1] == 0 {
			j++
		}
		if j > i+1 && j-i > to-from {
			from, to = i, j
		}
		i = max(i, j)
	}
	return from, to
}

// AppendMAC appends a link-layer address of the usual length.
func AppendMAC(b []byte, a [6]byte) []byte {
	b = room(b, 3*len(a))
	out := (*[18]byte)(b[len(b)-18:])
	for i := 0; i < 3; i++ {
		w := uint64(hexWord(binary.BigEndian.Uint16(a[2*i:])))
		w = w&0xffff | ':'<<16 | w>>16<<24 | ':'<<40
		binary.LittleEndian.PutUint32(out[6*i:], uint32(w))
		binary.LittleEndian.PutUint16(out[6*i+4:], uint16(w>>32))
	}
	return b[:len(b)-1]
}
