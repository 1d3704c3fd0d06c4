package state

import (
	"strings"
	"time"

	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/field"
	"gip/linkcmd"
	"gip/linkcmd/linkkind"

	"golang.org/x/sys/unix"
)

// rounds is how often what is left is tried again: what refers to something else can
// be made once that is there.
const rounds = 4

// A Restorer brings a namespace to a state.
type Restorer struct {
	Env   *cli.Env // to read with
	Lines *command.Lines
	Want  *State
	Sorts Sorts
	round int
	made  int // lines that were run in this round
}

// Restore makes the namespace what want says, with lines that l runs, and returns what
// is still other and how many lines it took. It touches only links and these sorts. With
// an error, which comes of reading the state, it is on its way: the lines count.
func Restore(e *cli.Env, l *command.Lines, want *State, sorts Sorts) (left []Change, lines int, err error) {
	r := &Restorer{Env: e, Lines: l, Want: want, Sorts: sorts}
	l.GoOn, l.Failed = true, func(int, error) {}
	for r.round = 0; ; r.round++ {
		now, err := r.settled()
		if err != nil {
			return nil, lines, err
		}
		if left = Diff(now, want); len(left) == 0 || r.round == rounds {
			return left, lines, nil
		}
		r.made = 0
		for _, step := range [...]func(*State) error{r.groups, r.links, r.addresses, r.others} {
			before := r.made
			if err := step(now); err != nil {
				return left, lines + r.made, err
			}
			if r.made > before {
				if now, err = Read(e, sorts); err != nil {
					return left, lines + r.made, err
				}
			}
		}
		if lines += r.made; r.made == 0 && r.round > 1 {
			return left, lines, nil
		}
	}
}

// What the kernel makes itself may come a little after what it comes from: IPv6
// addresses of a link that has just been switched on, and their routes.
const (
	patience = 20
	pause    = 100 * time.Millisecond
)

// settled reads the state, and again while the kernel is about to make something, or all
// that is other is what it makes.
func (r *Restorer) settled() (now *State, err error) {
	for i := 0; ; i++ {
		if now, err = Read(r.Env, r.Sorts); err != nil || r.round == 0 || i == patience {
			return now, err
		}
		left := Diff(now, r.Want)
		if !now.unrest && (len(left) == 0 || !allKernels(left)) {
			return now, nil
		}
		time.Sleep(pause)
	}
}

// kernels reports whether the kernel makes such an item by itself.
func kernels(line string) bool {
	return strings.Contains(line, " proto kernel") || strings.HasPrefix(line, "bridge fdb 33:33:") || strings.HasPrefix(line, "bridge fdb 01:00:5e:")
}

// allKernels reports whether the kernel makes all of that by itself.
func allKernels(list []Change) bool {
	for _, c := range list {
		if !kernels(c.Text) {
			return false
		}
	}
	return true
}

// awaited reports whether an item is left to the kernel: in the first rounds whatever
// it makes, and always what no line can say, as an IPv6 route of metric 0.
func (r *Restorer) awaited(i *Item) bool {
	switch text := i.Text(); {
	case !kernels(text):
		return false
	case i.Head == "-6 route" && strings.Contains(i.Line, " table local "), i.Sort == Fdb && r.joined(i):
		return true
	}
	return r.round < 2
}

// joined reports whether an entry is a group that a bridge itself is in: a line for
// such an entry makes one of a port.
func (r *Restorer) joined(i *Item) bool {
	words, _ := Split(i.Key)
	l := r.Want.linkNamed(after(words, "dev"))
	return l != nil && l.Kind == "bridge" && strings.Contains(i.Key, " self")
}

// do runs a line; that it is refused shows in the state.
func (r *Restorer) do(line string) {
	words, err := Split(line)
	if err == nil && r.Env.Over() == nil {
		r.made++
		r.Lines.Run(r.made, words)
	}
}

// now is do for a line on which the next ones stand.
func (r *Restorer) now(line string) {
	r.do(line)
	r.Lines.Settle()
	r.Lines.Forget()
}

func word(w string) string { return string(field.AppendWord(nil, w)) }

