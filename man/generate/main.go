// Command generate makes the manual pages, man/pages, of three sources: their prose
// (man/prose), the words and help texts of the commands themselves, which it asks a gip
// that it builds, and man/words.txt. With -check it only tells what would change.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"iter"
	"log"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"gip/cmd/gip/list"
	"gip/internal/command"
	"gip/internal/lz4"
	"gip/internal/word"
	"gip/tccmd/action"
	"gip/tccmd/filter"
	"gip/tccmd/qdisc"
)

// date is that of the pages.
const date = "November 28, 2026"

func main() {
	log.SetFlags(0)
	check := flag.Bool("check", false, "tell what would change, and change nothing")
	words := flag.String("words", "man/words.txt", "what each word does")
	flag.Parse()
	built := os.Getenv(builtEnv)
	if built == "" {
		os.Exit(alone())
	}
	if err := hide(); err != nil {
		log.Fatal(err)
	}
	g := generator{gip: built, lines: map[string]map[string]string{}, groups: map[string][]string{}}
	g.readWords(*words)
	g.names = g.complete("ip link set dev ")
	stale := 0
	pages := map[string]string{}
	for _, p := range wanted() {
		file := p.name + "." + p.section
		pages[file] = g.page(p)
		stale += write("man/pages/"+file, pages[file], *check)
	}
	stale += write("man/pages.lz4", string(lz4.PackFiles(sorted(pages))), *check)
	for _, w := range g.missing {
		log.Printf("man/words.txt: %s has no line", w)
	}
	if stale > 0 && *check || len(g.missing) > 0 {
		os.Exit(1)
	}
}

// builtEnv names the gip that was built, for the process that asks it.
const builtEnv = "GIP_BUILT"

// alone builds gip and runs this program again in namespaces of its own: the names of
// this machine's links and network namespaces are no words. It returns the status.
func alone() int {
	dir, err := os.MkdirTemp("", "man")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	built := filepath.Join(dir, "gip")
	if out, err := exec.Command("go", "build", "-o", built, "./cmd/gip").CombinedOutput(); err != nil {
		log.Printf("%s%v", out, err)
		return 1
	}
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Stdout, cmd.Stderr, cmd.Env = os.Stdout, os.Stderr, append(os.Environ(), builtEnv+"="+built)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS}
	if id := os.Getuid(); id != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: id, Size: 1}}
	}
	if err := cmd.Run(); err != nil {
		log.Print(err)
		return 1
	}
	return 0
}

// hide covers the names of network namespaces.
func hide() error {
	if err := syscall.Mount("", "/", "", syscall.MS_PRIVATE|syscall.MS_REC, ""); err != nil {
		return err
	}
	return syscall.Mount("none", "/run", "tmpfs", 0, "")
}

// A page that there has to be, and the words that it is about.
type page struct {
	name    string // "ip-link"
	section string // "8"
	words   string // "ip link"; none of a file
	verbs   []command.Verb
	text    string // its prose
}

// wanted are the pages that have a prose, of all applets, of the objects of ip and of
// gip's own commands.
func wanted() (all []page) {
	add := func(words string, verbs []command.Verb) {
		p := page{name: strings.ReplaceAll(words, " ", "-"), section: "8", words: words, verbs: verbs}
		if b, err := os.ReadFile("man/prose/" + p.name + ".mdoc"); err == nil {
			p.text = string(b)
			all = append(all, p)
		}
	}
	add("gip", nil)
	for i, a := range list.Applets {
		add(a.Name(), a.Verbs)
		for _, o := range a.Objects {
			if i == 0 && o.Words != "" {
				add(a.Name()+" "+word.First(o.Words), o.Verbs)
			}
		}
	}
	for _, o := range list.Own.Objects {
		add("gip "+word.First(o.Words), o.Verbs)
	}
	// What is no command of gip: a file, and a program beside it.
	for _, p := range []page{{name: "lab", section: "5"}, {name: "gip-web", section: "8"}} {
		if b, err := os.ReadFile("man/prose/" + p.source() + ".mdoc"); err == nil {
			p.text = string(b)
			all = append(all, p)
		}
	}
	return all
}

// A generator makes pages.
type generator struct {
	gip     string
	lines   map[string]map[string]string // of words.txt: by section and word
	groups  map[string][]string          // words of one line, by section, a blank and word
	names   []string                     // of links, which are no words
	missing []string                     // words without a line
}

