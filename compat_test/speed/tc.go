package main

import "fmt"

// tableKeys is how many filters of u32 one table has.
const tableKeys = 0xFFE

// tcGroups is the rows of tc: filters and classes made in batches, and shown. They need
// a kernel with cls_flower, cls_u32 and sch_htb: make speed IN=-vm ONLY='`tc'. Classes have
// one of twenty rates: the kernel looks for each rate in a list of those that it has, which
// would be most of what is measured.
func tcGroups(s sizes) []group {
	const qdisc = "tc qdisc add dev v0 "
	filters := file{"filters", s.filters, func(i int) string {
		return fmt.Sprintf("filter add dev v0 ingress protocol ip pref 1 handle %d flower dst_ip %s action drop", i+1, prefix(i))
	}}
	keys := file{"keys", s.filters, func(i int) string {
		return fmt.Sprintf("filter add dev v0 ingress protocol ip pref 1 handle ::%x u32 match ip dst %s flowid 1:1", i+1, prefix(i))
	}}
	keys.lines = min(keys.lines, tableKeys)
	many := file{"many", s.filters, func(i int) string {
		return fmt.Sprintf("filter add dev v0 ingress protocol ip pref %d handle ::%x u32 match ip dst %s flowid 1:1", i/tableKeys+1, i%tableKeys+1, prefix(i))
	}}
	classes := file{"classes", s.classes, func(i int) string {
		return fmt.Sprintf("class add dev v0 parent 1: classid 1:%x htb rate %dkbit ceil 10mbit", i+1, i%20*100+100)
	}}
	batch := func(name string, f file, option, make, undo string) group {
		return group{name: name + option, files: []file{f}, setup: wire, works: []work{{
			{n: 1, cmds: []string{make}},
			{name: fmt.Sprintf("`tc %s-batch`, %d `%s`", option, f.lines, name), n: 1, cmds: []string{"tc " + option + "-batch " + f.name}},
			{n: 1, cmds: []string{undo}},
		}}}
	}
	shown := func(name string, f file, make string, works ...work) group {
		return group{name: name, files: []file{f}, setup: append(wire[:len(wire):len(wire)], make, "tc -batch "+f.name), works: works}
	}
	row := func(n int, kind, words string) work {
		return one(fmt.Sprintf("`tc %s`, %d %s", words, n, kind), "tc "+words)
	}
	share := func(n int, kind, words, dump string) work {
		return work{bare(fmt.Sprintf("dump of `tc %s`, %d %s", words, n, kind), dump, "tc "+words)}
	}
	// few is so much less of it: memory is to be as much.
	few := func(f file) file {
		f.lines = min(f.lines, 100)
		return f
	}
	var groups []group
	for _, option := range []string{"", "-force "} {
		groups = append(groups,
			batch("filter add … flower", filters, option, qdisc+"clsact", "tc qdisc del dev v0 clsact"),
			batch("filter add … u32", keys, option, qdisc+"clsact", "tc qdisc del dev v0 clsact"),
			batch("class add … htb", classes, option, qdisc+"root handle 1: htb", "tc qdisc del dev v0 root"))
	}
	return append(groups,
		group{name: "tc-start", setup: wire, works: []work{
			startsOf(200, "tc qdisc show dev lo", "tc qdisc show dev lo"),
			startsOf(200, "tc qdisc replace dev v0 root handle 1: pfifo", "tc qdisc replace dev v0 root handle 1: pfifo"),
		}},
		shown("tc-filters", filters, qdisc+"clsact",
			row(s.filters, "flower", "filter show dev v0 ingress"), row(s.filters, "flower", "-j filter show dev v0 ingress"),
			share(s.filters, "flower", "filter show dev v0 ingress", "tfilter")),
		shown("tc-keys", keys, qdisc+"clsact",
			row(keys.lines, "u32", "filter show dev v0 ingress"), row(keys.lines, "u32", "-s -j filter show dev v0 ingress"),
			share(keys.lines, "u32", "filter show dev v0 ingress", "tfilter")),
		shown("tc-few-keys", few(keys), qdisc+"clsact", row(few(keys).lines, "u32", "filter show dev v0 ingress")),
		shown("tc-many-keys", many, qdisc+"clsact", row(many.lines, "u32", "filter show dev v0 ingress")),
		shown("tc-classes", classes, qdisc+"root handle 1: htb",
			row(s.classes, "htb", "class show dev v0"), row(s.classes, "htb", "-s class show dev v0"), row(s.classes, "htb", "-s -j class show dev v0"),
			share(s.classes, "htb", "class show dev v0", "tclass")),
		shown("tc-few-classes", few(classes), qdisc+"root handle 1: htb", row(few(classes).lines, "htb", "-s class show dev v0")))
}
