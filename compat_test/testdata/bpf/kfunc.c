#include "bpf.h"
extern int kfunc(struct xdp_md *x) __attribute__((section(".ksyms")));
SEC("prog") int p_prog(struct xdp_md *x) { return kfunc(x); }
