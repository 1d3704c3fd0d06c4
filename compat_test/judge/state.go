package judge

import (
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"regexp"
	"slices"
	"sort"
	"strings"

	"gip/compat_test/sandbox"
	"gip/compat_test/script"
)

// volatile are the keys of the state that run or are learned by chance, each
// with its reason.
func volatile() map[string]string {
	return map[string]string{
		"hello_timer":           "a running timer",
		"tcn_timer":             "a running timer",
		"topology_change_timer": "a running timer",
		"gc_timer":              "a running timer",
		"hold_timer":            "a running timer",
		"message_age_timer":     "a running timer",
		"forward_delay_timer":   "a running timer",
		"used":                  "seconds since",
		"confirmed":             "seconds since",
		"updated":               "seconds since",
		"probes":                "how often the kernel has asked for a neighbour",
		"timer":                 "a running timer",
	}
}

// withoutChance drops the entries that come and go without any command: what
// bridges and neighbours learn from traffic, and when the kernel sends it.
func withoutChance(what string, entries []any) []any {
	switch _, object := cutTool(what); object {
	case "fdb":
		return slices.DeleteFunc(entries, learned)
	case "mdb":
		for _, e := range entries {
			if m, ok := e.(map[string]any); ok {
				groups, _ := m["mdb"].([]any)
				m["mdb"] = slices.DeleteFunc(groups, temporary)
			}
		}
	case neighbours:
		return slices.DeleteFunc(entries, resolved)
	}
	return entries
}

// neighbours is the query whose entries have no order.
const neighbours = "neigh show nud all"

// cutTool takes the tool and its option off a dump's name.
func cutTool(what string) (tool, query string) {
	words := strings.SplitN(what, " ", 3)
	return words[0], words[len(words)-1]
}

func learned(e any) bool {
	m, _ := e.(map[string]any)
	return m["state"] == "" || m["state"] == "stale"
}

func temporary(e any) bool {
	m, _ := e.(map[string]any)
	return m["state"] == "temp"
}

// resolved is a neighbour that traffic made: not one that was written, which is
// permanent, nor a unicast one that needs no resolution.
func resolved(e any) bool {
	m, _ := e.(map[string]any)
	states, _ := m["state"].([]any)
	dst, _ := netip.ParseAddr(fmt.Sprint(m["dst"]))
	if slices.Contains(states, any("NOARP")) {
		return dst.IsMulticast()
	}
	return !slices.Contains(states, any("PERMANENT"))
}

// State flattens the dumps of one run into sorted lines "where.key = value".
func State(s *script.Script, r *sandbox.Result) string {
	n := NewNormaliser(Context{Written: s.Text(), MACs: r.MACs})
	f := flattener{skip: volatile()}
	for _, d := range r.State {
		f.dump(n, d)
	}
	return strings.Join(f.lines, "\n")
}

// programPattern is what the kernel counts for all sandboxes together: numbers of programs
// of BPF, and when they were loaded.
var programPattern = regexp.MustCompile(`\b(id|btf_id|load_time) \d+\b`)

type flattener struct {
	skip  map[string]string
	lines []string
}

func (f *flattener) dump(n *Normaliser, d sandbox.Dump) {
	where := d.What
	if d.Namespace != "" {
		where = fmt.Sprintf("%q: %s", d.Namespace, where)
	}
	var rooms []Class
	if strings.Contains(d.What, "xfrm") { // the only text, with dates
		rooms = Classify(d.What)
	}
	text := programPattern.ReplaceAllString(n.Text(rooms, string(d.JSON)), "$1 N")
	entries, err := decode(text)
	if err != nil {
		f.lines = append(f.lines, where+": "+text)
		return
	}
	var lines []string
	for _, e := range withoutChance(d.What, entries) {
		g := flattener{skip: f.skip}
		g.walk(where+" "+title(e), e)
		lines = append(lines, strings.Join(g.lines, "\n"))
	}
	sort.Strings(lines) // a state is a set; several of the kernel's lists have no order
	f.lines = append(f.lines, lines...)
}

// decode reads a stream of JSON values and opens the arrays at its top.
func decode(text string) (entries []any, err error) {
	for d := json.NewDecoder(strings.NewReader(text)); ; {
		d.UseNumber()
		var v any
		if err := d.Decode(&v); err == io.EOF {
			return entries, nil
		} else if err != nil {
			return nil, err
		}
		if list, ok := v.([]any); ok {
			entries = append(entries, list...)
		} else {
			entries = append(entries, v)
		}
	}
}

// title names an entry by what identifies it.
func title(e any) string {
	m, _ := e.(map[string]any)
	for _, key := range []string{"ifname", "dst", "priority", "id", "nsid", "dev"} {
		if v, ok := m[key]; ok {
			return fmt.Sprint(v)
		}
	}
	return "?"
}

// walk writes one line for each value, keys in the order of the alphabet.
func (f *flattener) walk(where string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range sortedKeys(v) {
			if f.skip[key] == "" {
				f.walk(where+"."+key, v[key])
			}
		}
	case []any:
		for i, x := range v {
			f.walk(fmt.Sprintf("%s[%d]", where, i), x)
		}
	default:
		f.lines = append(f.lines, fmt.Sprintf("%s = %v", where, v))
	}
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// CompareState judges what the two runs left in the kernel. It is silent wrong
// where all the answers before were as they should be.
func CompareState(s *script.Script, answers []Finding, want, got string) Finding {
	f := Finding{Script: s, Verdict: Same, Diff: DiffText("kernel state", want, got)}
	if f.Diff == "" {
		return f
	}
	f.Verdict = SilentWrong
	for _, a := range answers {
		if strings.Contains(a.Diff, "-status ") || a.Verdict == NotRun {
			f.Verdict = Differs
		}
	}
	return f
}
