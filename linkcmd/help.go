package linkcmd

import (
	"slices"
	"strings"

	"gip/internal/cli"
)

// usageText is the help of the kind, made from its table: a line for each row,
// then what the names of the values stand for.
func (k *kind) usageText() string {
	var b strings.Builder
	b.WriteString("Usage: " + k.headline())
	var told []string
	for i := range k.opts {
		o := &k.opts[i]
		if o.words == "" {
			continue
		}
		value, meaning := o.valueName()
		b.WriteString(strings.TrimRight("\n\t[ "+o.spelling()+" "+value, " ") + " ]")
		if line := value + " := " + meaning; meaning != "" && !slices.Contains(told, line) {
			told = append(told, line)
		}
	}
	b.WriteString("\n")
	for _, line := range told {
		b.WriteString(line + "\n")
	}
	b.WriteString(k.told)
	return b.String()
}

// headline is the first line of the help.
func (k *kind) headline() string {
	switch {
	case k.head != "":
		return k.head + " " + k.name
	case k.front != "":
		return "... " + k.name + " " + k.front
	}
	return "... " + k.name
}

// valueName is what the help calls the row's value, and what that stands for if
// it needs telling. Names without such a name of their own stand in its place.
func (o *opt) valueName() (value, meaning string) {
	value = o.value
	if value == "" {
		value = o.codec.usage
	}
	value, meaning, _ = strings.Cut(value, " := ")
	names := ""
	if len(o.names) > 0 {
		names = "{ " + strings.Join(words(o.names), " | ") + " }"
	}
	switch {
	case value == "":
		return names, ""
	case value == "N":
		value = strings.ToUpper(o.word())
	case meaning == "" && o.value != "":
		meaning = names
	}
	return value, meaning
}

// spelling is the row's words: all of them, and [no]WORD for a pair.
func (o *opt) spelling() string {
	var out []string
	for _, w := range strings.Split(o.words, "|") {
		w = strings.TrimPrefix(w, "=")
		if rest, ok := strings.CutPrefix(w, "no"); ok && hasWord(o.words, rest) {
			continue
		}
		if hasWord(o.words, "no"+w) {
			w = "[no]" + w
		}
		out = append(out, w)
	}
	if len(out) == 1 {
		return out[0]
	}
	return "{ " + strings.Join(out, " | ") + " }"
}

// hasHelp reports whether the kind has a help text; what can only be shown
// has none.
func (k *kind) hasHelp() bool { return k.noOpts || k.takesWords() }

// takesWords reports whether words may follow the kind.
func (k *kind) takesWords() bool {
	for i := range k.opts {
		if k.opts[i].words != "" {
			return true
		}
	}
	return k.words != nil
}

// errHelp asks for the help where the tables of kinds, which it lists, may not
// be mentioned: in what those tables call.
const errHelp = helpError("help")

type helpError string

func (h helpError) Error() string { return string(h) }

// usageError shows the help of ip link: its grammar, then what its tables list.
func usageError() error {
	var settings []string
	for _, w := range inetWords {
		settings = append(settings, strings.TrimRight(w.word+" "+w.number, " "))
	}
	return cli.Usage(linkUsage + cli.WordList("SETTING", settings) + Types())
}

// Types are the lines of a help text that list the kinds of link: first those
// that the real tool lists, which completions of shells offer.
func Types() string {
	// The real tool has no table for this one either.
	listed, others := []string{"pfcp"}, ""
	for _, r := range kinds {
		if r.unlisted {
			others += ", " + r.name
		} else {
			listed = append(listed, r.name)
		}
	}
	return cli.WordList("TYPE", listed) + "TYPE is also one of " + others[2:] + ".\n"
}

const linkUsage = `Usage: ip link add [ link DEV | parentdev NAME ] [ name ] NAME [ OPTIONS ] type TYPE [ ARGS ]
       ip link replace [ name ] NAME [ OPTIONS ] type TYPE [ ARGS ]
       ip link { set | change } { [ dev ] DEVICE | group DEVGROUP } [ { up | down } ] [ OPTIONS ] [ type TYPE ARGS ]
       ip link delete { [ dev ] DEVICE | group DEVGROUP } [ type TYPE ] [ ARGS ]
       ip link show [ DEVICE | group GROUP ] [ { up | down } ] [ master DEV ] [ vrf NAME ] [ type TYPE ] [ nomaster ] [ novf ]
       ip link xstats type TYPE [ ARGS ]
       ip link afstats [ dev DEVICE ]
       ip link property add dev DEVICE [ altname NAME ... ]
       ip link property del dev DEVICE [ altname NAME ... ]
       ip link help [ TYPE ]
OPTIONS := { address LLADDR | broadcast LLADDR | mtu MTU | txqueuelen PACKETS | index IDX | name NEWNAME | alias NAME
             group DEVGROUP | master DEVICE | nomaster | vrf NAME | netns { PID | NETNSNAME | NETNSFILE }
             link-netns NAME | link-netnsid ID | numtxqueues QUEUE_COUNT | numrxqueues QUEUE_COUNT
             { arp | dynamic | multicast | allmulticast | promisc | trailers | carrier } { on | off }
             mode { default | dormant } | state OPERSTATE | protodown { on | off } | protodown_reason PREASON { on | off }
             addrgenmode { eui64 | none | stable_secret | random } | inet { SETTING [ on | off ] }...
             gso_max_size BYTES | gso_ipv4_max_size BYTES | gso_max_segs PACKETS | gro_max_size BYTES | gro_ipv4_max_size BYTES
             { xdp | xdpgeneric | xdpdrv | xdpoffload }
                    { off | { pinned FILE | object FILE } [ { section | program } NAME ... ] [ verbose ] }
             vf NUM { mac LLADDR | vlan VLANID [ qos VLAN-QOS ] [ proto VLAN-PROTO ]
                    rate TXRATE | max_tx_rate TXRATE | min_tx_rate TXRATE
                    { spoofchk | query_rss | trust } { on | off } | state { auto | enable | disable }
                    node_guid EUI64 | port_guid EUI64 } }
`
