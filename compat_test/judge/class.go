package judge

import (
	"regexp"
	"slices"
	"strings"
)

// A Class is the room that a command line belongs to.
type Class struct {
	Tool   string // ip, bridge, brctl, …; "sh" for a line without any of ours
	Object string // of ip and bridge: link, address, …
	Verb   string
	Kind   string // of link: the word after type
}

// An object of ip or bridge with its verbs, in the order in which prefixes are
// tried. The empty verb stands for the word that is meant without one.
type object struct {
	name  string
	verbs string
}

func ipObjects() []object {
	const tunnel = "add change delete show lst list prl 6rd help"
	return []object{
		{"address", "add change chg replace delete list show lst flush save showdump restore help"},
		{"addrlabel", "list lst show add delete flush help"},
		{"maddress", "add delete list show lst help"},
		{"route", "add change chg replace prepend append test delete list show lst get flush save restore showdump help"},
		{"rule", "list lst show save restore add delete flush help"},
		{"neighbor", "add change chg replace delete get show lst list flush help"},
		{"neighbour", "add change chg replace delete get show lst list flush help"},
		{"ntable", "change chg show lst list help"}, {"ntbl", "change chg show lst list help"},
		{"link", "add set change replace delete show lst list xstats afstats property help"},
		{"l2tp", "add delete show lst list help"},
		{"fou", "add delete show help"},
		{"ila", "add delete show lst list help"},
		{"macsec", "show add set delete offload help"},
		{"tunnel", tunnel}, {"tunl", tunnel},
		{"tuntap", "add delete show lst list help"}, {"tap", "add delete show lst list help"},
		{"token", "list lst show set add delete get help"},
		{"tcpmetrics", "show lst list flush get delete help"}, {"tcp_metrics", "show lst list flush get delete help"},
		{"monitor", "help"},
		{"xfrm", "state sa policy monitor help"},
		{"mroute", "list show lst help"},
		{"mrule", "list lst show save restore add delete flush help"},
		{"netns", "list show lst list-id help add set delete identify pids exec monitor attach"},
		{"netconf", "show lst list help"},
		{"vrf", "identify pids exec show lst list help"},
		{"sr", "hmac tunsrc help"},
		{"nexthop", "add replace delete list show lst get flush bucket help"},
		{"mptcp", "endpoint limits monitor help"},
		{"ioam", "namespace schema monitor help"},
		{"stats", "show set help"},
	}
}

func bridgeObjects() []object {
	return []object{
		{"link", "set change show lst list help"},
		{"fdb", "add append replace delete get show lst list flush help"},
		{"mdb", "add replace delete show lst list get flush help"},
		{"mst", "set show lst list help"},
		{"vlan", "add delete show lst list tunnelshow set global help"},
		{"vni", "add delete show lst list help"},
		{"monitor", "help"},
	}
}

// synonyms are names that the coverage table counts as one.
func synonym(name string) string {
	switch name {
	case "lst", "list":
		return "show"
	case "chg":
		return "change"
	case "sa":
		return "state"
	case "neighbor":
		return "neighbour"
	case "ntbl":
		return "ntable"
	case "tunl":
		return "tunnel"
	case "tap":
		return "tuntap"
	case "tcpmetrics":
		return "tcp_metrics"
	}
	return name
}

var (
	separator = regexp.MustCompile(`[;&|()\n]+`)
	applets   = []string{"ip", "bridge", "brctl", "ifconfig", "route", "netstat", "arp", "sysctl", "ping"}
)

// Classify finds the calls of our tools in a shell line.
func Classify(line string) []Class {
	var found []Class
	for _, part := range separator.Split(line, -1) {
		words := strings.Fields(strings.NewReplacer(`"`, "", `'`, "").Replace(part))
		if c, ok := classifyWords(words); ok {
			found = append(found, c)
		}
	}
	if found == nil {
		return []Class{{Tool: "sh"}}
	}
	return found
}

func classifyWords(words []string) (Class, bool) {
	i := slices.IndexFunc(words, func(w string) bool { return appletOf(w) != "" })
	if i < 0 {
		return Class{}, false
	}
	tool, args := appletOf(words[i]), words[i+1:]
	switch tool {
	case "ip":
		return classifyIP(args), true
	case "bridge":
		return classifyObject(tool, bridgeObjects(), skipOptions(args)), true
	case "brctl":
		return Class{Tool: tool, Verb: plainVerb(args, brctlVerbs)}, true
	case "route":
		return Class{Tool: tool, Verb: plainVerb(args, "add del flush")}, true
	}
	return Class{Tool: tool}, true
}

// appletOf is the tool that a word calls: by its name, or by the path of a link
// to it, which may have a suffix (./ping.real).
func appletOf(word string) string {
	if folder := strings.LastIndexByte(word, '/'); folder >= 0 {
		word, _, _ = strings.Cut(word[folder+1:], ".")
	}
	if word == "ping4" || word == "ping6" {
		word = "ping"
	}
	if !slices.Contains(applets, word) {
		return ""
	}
	return word
}

const brctlVerbs = "addbr delbr addif delif hairpin setageing setbridgeprio setfd sethello" +
	" setmaxage setmcqi setmcrouter setmcsnoop setpathcost setportprio setportmcrouter" +
	" show showmacs showstp stp"

// plainVerb is the first word that is a verb, or nothing.
func plainVerb(args []string, verbs string) string {
	for _, a := range args {
		if slices.Contains(strings.Fields(verbs), a) {
			return a
		}
	}
	return ""
}

// classifyIP looks behind `ip netns exec NAME`: what runs there counts.
func classifyIP(args []string) Class {
	rest := skipOptions(args)
	c := classifyObject("ip", ipObjects(), rest)
	if c.Object == "netns" && c.Verb == "exec" && len(rest) > 3 {
		if inner, ok := classifyWords(rest[3:]); ok {
			return inner
		}
	}
	return c
}

// skipOptions passes over global options and their values.
func skipOptions(args []string) []string {
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		o := strings.TrimLeft(args[0], "-")
		args = args[1:]
		if takesValue(o) && len(args) > 0 {
			args = args[1:]
		}
	}
	return args
}

func takesValue(option string) bool {
	if option == "" {
		return true // a lone dash is a prefix of -loops
	}
	for _, o := range []string{"loops", "family", "batch", "netns", "rcvbuf"} {
		if strings.HasPrefix(o, option) && option != "br" && option != "r" {
			return true
		}
	}
	return false
}

func classifyObject(tool string, objects []object, args []string) Class {
	c := Class{Tool: tool}
	if len(args) == 0 {
		return c
	}
	if args[0] != "" && strings.HasPrefix("help", args[0]) {
		return Class{Tool: tool, Verb: "help"}
	}
	for _, o := range objects {
		if args[0] != "" && strings.HasPrefix(o.name, args[0]) {
			c.Object = synonym(o.name)
			c.Verb, c.Kind = o.verb(args[1:]), linkKind(o.name, args)
			return c
		}
	}
	c.Object = "(unknown)"
	return c
}

// verb finds the first verb that the word is a prefix of.
func (o *object) verb(args []string) string {
	if len(args) == 0 {
		return "show"
	}
	for _, v := range strings.Fields(o.verbs) {
		if strings.HasPrefix(v, args[0]) {
			return synonym(v)
		}
	}
	return "(other)"
}

// linkKind is the word after "type" of a link command.
func linkKind(object string, args []string) string {
	if object != "link" {
		return ""
	}
	i := slices.Index(args, "type")
	if i < 0 || i+1 >= len(args) {
		return ""
	}
	return args[i+1]
}
