//go:build entry && (amd64 || arm64)

package entry

import "unsafe"

// The runtime wants 705 MB of addresses, to index all that there might be, and
// 40 MB of memory for an array of which it uses four pages. Where the limit of
// addresses (RLIMIT_AS, ulimit -v) or of data (RLIMIT_DATA, ulimit -d) is too low
// for that, its requests for memory are asked of mmap below. Elsewhere they go to
// the kernel as ever.

// Where a limit is below these, it is too low.
const (
	manyAddresses = 2 << 30
	muchData      = 64 << 20
)

const (
	limitData = 2 // RLIMIT_DATA
	limitAS   = 9 // RLIMIT_AS
)

// cgoMmap, if set, is what the runtime calls for memory, as C code is called. It
// is there for C programs that want to know of all memory.
//
//go:linkname cgoMmap _cgo_mmap
var cgoMmap unsafe.Pointer

// viaMmap is the address of an assembly function that calls mmapFunc.
var (
	viaMmap  unsafe.Pointer
	mmapFunc = mmap
)

// fewAddresses tells that the limit of addresses is too low.
var fewAddresses bool

//go:nosplit
func economise() {
	var data, addresses limit
	prlimit(limitData, nil, &data)
	prlimit(limitAS, nil, &addresses)
	fewAddresses = addresses.soft < manyAddresses
	if fewAddresses || data.soft < muchData {
		cgoMmap = viaMmap
	}
}

const (
	mapShared  = 0x01
	mapPrivate = 0x02
	noMemory   = 12 // ENOMEM
	chunk      = 64 << 20
	indexSize  = 32 << 20 // of the array
)

// free is where the next addresses are taken from that are asked for but not yet
// used. Nothing is there in a program of fixed addresses: the kernel places what
// it may choose at the other end of the address space, or from a third of it on.
var free uintptr = 1 << 44

// mmap is mmap(2) for the runtime; the result is an address or the number of an
// error. Addresses that are not to be used yet it gives without asking the kernel,
// which would count them; the runtime maps what it uses of them. It refuses those
// that the runtime would like best: whether they are free, only the kernel knows.
// The large array is shared memory, which is not data.
//
//go:nosplit
func mmap(addr, n, prot, flags, fd, offset uintptr) uintptr {
	switch {
	case prot == 0 && fewAddresses && addr != 0:
		return noMemory
	case prot == 0 && fewAddresses:
		addr = free
		free += (n + chunk - 1) &^ (chunk - 1)
		return addr
	case addr == 0 && n == indexSize:
		flags = flags&^mapPrivate | mapShared
	}
	addr, _, errno := syscall6(sysMmap, addr, n, prot, flags, fd, offset)
	if errno != 0 {
		return errno
	}
	return addr
}
