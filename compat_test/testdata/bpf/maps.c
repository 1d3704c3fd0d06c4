#include "bpf.h"
/* Maps by BTF, global data of every kind, calls. */
struct { __uint(type, HASH); __uint(max_entries, 16); __type(key, u32); __type(value, u64); } flows SEC(".maps");
struct { __uint(type, ARRAY); __uint(max_entries, 4); __uint(key_size, 4); __uint(value_size, 12); __uint(map_flags, 1024); } sizes SEC(".maps");
const volatile u32 verdict = PASS;
volatile u32 count = 7;
volatile u32 seen;
static NOINLINE int twice(int a) { return a * 2 + seen; }
NOINLINE int thrice(int a) { return twice(a) + a; }
SEC("prog") int p_counting(struct xdp_md *x)
{
	u32 key = 0;
	u64 one = 1, *v = lookup(&flows, &key);
	if (v) __sync_fetch_and_add(v, 1);
	else update(&flows, &key, &one, 0);
	lookup(&sizes, &key);
	seen++;
	count += thrice(seen);
	return verdict;
}
SEC("in") int p_in(struct skb *s) { seen++; return OK; }
SEC("bad") int p_bad(struct xdp_md *x) { return *(int *)(long)x->data; }
