//go:build entry && (amd64 || arm64)

package entry

import "unsafe"

// All requests of the runtime for memory are asked of mmap below, which does two things.
//
// The runtime wants 705 MB of addresses, to index all that there might be, and
// 40 MB of memory for an array of which it uses four pages. Where the limit of
// addresses (RLIMIT_AS, ulimit -v) or of data (RLIMIT_DATA, ulimit -d) is too low
// for that, it gets less.
//
// Each start of gip writes to the same 120 pages, and each first write to a page is an
// exception, which takes longer than to clear a page: on a machine whose hypervisor has to
// follow the page tables, half of the time of a start. So where they lie close together,
// the kernel is asked for all at once. The heap begins at a known address only in a
// program built without the runtime's randomizedheapbase64 (see the Makefile); elsewhere
// it comes page by page, as ever.

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

// mmapC calls mmapFunc as C code is called.
func mmapC()

// viaMmap is the address of mmapC.
var (
	viaMmap  unsafe.Pointer
	mmapFunc = mmap
)

// bss and ebss are the addresses between which the variables with pointers are that
// begin as zero.
var bss, ebss uintptr

// Which limit is too low.
var fewAddresses, littleData bool

//go:nosplit
func economise() {
	var data, addresses limit
	prlimit(limitData, nil, &data)
	prlimit(limitAS, nil, &addresses)
	fewAddresses = addresses.soft < manyAddresses
	littleData = fewAddresses || data.soft < muchData
	cgoMmap = viaMmap
	// The runtime's variables: first those with pointers, then some of the others.
	populate(bss&^(page-1), ebss-bss+6*page)
}

// What is populated.
const (
	page         = 4096
	heapAlign    = 64 << 20  // of the runtime's first part of the heap,
	heapStep     = 4 << 20   // which it maps in such steps,
	heapUsed     = 600 << 10 // and of which each start uses 90 of these 150 pages
	recordsSize  = 256 << 10 // of its first records about memory,
	recordsUsed  = 64 << 10  // of which 11 of these 16 pages are used
	madvPopulate = 23        // MADV_POPULATE_WRITE, linux/mman.h, Linux 5.14
)

// populate makes the pages of some addresses before they are written to. If the kernel
// does not, it does so later.
//
//go:nosplit
func populate(addr, n uintptr) { syscall6(sysMadvise, addr, n, madvPopulate, 0, 0, 0) }

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
	case addr == 0 && n == indexSize && littleData:
		flags = flags&^mapPrivate | mapShared
	}
	got, _, errno := syscall6(sysMmap, addr, n, prot, flags, fd, offset)
	switch {
	case errno != 0:
		return errno
	case n == heapStep && prot != 0 && addr != 0 && addr%heapAlign == 0:
		populate(got, heapUsed)
	case n == recordsSize && addr == 0 && !recorded:
		recorded = true
		populate(got, recordsUsed)
	}
	return got
}

// recorded tells that the first records have their memory.
var recorded bool
