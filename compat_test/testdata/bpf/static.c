#include "bpf.h"
/* A program that is not global. */
SEC("prog") static int p_prog(struct xdp_md *x) { return PASS; }
