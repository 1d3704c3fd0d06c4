package prop

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"

	"gip/internal/bpf/btftest"
)

// keep gives a socket values in maps of BPF, one for each digit of which, and writes
// each map's id into the file map.N. A map is there as long as its value.
func keep(fd, which int) error {
	for ; which > 0; which /= 10 {
		if err := keepOne(fd, which%10); err != nil {
			return err
		}
	}
	return nil
}

func keepOne(fd, n int) error {
	layouts := btftest.Layouts()
	if n < 1 || n > len(layouts) {
		return fmt.Errorf("there is no layout %d", n)
	}
	m, err := storageMap(&layouts[n-1])
	if err != nil {
		return err
	}
	key, value, info := uint32(fd), layouts[n-1].Value, [80]byte{}
	var lent runtime.Pinner // what the kernel reads and writes must not move
	defer lent.Unpin()
	lent.Pin(&key)
	lent.Pin(&info)
	update := struct {
		fd, _             uint32
		key, value, flags uint64
	}{fd: uint32(m), key: uint64(uintptr(unsafe.Pointer(&key))), value: uint64(uintptr(unsafe.Pointer(&value[0])))}
	if _, err := bpf(unix.BPF_MAP_UPDATE_ELEM, unsafe.Pointer(&update), unsafe.Sizeof(update)); err != nil {
		return fmt.Errorf("BPF_MAP_UPDATE_ELEM: %w", err)
	}
	ask := struct {
		fd, size uint32
		at       uint64
	}{uint32(m), uint32(len(info)), uint64(uintptr(unsafe.Pointer(&info)))}
	if _, err := bpf(unix.BPF_OBJ_GET_INFO_BY_FD, unsafe.Pointer(&ask), unsafe.Sizeof(ask)); err != nil {
		return fmt.Errorf("BPF_OBJ_GET_INFO_BY_FD: %w", err)
	}
	id := *(*uint32)(unsafe.Pointer(&info[4]))
	return os.WriteFile("map."+strconv.Itoa(n), []byte(strconv.Itoa(int(id))), 0o666)
}

// storageMap makes a map for values of a layout.
func storageMap(l *btftest.Layout) (int, error) {
	load := struct {
		btf, _        uint64
		size, _, _, _ uint32
	}{btf: uint64(uintptr(unsafe.Pointer(&l.BTF[0]))), size: uint32(len(l.BTF))}
	types, err := bpf(unix.BPF_BTF_LOAD, unsafe.Pointer(&load), unsafe.Sizeof(load))
	if err != nil {
		return 0, fmt.Errorf("BPF_BTF_LOAD: %w", err)
	}
	// union bpf_attr for BPF_MAP_CREATE: type, sizes of key and value, number of
	// elements, flags, inner map, node, name (four words), interface, BTF, types of
	// key and value.
	m, err := bpf(unix.BPF_MAP_CREATE, unsafe.Pointer(&[16]uint32{0: unix.BPF_MAP_TYPE_SK_STORAGE, 1: 4, 2: uint32(len(l.Value)),
		4: unix.BPF_F_NO_PREALLOC, 12: uint32(types), 13: btftest.Key, 14: l.Type}), 60)
	if err != nil {
		return 0, fmt.Errorf("BPF_MAP_CREATE: %w", err)
	}
	return m, nil
}

func bpf(command int, attr unsafe.Pointer, size uintptr) (int, error) {
	r, _, e := unix.Syscall(unix.SYS_BPF, uintptr(command), uintptr(attr), size)
	if e != 0 {
		return 0, e
	}
	return int(r), nil
}
