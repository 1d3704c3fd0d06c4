typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
/* What vmlinux.h does: every struct is marked for relocation. */
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct xdp_md { u32 data, data_end, data_meta, ingress_ifindex, rx_queue_index, egress_ifindex; };
struct ethhdr { u8 h_dest[6], h_source[6]; u16 h_proto; } __attribute__((packed));
struct iphdr {
	u8 ihl : 4, version : 4, tos;
	u16 tot_len, id, frag_off;
	u8 ttl, protocol;
	u16 check;
	union { struct { u32 saddr, daddr; }; struct { u32 saddr, daddr; } addrs; };
};
#pragma clang attribute pop
#define SEC(name) __attribute__((section(name), used))
char _license[] SEC("license") = "GPL";
/* Drops ICMP only. */
SEC("prog") int p_icmp(struct xdp_md *x)
{
	void *end = (void *)(long)x->data_end;
	struct ethhdr *e = (void *)(long)x->data;
	struct iphdr *i = (void *)(e + 1);
	if ((void *)(i + 1) > end || e->h_proto != 8)
		return 2;
	return i->protocol == 1 ? 1 : 2;
}
