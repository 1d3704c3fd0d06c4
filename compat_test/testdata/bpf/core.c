#include "bpf.h"
/* What needs the types of the running kernel. */
struct task { int a; int pid; } __attribute__((preserve_access_index));
SEC("core") int p_core(struct task *t) { return t->pid; }
SEC("prog") int p_prog(struct xdp_md *x) { return PASS; }
