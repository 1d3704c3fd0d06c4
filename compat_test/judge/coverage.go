package judge

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"gip/cmd/gip/list"
	"gip/compat_test/place"
	"gip/compat_test/script"
)

// Coverage renders the findings as docs/coverage.md. It has no times and no
// order of its own, so that it can be compared with the committed one.
func Coverage(findings []Finding, versions string) string {
	c := coverage{rooms: map[string]*row{}, kinds: map[string]*row{}, places: map[string]*row{}, groups: map[string]*row{}}
	c.seed()
	for _, f := range findings {
		c.add(&f)
	}
	var b strings.Builder
	b.WriteString("# Coverage\n\nWritten by `make coverage`, which compares gip with the reference tools command\nby command, here and in the test VM. Do not edit.\n\n```\n" + versions + "```\n\n")
	c.total(&b)
	table(&b, "By object and verb", "command", c.rooms)
	table(&b, "By link kind", "kind", c.kinds)
	b.WriteString("\n## By group of scripts\n\nAll their lines, also in places; a line of `numbers`, `words` or `names` tries many values.\n")
	rows(&b, "group", c.groups)
	c.placesTable(&b)
	c.expectations(&b)
	c.gaps(&b)
	return b.String()
}

// A row counts the commands of one room.
type row struct{ same, expected, differs, unwritten int }

func (r *row) compared() int { return r.same + r.expected + r.differs + r.unwritten }

type coverage struct {
	rooms, kinds map[string]*row
	places       map[string]*row // other than the ordinary sandbox; they count only here
	groups       map[string]*row // scripts by their name up to the first "_"
	all          row
	states       row
	expected     []string
}

// seed makes a row for each verb that the reference has, so that those without
// any case are seen.
func (c *coverage) seed() {
	for _, a := range list.Applets {
		for _, o := range a.Objects {
			if o.Words == "" {
				continue
			}
			for _, verb := range verbsOf(o) {
				at(c.rooms, roomName(Class{Tool: a.Name(), Object: objectName(o), Verb: synonym(strings.TrimPrefix(verb, "="))}))
			}
		}
	}
}

func at(rows map[string]*row, name string) *row {
	if rows[name] == nil {
		rows[name] = &row{}
	}
	return rows[name]
}

func roomName(c Class) string {
	return strings.Join(strings.Fields(c.Tool+" "+c.Object+" "+c.Verb), " ")
}

// add counts one finding in the room of its first command. Lines that only
// prepare others and lines without a tool of ours do not count.
func (c *coverage) add(f *Finding) {
	if f.Command.Text == "" {
		c.states.count(f)
		return
	}
	if f.Command.Kind == script.Setup {
		return
	}
	group, _, _ := strings.Cut(f.Script.Name, "_")
	at(c.groups, group).count(f)
	room := Classify(f.Command.Text)[0]
	if room.Tool == "sh" {
		return
	}
	if name := f.Script.PlaceName(); name != place.Plain {
		at(c.places, name).count(f)
	} else {
		c.count(f, room)
	}
	if f.Verdict == Expected {
		c.expected = append(c.expected, fmt.Sprintf("| `%s` | `%s` | %s |", f.Script.Name, f.Command.Text, f.Command.Reason))
	}
}

func (c *coverage) count(f *Finding, room Class) {
	c.all.count(f)
	at(c.rooms, roomName(room)).count(f)
	if room.Kind != "" {
		at(c.kinds, room.Kind).count(f)
	}
}

func (r *row) count(f *Finding) {
	switch {
	case f.Verdict == Same:
		r.same++
	case f.Verdict == Expected:
		r.expected++
	case f.Unwritten:
		r.unwritten++
	default:
		r.differs++
	}
}

func (c *coverage) total(b *strings.Builder) {
	fmt.Fprintf(b, "%d commands compared: %d identical, %d expected to differ, %d differing, %d not yet written.\n",
		c.all.compared(), c.all.same, c.all.expected, c.all.differs, c.all.unwritten)
	fmt.Fprintf(b, "Kernel state after %d scripts: %d identical.\n", c.states.compared(), c.states.same)
}

// placesTable has the places in the order of their list, with what they are.
func (c *coverage) placesTable(b *strings.Builder) {
	if len(c.places) == 0 {
		return
	}
	b.WriteString("\n## By place\n\nLines that are played where something is missing or refused; they are not counted above.\n\n| place | what it is" +
		strings.Replace(heading, "|---|", "|---|---|", 1))
	for _, p := range place.All {
		if r := c.places[p.Name]; r != nil {
			fmt.Fprintf(b, "| `%s` | %s ", p.Name, p.What)
			r.print(b)
		}
	}
}

// print writes a row behind its name.
func (r *row) print(b *strings.Builder) {
	fmt.Fprintf(b, "| %d | %d | %d | %d | %d |\n", r.compared(), r.same, r.expected, r.differs, r.unwritten)
}

const heading = " | compared | identical | expected to differ | differing | not yet written |\n|---|---:|---:|---:|---:|---:|\n"

func table(b *strings.Builder, title, first string, counts map[string]*row) {
	b.WriteString("\n## " + title + "\n")
	rows(b, first, counts)
}

func rows(b *strings.Builder, first string, counts map[string]*row) {
	b.WriteString("\n| " + first + heading)
	for _, name := range sortedNames(counts) {
		if r := counts[name]; r.compared() > 0 {
			fmt.Fprintf(b, "| %s ", name)
			r.print(b)
		}
	}
}

func sortedNames(rows map[string]*row) []string {
	var names []string
	for name := range rows {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func (c *coverage) expectations(b *strings.Builder) {
	if len(c.expected) == 0 {
		return
	}
	slices.Sort(c.expected)
	b.WriteString("\n## Expected differences\n\n| script | command | reason |\n|---|---|---|\n")
	b.WriteString(strings.Join(c.expected, "\n") + "\n")
}

// gaps names the verbs that no case calls.
func (c *coverage) gaps(b *strings.Builder) {
	var names []string
	for _, name := range sortedNames(c.rooms) {
		if c.rooms[name].compared() == 0 {
			names = append(names, "`"+name+"`")
		}
	}
	if len(names) > 0 {
		b.WriteString("\n## Without a case\n\n" + strings.Join(names, ", ") + "\n")
	}
}
