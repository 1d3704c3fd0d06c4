/* What the test programs need of linux/bpf.h and libbpf's bpf_helpers.h. */
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;
struct xdp_md { u32 data, data_end, data_meta, ingress_ifindex, rx_queue_index, egress_ifindex; };
struct skb { u32 len, pkt_type, mark; };
enum { DROP = 1, PASS = 2, OK = 0 };
enum { HASH = 1, ARRAY = 2, PROG_ARRAY = 3 };
#define SEC(name) __attribute__((section(name), used))
#define NOINLINE __attribute__((noinline))
#define __uint(name, val) int (*name)[val]
#define __type(name, val) val *name
static void *(*lookup)(void *map, const void *key) = (void *)1;
static long (*update)(void *map, const void *key, const void *value, u64 flags) = (void *)2;
static long (*tail_call)(void *ctx, void *map, u32 index) = (void *)12;
#ifndef NO_LICENSE
char _license[] SEC("license") = "GPL";
#endif
