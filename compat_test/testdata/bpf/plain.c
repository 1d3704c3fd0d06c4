#include "bpf.h"
/* No maps; several sections, one with two programs. */
SEC("prog") int p_pass(struct xdp_md *x) { return PASS; }
SEC("drop") int p_drop(struct xdp_md *x) { return DROP; }
SEC("xdp") int first_of_two(struct xdp_md *x) { return x->rx_queue_index ? PASS : DROP; }
SEC("xdp") int a_name_longer_than_fifteen(struct xdp_md *x) { return PASS; }
SEC("xdp.frags") int fragments(struct xdp_md *x) { return PASS; }
SEC("bad") int p_bad(struct xdp_md *x) { return *(int *)(long)x->data; }
SEC("xdp/devmap") int p_devmap(struct xdp_md *x) { return PASS; }
SEC("lwt_in") int p_lwt(struct skb *s) { return OK; }
SEC("lwt_seg6local") int p_seg6(struct skb *s) { return OK; }