// readWords reads words.txt.
func (g *generator) readWords(path string) {
	b, err := os.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	section := ""
	for line := range strings.Lines(string(b)) {
		line = strings.TrimRight(line, "\n")
		words, text, isWord := strings.Cut(line, "\t")
		switch {
		case strings.HasPrefix(line, "["):
			section = strings.Trim(line, "[]")
			g.lines[section] = map[string]string{}
		case isWord && section != "":
			same := strings.Fields(words)
			for _, w := range same {
				g.lines[section][w], g.groups[section+" "+w] = text, same
			}
		}
	}
}

// about is the line of a word: that of the first section which has one.
func (g *generator) about(w string, sections ...string) string {
	for _, s := range append(sections, "common") {
		if other := alike[s]; other != "" {
			s = other
		}
		if text := g.lines[s][w]; text != "" {
			return text
		}
	}
	g.missing = append(g.missing, fmt.Sprintf("%s (%s)", w, sections[0]))
	return ""
}

// complete asks what may stand at the end of a line, again where the machine was too
// busy for gip to find all of it in time: what takes as long as that may be without some.
func (g *generator) complete(line string) (words []string) {
	var out []byte
	for begun, tries := time.Now(), 0; tries == 0 || time.Since(begun) >= command.Patience && tries < 5; tries++ {
		begun = time.Now()
		cmd := exec.Command(g.gip, append([]string{"--complete"}, strings.Split(line, " ")...)...)
		cmd.Dir = filepath.Dir(g.gip) // where no files are that could stand there
		var err error
		if out, err = cmd.Output(); err != nil {
			log.Fatal(line, ": ", err)
		}
	}
	for _, w := range strings.Fields(string(out)) {
		if !slices.Contains(g.names, w) && !address.MatchString(w) {
			words = append(words, w)
		}
	}
	return words
}

// address is the name of a neighbour, not a word.
var address = regexp.MustCompile(`^[0-9a-f]*[.:][0-9a-f.:]*$`)

// help is the help text of a command: what it writes to standard output, then what to
// standard error.
func (g *generator) help(words string) string {
	asks := []string{"--help", "-h", "help"}
	if a := strings.Fields(words); a[0] == "ip" || a[0] == "bridge" || a[0] == "rtmon" || a[0] == "tc" {
		asks = []string{"help"}
	}
	for _, h := range asks {
		args := strings.Fields(strings.TrimPrefix(words, "gip"))
		cmd := exec.Command(g.gip, append(args, h)...)
		var out, complaints bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &complaints
		cmd.Run() // which has the status of a wrong command line
		text := out.String() + complaints.String()
		if strings.Contains(text, "sage") && !strings.Contains(text, "invalid option") {
			return strings.Trim(text, "\n")
		}
	}
	return ""
}

// page makes a page.
func (g *generator) page(p page) string {
	what, body, _ := strings.Cut(p.text, "\n")
	var b strings.Builder
	fmt.Fprintf(&b, ".\\\" Made by man/generate of man/prose/%s.mdoc and man/words.txt. DO NOT EDIT.\n", p.source())
	fmt.Fprintf(&b, ".Dd %s\n.Dt %s %s\n.Os\n.Sh NAME\n.Nm %s\n.Nd %s\n", date, strings.ToUpper(p.name), p.section, p.name, what)
	if p.words != "" {
		b.WriteString(".Sh SYNOPSIS\n" + literal(g.help(p.words)))
	}
	before, examples, _ := strings.Cut(body, ".Sh EXAMPLES\n")
	b.WriteString(before)
	g.words(&b, p)
	if examples != "" {
		b.WriteString(".Sh EXAMPLES\n" + examples)
	}
	if !strings.Contains(body, ".Sh SEE ALSO") {
		b.WriteString(".Sh SEE ALSO\n" + seeAlso(p.name))
	}
	return b.String()
}

// sorted are pages in the order of their names.
func sorted(pages map[string]string) iter.Seq2[string, string] {
	return func(yield func(file, text string) bool) {
		for _, file := range slices.Sorted(maps.Keys(pages)) {
			if !yield(file, pages[file]) {
				return
			}
		}
	}
}

