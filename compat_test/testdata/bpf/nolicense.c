#define NO_LICENSE
#include "bpf.h"
SEC("prog") int p_prog(struct xdp_md *x) { return PASS; }
