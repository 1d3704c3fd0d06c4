package linkcmd

import (
	"strings"

	"gip/internal/cli"
)

// usageText is the help of the kind, made from its table.
func (k *kind) usageText() string {
	if k.words != nil && k.opts == nil {
		return "Usage: ip link add ... type " + k.name + " [ peer OPTIONS ]\n" +
			"OPTIONS are those of \"ip link add\".\n"
	}
	var b strings.Builder
	b.WriteString("Usage: ... type " + k.name)
	if k.front != "" {
		b.WriteString(" " + k.front)
	}
	for i := range k.opts {
		if o := &k.opts[i]; o.words != "" {
			b.WriteString("\n\t[ " + o.usage() + " ]")
		}
	}
	b.WriteByte('\n')
	return b.String()
}

// usage is one row of the help: "KEYWORD VALUE".
func (o *opt) usage() string {
	word := o.spelling()
	switch {
	case len(o.names) > 0 && o.codec.usage == "":
		return word + " { " + strings.Join(words(o.names), " | ") + " }"
	case o.codec.usage != "":
		return word + " " + o.codec.usage
	}
	return word
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
		settings = append(settings, w.word)
	}
	return cli.Usage(linkUsage + cli.WordList("SETTING", settings) + Types())
}

// Types is the line of a help text that lists the kinds of link.
func Types() string {
	// The real tool has no table for this one either.
	names := []string{"pfcp"}
	for _, r := range kinds {
		names = append(names, r.name)
	}
	return cli.WordList("TYPE", names)
}

const linkUsage = `Usage: ip link add [ link DEV | parentdev NAME ] [ name ] NAME [ OPTIONS ] type TYPE [ ARGS ]
       ip link { set | change } { [ dev ] DEV | group GROUP } [ { up | down } ] [ OPTIONS ] [ type TYPE ARGS ]
       ip link replace [ name ] NAME [ OPTIONS ] type TYPE [ ARGS ]
       ip link delete { [ dev ] DEV | group GROUP } [ type TYPE ARGS ]
       ip link show [ DEV | group GROUP ] [ up ] [ master DEV ] [ vrf NAME ] [ type TYPE ] [ nomaster ] [ novf ]
       ip link xstats type TYPE [ ARGS ]
       ip link afstats [ dev DEV ]
       ip link property { add | del } [ dev ] DEV [ altname NAME ... ]
       ip link help [ TYPE ]
OPTIONS := { address LLADDR | broadcast LLADDR | mtu MTU | txqueuelen PACKETS | index N | name NAME | alias TEXT
             group GROUP | master DEV | nomaster | vrf NAME | netns { NAME | PATH | PID }
             link-netns NAME | link-netnsid ID | numtxqueues N | numrxqueues N
             { arp | dynamic | multicast | allmulticast | promisc | trailers | carrier } { on | off }
             mode { default | dormant } | state OPERSTATE | protodown { on | off } | protodown_reason REASON { on | off }
             addrgenmode { eui64 | none | stable_secret | random } | inet SETTING VALUE ...
             gso_max_size BYTES | gso_ipv4_max_size BYTES | gso_max_segs PACKETS | gro_max_size BYTES | gro_ipv4_max_size BYTES
             { xdp | xdpgeneric | xdpdrv | xdpoffload }
                    { off | { pinned FILE | object FILE } [ section NAME ] [ program NAME ] [ verbose ] }
             vf N { mac LLADDR | vlan ID [ qos N ] [ proto PROTO ] | rate N | max_tx_rate N | min_tx_rate N
                    { spoofchk | query_rss | trust } { on | off } | state { auto | enable | disable }
                    { node_guid | port_guid } GUID } }
`
