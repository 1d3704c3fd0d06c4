#include "bpf.h"
/* struct bpf_map_def of old libbpf */
struct { u32 type, key_size, value_size, max_entries, map_flags; } old SEC("maps") = { ARRAY, 4, 4, 1, 0 };
SEC("prog") int p_prog(struct xdp_md *x) { u32 k = 0; u32 *v = lookup(&old, &k); return v ? PASS : DROP; }