// write writes a file that is not what it should be, or only says so, and returns 1 then.
func write(path, text string, check bool) (stale int) {
	if old, _ := os.ReadFile(path); string(old) == text {
		return 0
	}
	if check {
		log.Printf("%s is not up to date: run make man", path)
		return 1
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		log.Fatal(err)
	}
	return 1
}

// source is the name of the prose, without its end.
func (p page) source() string {
	if p.section == "8" {
		return p.name
	}
	return p.name + "." + p.section
}

// seeAlso names the page of the applet, and gip's.
func seeAlso(name string) string {
	if applet, _, object := strings.Cut(name, "-"); object {
		return ".Xr gip 8 ,\n.Xr " + applet + " 8\n"
	}
	if name == "gip" {
		return ".Xr ip 8\n"
	}
	return ".Xr gip 8\n"
}

// literal is a text that is shown as it is.
func literal(text string) string {
	var b strings.Builder
	for line := range strings.Lines(strings.TrimRight(text, "\n") + "\n") {
		line = strings.TrimRight(strings.ReplaceAll(strings.ReplaceAll(line, `\`, `\e`), "\t", "        "), " \n") + "\n"
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			line = `\&` + line
		}
		b.WriteString(line)
	}
	return ".Bd -literal\n" + b.String() + ".Ed\n"
}

// words writes the lists of words of a page.
func (g *generator) words(b *strings.Builder, p page) {
	switch {
	case p.words == "":
		return
	case p.name == "ip" || p.name == "bridge" || p.name == "tc" || slices.Contains(explained, p.name) || strings.HasPrefix(p.name, "gip-") && p.verbs == nil:
		g.options(b, p)
	}
	g.loose(b, p)
	if p.name == "tc" {
		g.tc(b)
		return
	}
	if (len(p.verbs) > 0 || strings.HasPrefix(p.words, "ip ")) && placesOf[p.name] == nil {
		b.WriteString(".Sh WORDS\n")
		title := "Verbs"
		if p.verbs == nil {
			title = "Words"
		}
		g.list(b, title, g.complete(p.words+" "), p.name)
	}
	said := map[string]bool{}
	g.verbs(b, p, p.words, p.verbs, said)
	switch p.name {
	case "ip-link":
		g.kinds(b)
	case "ip-route":
		b.WriteString(".Sh ENCAPSULATION\n")
		g.list(b, "Types", g.complete("ip route add 192.0.2.0/24 encap "), "ip-route encap")
	case "bridge":
		for _, o := range list.Applets.Find("bridge").Objects {
			words := "bridge " + word.First(o.Words)
			sub := page{name: strings.ReplaceAll(words, " ", "-"), words: words, verbs: o.Verbs}
			fmt.Fprintf(b, ".Sh BRIDGE %s\n", strings.ToUpper(word.First(o.Words)))
			b.WriteString(literal(g.help(words)))
			g.list(b, "Verbs", g.complete(words+" "), sub.name)
			g.verbs(b, sub, words, o.Verbs, said)
		}
	}
}

// verbs writes the words behind each verb; of several with the same words once.
func (g *generator) verbs(b *strings.Builder, p page, words string, verbs []command.Verb, said map[string]bool) {
	lists, titles := [][]string{}, []string{}
	for i := range verbs {
		v := &verbs[i]
		if v.Run == nil && v.Verbs == nil || v.Word() == "help" {
			continue
		}
		list := g.complete(words + " " + v.Word() + " ")
		if at := slices.IndexFunc(lists, func(l []string) bool { return slices.Equal(l, list) }); at >= 0 {
			titles[at] += ", " + v.Word()
		} else if len(list) > 0 {
			lists, titles = append(lists, list), append(titles, words+" "+v.Word())
		}
	}
	for i, list := range lists {
		g.list(b, titles[i], list, p.name)
	}
	for i := range verbs {
		g.verbs(b, p, words+" "+verbs[i].Word(), verbs[i].Verbs, said)
	}
}

// explained are applets whose options have a line each; those of the others are told by
// their help texts.
var explained = []string{"arp", "ifconfig", "netstat", "ping", "route", "ss", "sysctl"}

// loose writes the words of applets which have no table of verbs that tells them.
func (g *generator) loose(b *strings.Builder, p page) {
	var words []string
	for _, line := range placesOf[p.name] {
		words = append(words, g.complete(line)...)
	}
	options := g.complete(p.name + " -")
	words = slices.DeleteFunc(words, func(w string) bool { return slices.Contains(options, w) })
	if len(words) > 0 {
		b.WriteString(".Sh WORDS\n")
		g.list(b, "", words, p.name)
	}
}

// placesOf are lines behind which such words stand.
var placesOf = map[string][]string{
	"arp":      {"arp -d 192.0.2.1 "},
	"ifconfig": {"ifconfig lo ", "ifconfig lo -"},
	"route":    {"route ", "route add -", "route add default "},
}

// options writes the options in front of the object.
func (g *generator) options(b *strings.Builder, p page) {
	list, section := g.complete(p.words+" -"), p.name
	switch {
	case p.name == "ip" || p.name == "bridge" || p.name == "tc":
		section = "options"
	case p.name == "ss" || strings.HasPrefix(p.name, "gip-"):
		// What the help does not name is for gip itself, or for nothing.
		help := strings.NewReplacer("[", " ", ",", " ", "=", " ").Replace(g.help(p.words))
		list = slices.DeleteFunc(list, func(w string) bool { return !slices.Contains(strings.Fields(help), w) })
	}
	if len(list) > 0 {
		b.WriteString(".Sh OPTIONS\n")
		g.list(b, "", list, section)
	}
}

// tc writes the words of tc: of each object, and of the kinds of what it is about.
func (g *generator) tc(b *strings.Builder) {
	b.WriteString(".Sh WORDS\n")
	g.list(b, "Objects", g.complete("tc "), "tc")
	said := map[string]bool{}
	names := g.names
	for _, o := range list.Applets.Find("tc").Objects {
		if g.names = names; word.First(o.Words) != "exec" {
			g.names = append(slices.Clone(names), tcNames()...) // which have lists of their own
		}
		words := "tc " + word.First(o.Words)
		fmt.Fprintf(b, ".Sh TC %s\n", strings.ToUpper(word.First(o.Words)))
		b.WriteString(literal(g.help(words)))
		g.list(b, "Verbs", g.complete(words+" "), "tc-"+word.First(o.Words))
		if word.First(o.Words) != "actions" {
			g.verbs(b, page{name: "tc-" + word.First(o.Words)}, words, o.Verbs, said)
		}
	}
	g.names = names
	names = nil
	var classes []string
	for _, k := range qdisc.List {
		if names = append(names, k.Name); k.Class != nil {
			classes = append(classes, k.Name)
		}
	}
	g.tcKinds(b, "qdisc", "tc qdisc add dev lo root ", names)
	g.tcKinds(b, "class", "tc class add dev lo parent 1: classid 1:1 ", classes)
	names = nil
	for _, k := range filter.List {
		names = append(names, k.Name)
	}
	g.tcKinds(b, "filter", "tc filter add dev lo parent ffff: ", names)
	names = nil
	for _, k := range action.List {
		names = append(names, k.Name)
	}
	g.tcKinds(b, "action", "tc actions add action ", names)
}

// tcNames are the kinds that may stand behind the verbs. Where the qdiscs clsact and
// ingress are is a word of others, too.
func tcNames() (names []string) {
	for _, k := range qdisc.List {
		if k.Name != "clsact" && k.Name != "ingress" {
			names = append(names, k.Name)
		}
	}
	for _, k := range filter.List {
		names = append(names, k.Name)
	}
	return names
}

// tcKinds writes the words of the kinds of what tc makes, which stand behind a line.
func (g *generator) tcKinds(b *strings.Builder, what, line string, kinds []string) {
	fmt.Fprintf(b, ".Sh KINDS OF %s\n", strings.ToUpper(what))
	for _, kind := range kinds {
		section := "tc-" + what + " " + kind
		words := slices.DeleteFunc(g.complete(line+kind+" "), func(w string) bool {
			return what == "action" && slices.Contains(kinds, w) && g.lines[section][w] == "" // the next action
		})
		b.WriteString(".Ss " + kind + "\n" + filled(g.about(kind, "tc-"+what)))
		g.list(b, "", words, section)
	}
}

// alike are sections whose words mean what those of another do.
var alike = map[string]string{"tc-chain": "tc-filter", "ip-mrule": "ip-rule", "ip-link ip6erspan": "ip-link ip6gre", "ip-link vti6": "ip-link vti"}
