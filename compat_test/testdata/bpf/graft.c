#include "bpf.h"
/* A map of programs that "tc exec bpf graft" fills, and programs for it: keys in names of sections. */
struct { __uint(type, PROG_ARRAY); __uint(max_entries, 8); __uint(key_size, 4); __uint(value_size, 4); __uint(pinning, 1); } jumps SEC(".maps");
SEC("classifier") int p_main(struct skb *s) { tail_call(s, &jumps, 3); return OK; }
SEC("1/3") int p_three(struct skb *s) { s->mark = 3; return OK; }
SEC("0x7/0x5") int p_five(struct skb *s) { s->mark = 5; return OK; }
SEC("1/12") int p_beyond(struct skb *s) { return OK; }
SEC("x/3") int p_noname(struct skb *s) { return OK; }
