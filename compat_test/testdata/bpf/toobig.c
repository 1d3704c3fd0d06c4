#include "bpf.h"
/* A map that the kernel refuses. */
struct { __uint(type, ARRAY); __uint(max_entries, 0); __type(key, u32); __type(value, u32); } none SEC(".maps");
SEC("prog") int p_prog(struct xdp_md *x) { u32 k = 0; u32 *v = lookup(&none, &k); return v ? PASS : DROP; }
