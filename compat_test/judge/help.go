package judge

import (
	"regexp"
	"slices"
	"strings"
)

// Help texts are our own words, but scripts look for what stands in the real
// ones, and completions of shells read them. So a help line compares tokens:
// each keyword, name and option of the reference's text has to stand in gip's.
//
//	vlan            a keyword
//	VLANID          the name of a value, <interface> in the older tools
//	vf NUM          a keyword and the value that follows it
//	OBJECT :=       a name that is told, "^OBJECT :=" at the start of a line
//	-V[ersion]      an option
//	ip route save   how a line of grammar begins

// helpTokens lists the tokens of a tool's help text, sorted.
func helpTokens(tool, text string) []string {
	var t tokens
	switch tool {
	case "ip", "bridge", "rtmon":
		t.grammar(text)
	default:
		t.options(text)
	}
	slices.Sort(t)
	return slices.Compact(t)
}

type tokens []string

func (t *tokens) add(token string) { *t = append(*t, token) }

// all adds the first group of each match.
func (t *tokens) all(p *regexp.Regexp, text string) {
	for _, m := range p.FindAllStringSubmatch(text, -1) {
		t.add(m[1])
	}
}

var (
	helpDefinition = regexp.MustCompile(`(?m)^(.*?)([A-Z][A-Za-z0-9_-]*)\s*:=`)
	helpPair       = regexp.MustCompile(`(?:^|[\s{|\[(])([a-z][a-z0-9_.-]*)[ \t]+([A-Z][A-Z0-9_-]*[A-Z0-9]|[A-Z])\b`)
	helpEither     = regexp.MustCompile(`\{([a-z0-9_ |-]*)\}[ \t]+([A-Z][A-Z0-9_-]*[A-Z0-9]|[A-Z])\b`)
	helpWord       = regexp.MustCompile(`[A-Za-z0-9_][A-Za-z0-9_.+-]*`)
	helpOption     = regexp.MustCompile(`(?m)(?:^|[\s{|])(-[A-Za-z0-9]+(?:\[[a-z-]+\])?)`)
	helpCommand    = regexp.MustCompile(`(?m)^(?:Usage:)?\s*((?:ip|bridge|rtmon)(?: [a-z][a-z0-9_-]*)+|\.\.\. [a-z0-9_]+)(?:\s|$)`)
	helpNumber     = regexp.MustCompile(`^(0x[0-9a-f]+|[0-9]+)([.-]+(0x[0-9a-f]+|[0-9]+))*$`)
)

// grammar reads the texts of iproute2, in which nearly each word is a token.
func (t *tokens) grammar(text string) {
	t.all(helpCommand, text)
	t.all(helpOption, text)
	text = helpOption.ReplaceAllString(text, " ")
	for _, m := range helpDefinition.FindAllStringSubmatch(text, -1) {
		if t.add(m[2] + " :="); m[1] == "" {
			t.add("^" + m[2] + " :=")
		}
	}
	for _, m := range helpPair.FindAllStringSubmatch(text, -1) {
		if !isProse(m[1]) && !isProse(m[2]) {
			t.add(m[1] + " " + m[2])
		}
	}
	for _, m := range helpEither.FindAllStringSubmatch(text, -1) {
		for _, w := range helpWord.FindAllString(m[1], -1) {
			t.add(w + " " + m[2])
		}
	}
	for _, w := range helpWord.FindAllString(text, -1) {
		if w = strings.TrimRight(w, ".-+"); !isProse(w) && !helpNumber.MatchString(w) {
			t.add(w)
		}
	}
}

var (
	helpBundle   = regexp.MustCompile(`\[-([A-Za-z0-9]+)\]`)
	helpLong     = regexp.MustCompile(`(?:^|[\s{|,])(--[a-z][a-z0-9-]*)`)
	helpShort    = regexp.MustCompile(`(?:^|[\s{|,\[])(-[A-Za-z0-9])\b`)
	helpAngle    = regexp.MustCompile(`(<[A-Za-z][A-Za-z ]*>)`)
	helpListed   = regexp.MustCompile(`\b([a-z0-9]+) \(`)
	helpBracket  = regexp.MustCompile(`[\[{|](?:\[-\])?([a-z_][a-z_0-9]*)`)
	helpVerb     = regexp.MustCompile(`(?m)^(?:\t|[Uu]sage: |  )([a-z][a-z0-9]*_route|[a-z]+)[ \t]`)
	helpTold     = regexp.MustCompile(`\s{3,}\S*<-.*|  +[A-Z][a-z]+ .*$`)
	helpExplains = regexp.MustCompile(`^(\s*-[^ ]+(?: -{1,2}[^ ]+)*(?: <[^>]*>)?)\s.*$`)
)

// options reads the texts of the other tools: lines of grammar in brackets, and
// lines that explain an option in words.
func (t *tokens) options(text string) {
	for _, line := range strings.Split(text, "\n") {
		line = helpTold.ReplaceAllString(helpExplains.ReplaceAllString(line, "$1"), "")
		for _, m := range helpBundle.FindAllStringSubmatch(line, -1) {
			for _, c := range m[1] {
				t.add("-" + string(c))
			}
		}
		for _, p := range []*regexp.Regexp{helpLong, helpShort, helpAngle, helpListed, helpBracket} {
			t.all(p, line)
		}
	}
	t.all(helpVerb, text)
}

// isProse reports whether a word of a help text only explains. One may begin
// with a capital letter, but what is all capitals is a name.
func isProse(word string) bool {
	small := word
	if word != strings.ToUpper(word) {
		small = strings.ToLower(word[:1]) + word[1:]
	}
	return slices.Contains(proseWords, word) || slices.Contains(proseWords, small) || slices.Contains(wrongWords, word)
}

// proseWords are words of the reference's help texts that are no keywords.
var proseWords = strings.Fields(`usage where note To are as be can cmd defaults first for get given if is no nothing specified the
	values etc e.g used s maximum-addr-flush-attempts bit millisecond minimum nanosecond per quanta second time units
	length 32-bit devices device bound connect hsr0 two string 96-bit 128-bit 256-bit SAN new slave network integer
	queueing threshold addr ipproto-name`)

// wrongWords are words that the reference tells and does not understand, or
// not there.
var wrongWords = strings.Fields("encap-csum6 noencap hwid version i o 6rd-prefix 6rd-relay_prefix 6rd-reset")

// tokenWidth is how wide the lines of a golden with tokens are.
const tokenWidth = 100

// tokenText is the form in which a golden holds the tokens of a help text.
func tokenText(tool, text string) string {
	if text == "" {
		return ""
	}
	var b strings.Builder
	width := 0
	for _, token := range helpTokens(tool, text) {
		switch {
		case width == 0:
		case width+len(token) > tokenWidth:
			b.WriteString(",\n")
			width = 0
		default:
			b.WriteString(", ")
		}
		b.WriteString(token)
		width += len(token) + len(", ")
	}
	return b.String() + "\n"
}

var tokenBorder = regexp.MustCompile(`,?\n|, `)

// diffTokens names the tokens that a help text lacks; both are tokenTexts.
// gip's own may have more of them, but neither can stand in for silence.
func diffTokens(stream, want, got string) string {
	if (want == "") != (got == "") {
		return DiffText(stream, want, got)
	}
	have := tokenBorder.Split(got, -1)
	diff := ""
	for _, token := range tokenBorder.Split(want, -1) {
		if !slices.Contains(have, token) {
			diff += "-" + stream + " has " + token + "\n"
		}
	}
	return diff
}
