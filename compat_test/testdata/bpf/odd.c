#include "bpf.h"
/* Maps whose kinds the kernel or the library treats in its own way. */
struct { __uint(type, 27); __uint(max_entries, 5000); } ring SEC(".maps");
struct { __uint(type, 4); __uint(key_size, 4); __uint(value_size, 4); } events SEC(".maps");
struct { __uint(type, 14); __uint(max_entries, 4); __type(key, u32); __type(value, u32); } devs SEC(".maps");
struct { __uint(type, PROG_ARRAY); __uint(max_entries, 4); __type(key, u32); __type(value, u32); } jumps SEC(".maps");
__attribute__((visibility("hidden"))) NOINLINE int hidden_call(struct xdp_md *x) { return x->rx_queue_index + PASS; }
static long (*loop)(u32 n, void *fn, void *ctx, u64 flags) = (void *)181;
static NOINLINE int once(u32 i, void *x) { return 0; }
SEC("prog") int p_prog(struct xdp_md *x)
{
	tail_call(x, &jumps, 0);
	loop(3, once, 0, 0);
	return hidden_call(x);
}