// groups takes multicast entries away that are too much: a bridge that is switched off
// gives none away.
func (r *Restorer) groups(now *State) error {
	if r.Sorts.Has(Mdb) {
		for _, i := range missing(of(r.Want.Items, Mdb), of(now.Items, Mdb)) {
			r.do(i.deleter())
		}
	}
	return r.Lines.Settle()
}

// of are the items of one sort.
func of(items []Item, sort Sort) (list []Item) {
	for i := range items {
		if items[i].Sort == sort {
			list = append(list, items[i])
		}
	}
	return list
}

// links makes links, and what they have.
func (r *Restorer) links(now *State) error {
	list := pairs(now, r.Want)
	for i := range list {
		if p := &list[i]; p.now != nil && (p.want == nil || r.remake(p)) {
			r.now("link delete dev" + word(p.now.Name))
		}
	}
	now, err := Read(r.Env, 0)
	if err != nil {
		return err
	}
	r.make(now)
	if now, err = Read(r.Env, 0); err != nil {
		return err
	}
	for _, p := range pairs(now, r.Want) {
		if p.now != nil && p.want != nil {
			r.adjust(now, p)
		}
	}
	return r.Lines.Settle()
}

// remake reports whether a link has to be made anew: what its kind has could not be
// changed in an earlier round, or stands on another link.
func (r *Restorer) remake(p *pair) bool {
	if p.want.Kind == "" || p.want.Kind == "tun" {
		return false
	}
	if p.now.Index != p.want.Index || p.now.Lower != p.want.Lower && !p.now.Abroad && !p.want.Abroad {
		return true
	}
	return r.round > 1 && (len(other(p.now.Data, p.want.Data)) > 0 || len(p.now.Data) != len(p.want.Data))
}

// make makes the links that are not there, those first on which others stand.
func (r *Restorer) make(now *State) {
	there := map[uint32]bool{}
	var waiting []*linkcmd.Link
	for _, p := range pairs(now, r.Want) {
		if p.now != nil && p.want != nil {
			there[uint32(p.want.Index)] = true
		} else if p.want != nil && p.want.Kind != "" {
			waiting = append(waiting, p.want)
		}
	}
	for progress := true; progress; {
		progress = false
		for _, l := range waiting {
			if there[uint32(l.Index)] || !r.ready(l, there) {
				continue
			}
			r.makeOne(l)
			there[uint32(l.Index)], progress = true, true
			if hasPeer(l) {
				there[l.Lower] = true
			}
		}
	}
}

// ready reports whether the links that a link stands on are there.
func (r *Restorer) ready(l *linkcmd.Link, there map[uint32]bool) bool {
	if l.Lower != 0 && !l.Abroad && !hasPeer(l) && l.Lower != uint32(l.Index) && !there[l.Lower] {
		return false
	}
	if peer := r.byIndex(l.Lower); hasPeer(l) && peer != nil && words(l.Data, peerKey) == "" && words(peer.Data, peerKey) != "" {
		return false // its words make both
	}
	for _, s := range l.Data { // "dev eth0", "slave1 eth0"
		words, _ := Split(s.Words)
		for _, w := range words[min(1, len(words)):] {
			if on := r.Want.linkNamed(w); on != nil && on != l && !there[uint32(on.Index)] && !r.portOf(on, l) {
				return false
			}
		}
	}
	return true
}

// portOf reports whether a link is a port of another, which is there before it.
func (r *Restorer) portOf(port, master *linkcmd.Link) bool {
	return port.Master == uint32(master.Index)
}

// hasPeer reports whether a link is one end of a pair, whose other end Lower is.
func hasPeer(l *linkcmd.Link) bool {
	switch l.Kind {
	case "veth", "vxcan", "netkit":
		return !l.Abroad && l.Lower != 0
	}
	return false
}

// peerKey is of a setting that the first end of a pair has, and not the other.
const peerKey = "=peer"

