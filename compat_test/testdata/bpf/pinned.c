#include "bpf.h"
struct { __uint(type, ARRAY); __uint(max_entries, 4); __type(key, u32); __type(value, u32); __uint(pinning, 1); } kept SEC(".maps");
SEC("prog") int p_prog(struct xdp_md *x) { u32 k = 0; u32 *v = lookup(&kept, &k); return v ? PASS : DROP; }
