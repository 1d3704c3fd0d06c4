package cage

// arch is AUDIT_ARCH_LOONGARCH64 of linux/audit.h.
const arch = 0xc0000102

var more = [...]uint32{}
