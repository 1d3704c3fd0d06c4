package judge

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"gip/cmd/gip/list"
	"gip/internal/command"
	"gip/internal/word"
)

// A Class is the room that a command line belongs to.
type Class struct {
	Tool   string // ip, bridge, brctl, …; "sh" for a line without any of ours
	Object string // of ip and bridge: link, address, …
	Verb   string
	Kind   string // of link: the word after type
}

// synonym is the name under which the coverage table counts another.
func synonym(name string) string {
	switch name {
	case "lst", "list":
		return "show"
	case "chg":
		return "change"
	case "del":
		return "delete"
	case "sa":
		return "state"
	case "neighbor":
		return "neighbour"
	case "tcpmetrics":
		return "tcp_metrics"
	}
	return name
}

var separator = regexp.MustCompile(`[;&|()\n]+`)

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
	i := slices.IndexFunc(words, func(w string) bool { return appletOf(w) != nil })
	if i < 0 {
		return Class{}, false
	}
	a, args := appletOf(words[i]), words[i+1:]
	switch {
	case a.Objects == nil:
		return Class{Tool: a.Name(), Verb: plainVerb(a.Verbs, args)}, true
	case a.Name() == "ip":
		return classifyIP(a, args), true
	}
	return classifyObject(a, skipOptions(args)), true
}

// appletOf is what a word calls: by its name, or by the path of a link to it, which
// may have a suffix (./ping.real).
func appletOf(word string) *command.Applet {
	if folder := strings.LastIndexByte(word, '/'); folder >= 0 {
		word, _, _ = strings.Cut(word[folder+1:], ".")
	}
	return list.Applets.Find(word)
}

// plainVerb is the first word that is a verb, or nothing.
func plainVerb(verbs []command.Verb, args []string) string {
	for _, a := range args {
		if v := command.Find(verbs, a); v != nil {
			return v.Word()
		}
	}
	return ""
}

// classifyIP looks behind `ip netns exec NAME`: what runs there counts.
func classifyIP(ip *command.Applet, args []string) Class {
	rest := skipOptions(args)
	c := classifyObject(ip, rest)
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

func classifyObject(a *command.Applet, args []string) Class {
	c := Class{Tool: a.Name()}
	if len(args) == 0 {
		return c
	}
	o := a.Object(args[0])
	switch {
	case o != nil:
		c.Object = objectName(o)
		c.Verb, c.Kind = verbOf(o, args[1:]), linkKind(c.Object, args)
	case word.Match("help", args[0]):
		c.Verb = "help"
	default:
		c.Object = "(unknown)"
	}
	return c
}

func objectName(o *command.Object) string { return synonym(word.First(cmp.Or(o.Words, o.Also))) }

// verbOf is the verb that the word names.
func verbOf(o *command.Object, args []string) string {
	if len(args) == 0 {
		return "show"
	}
	for _, v := range verbsOf(o) {
		if word.Match(v, args[0]) {
			return synonym(strings.TrimPrefix(v, "="))
		}
	}
	return "(other)"
}

// verbsOf are the patterns of an object's verbs, one by one, and its help.
func verbsOf(o *command.Object) (patterns []string) {
	for i := range o.Verbs {
		if v := &o.Verbs[i]; v.Words != "" {
			patterns = append(patterns, strings.Split(v.Words, "|")...)
		}
	}
	return append(patterns, "help")
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