// makeOne makes a link, and its other end. Where the kernel takes not all at once, it
// is made without one of the settings, or with as many of the first as it takes, such as
// the mode of a bond, and the rest is set afterwards. The last ones are left out first: a
// kind names in front what cannot be set later, such as the secure channel of a macsec.
func (r *Restorer) makeOne(l *linkcmd.Link) {
	line := "link add" + maker(l)
	if l.Lower != 0 && !l.Abroad && !hasPeer(l) && l.Lower != uint32(l.Index) && l.Type != unix.ARPHRD_TUNNEL {
		line += " link" + word(r.Want.name(l.Lower))
	}
	peer := ""
	if hasPeer(l) {
		if other := r.byIndex(l.Lower); other != nil {
			peer = maker(other)
			if !strings.Contains(settingWords(l.Data), " peer") {
				peer = " peer" + peer
			}
		}
	}
	line += " type" + word(l.Kind)
	tries := []string{settingWords(l.Data)}
	for i := len(l.Data) - 1; i >= 0; i-- {
		tries = append(tries, settingWords(l.Data[:i])+settingWords(l.Data[i+1:]))
	}
	for i := len(l.Data) - 1; i >= 0; i-- {
		tries = append(tries, settingWords(l.Data[:i]))
	}
	for _, data := range tries {
		r.now(line + data + peer)
		if r.Env.Links.Reset(); r.Env.Links.Index(l.Name) != 0 {
			return
		}
	}
}

// maker is what a link is made with, whatever its kind is. Where there is no address,
// some kinds take none.
func maker(l *linkcmd.Link) string {
	address := words(l.Set, "address")
	if strings.Trim(strings.TrimPrefix(address, " address "), "0:") == "" {
		address = ""
	}
	return " name" + word(l.Name) + " index " + itoa(uint32(l.Index)) + address + settingWords(l.Make)
}

func settingWords(list []linkcmd.Setting) string { return string(appendSettings(nil, list)) }

func (r *Restorer) byIndex(index uint32) *linkcmd.Link {
	for i := range r.Want.Links {
		if uint32(r.Want.Links[i].Index) == index {
			return &r.Want.Links[i]
		}
	}
	return nil
}

// adjust changes what is other of a link that is there.
func (r *Restorer) adjust(now *State, p pair) {
	want, dev := p.want, "link set dev"+word(p.want.Name)
	if p.now.Name != want.Name {
		r.now("link set dev" + word(p.now.Name) + " name" + word(want.Name))
	}
	if was, master := now.master(p.now), r.Want.master(want); was != master {
		r.now(dev + master)
	}
	down := isUp(p.now) && (r.round > 0 && len(other(p.now.Data, want.Data)) > 0 || !isUp(want))
	if down {
		r.now(dev + " down")
	}
	for _, s := range other(p.now.Set, want.Set) {
		r.do(dev + s.Words)
	}
	data := other(p.now.Data, want.Data)
	if r.round == 1 && len(data) > 1 { // some are taken only together, as replay and window
		data = []linkcmd.Setting{{Words: settingWords(data)}}
	}
	for _, s := range data {
		r.do(dev + " type" + word(want.Kind) + s.Words)
	}
	if isUp(want) && (down || !isUp(p.now)) {
		r.now(dev + " up")
	}
	for _, s := range other(p.now.Port, want.Port) {
		r.do(dev + " type" + word(want.Ports+"_slave") + s.Words)
	}
	for _, s := range p.now.Port {
		if words(want.Port, s.Key) == "" {
			r.do(dev + " type" + word(want.Ports+"_slave") + without(want.Ports+"_slave", s.Words))
		}
	}
	kept := 0 // alternative names stand in the order in which they came
	for kept < min(len(p.now.AltNames), len(want.AltNames)) && p.now.AltNames[kept] == want.AltNames[kept] {
		kept++
	}
	for _, alt := range p.now.AltNames[kept:] {
		r.do("link property del dev" + word(want.Name) + " altname" + word(alt))
	}
	for _, alt := range want.AltNames[kept:] {
		r.do("link property add dev" + word(want.Name) + " altname" + word(alt))
	}
}

// without are the words by which a kind loses a setting.
func without(kind, setting string) string {
	key, _, _ := strings.Cut(strings.TrimPrefix(setting, " "), " ")
	if k := linkkind.Find(kind); k != nil && k.Written("no"+key) != nil {
		return " no" + key
	}
	return " " + key + " 0"
}

// addresses brings sysctls and addresses back: routes stand on them.
func (r *Restorer) addresses(now *State) error {
	for _, i := range missing(now.Items, r.Want.Items) {
		if i.Sort == Sysctl && r.Sorts.Has(Sysctl) {
			r.made++
			setSysctl(i.Line)
		}
	}
	r.items(now, 1<<Address)
	return r.Lines.Settle()
}

