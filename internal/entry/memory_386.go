//go:build entry

package entry

// The runtime of 386 wants few addresses, and asks the kernel for all its memory
// itself.
//
//go:nosplit
func economise() {}