func (r *Restorer) others(now *State) error {
	r.items(now, All&^(1<<Sysctl|1<<Address))
	return r.Lines.Settle()
}

// items takes away what is too much, from the end, and adds what is missing.
func (r *Restorer) items(now *State, sorts Sorts) {
	gone, add := missing(r.Want.Items, now.Items), missing(now.Items, r.Want.Items)
	again := map[string]bool{}
	for _, i := range add {
		again[i.Head+i.Key] = true
	}
	for at := len(gone) - 1; at >= 0; at-- {
		switch i := gone[at]; {
		case !sorts.Has(i.Sort) || i.Sort == Fdb && r.joined(i):
		case !again[i.Head+i.Key] || !replaces(i.Sort):
			r.do(i.deleter())
		case i.tunnel() != "": // one that a VLAN has is not replaced
			r.do(i.Head + " delete" + i.Key + i.tunnel())
		}
	}
	if len(add) > 0 {
		r.Lines.Settle()
	}
	for _, i := range add {
		if sorts.Has(i.Sort) && !r.awaited(i) {
			if tunnel := i.tunnel(); tunnel != "" { // for a VLAN that is there
				r.do(i.Head + " add" + strings.TrimSuffix(i.Line, tunnel))
			}
			r.do(i.adder())
		}
	}
}

// tunnel are the words by which a VLAN of a port has a tunnel: a line with them says
// nothing else of the VLAN.
func (i *Item) tunnel() string {
	if at := strings.Index(i.Line, " tunnel_info "); i.Sort == Vlan && at >= 0 {
		return i.Line[at:]
	}
	return ""
}

// replaces reports whether the line that makes an item changes one that is there.
func replaces(s Sort) bool { return s == Nexthop || s == Neighbour || s == Vlan || s == Mdb }

// deleter is the line that removes the item.
func (i *Item) deleter() string {
	switch i.Sort {
	case Route, Rule:
		return i.Head + " delete" + i.lasting()
	case Address:
		return i.Head + " delete" + i.addressKey()
	}
	return i.Head + " delete" + i.Key
}

// lasting is the line without what goes by.
func (i *Item) lasting() string {
	if i.Sort != Route {
		return i.Line
	}
	return cutPassing(i.Line, false)
}

// addressKey is what finds an address: with its peer, if that is another one.
func (i *Item) addressKey() string {
	if part := strings.SplitN(i.Line, " ", 5); len(part) == 5 && part[2] == "peer" {
		return " " + part[1] + " peer " + part[3] + i.Key[strings.Index(i.Key, " dev "):]
	}
	return i.Key
}

// adder is the line that makes the item. A route may have others beside it, so it is
// appended.
func (i *Item) adder() string {
	switch {
	case i.Sort == Address:
		line := i.Line
		if named := " dev" + secondary; !strings.HasSuffix(line, named) || !strings.HasSuffix(i.Key, named) {
			line = strings.TrimSuffix(line, secondary)
		}
		return i.Head + " add" + line
	case i.Sort == Route && i.Head == "-M route", i.Sort == Nexthop, i.Sort == Neighbour, i.Sort == Mdb:
		return i.Head + " replace" + i.Line
	case i.Sort == Route:
		return i.Head + " append" + i.Line
	case i.Sort == Fdb && strings.Contains(i.Key, " dst "):
		return i.Head + " append" + i.Line
	case i.Sort == Fdb:
		return i.Head + " replace" + i.Line
	}
	return i.Head + " add" + i.Line
}

// Foreign are the links of a snapshot that are not there and that no command makes.
func Foreign(now, want *State) (names []string) {
	for _, p := range pairs(now, want) {
		if p.now == nil && p.want.Kind == "" {
			names = append(names, p.want.Name)
		}
	}
	return names
}

// StandIn has links that cannot be made be of another kind: hardware, ends of pairs
// whose other end is elsewhere, and those kinds that the pattern names.
func (s *State) StandIn(kind, pattern string) {
	for i := range s.Links {
		l := &s.Links[i]
		if l.Index != 1 && (l.Kind == "" || l.Abroad || cli.Match(pattern, l.Kind)) {
			l.Kind, l.Data, l.Abroad, l.Lower, l.Make = kind, nil, false, 0, nil
		}
	}
}
