package bridgecmd

import (
	"gip/internal/cli"
	"gip/internal/word"
)

// A filter is what a list is limited to; zero members do not limit.
type filter struct {
	index   uint32 // of the device
	master  uint32 // of the bridge
	vlan    uint32
	state   uint32 // NUD_ bits of which one has to be set
	dynamic bool   // leave out permanent entries
}

// A listing is the filter of a list while its words are read. The names are
// looked up at the end.
type listing struct {
	f           *filter
	dev, master *string
}

// The words that lists know.
func devWord() cli.Keyword[*listing] {
	return cli.Keyword[*listing]{Words: "=dev", Parse: (*listing).parseDev}
}
func masterWord() cli.Keyword[*listing] {
	return cli.Keyword[*listing]{Words: "=master", Parse: (*listing).parseMaster}
}
func vidWord() cli.Keyword[*listing] {
	return cli.Keyword[*listing]{Words: "=vid", Parse: (*listing).parseVid}
}

func (l *listing) parseDev(a *cli.Args) error    { return once(&l.dev, "dev", a) }
func (l *listing) parseMaster(a *cli.Args) error { return once(&l.master, "master", a) }

func (l *listing) parseVid(a *cli.Args) error { return l.f.parseVlan("vid", a) }

func (f *filter) parseVlan(key string, a *cli.Args) error {
	s, err := a.ValueOnce(key, f.vlan != 0)
	if err != nil {
		return err
	}
	f.vlan = uint32(cli.Atoi(s))
	return nil
}

// once takes a value that may be given once.
func once(to **string, key string, a *cli.Args) error {
	word.OfferLink(a.Word())
	s, err := a.ValueOnce(key, *to != nil)
	if err != nil {
		return err
	}
	*to = &s
	return nil
}

// parse reads the words of a list. Words that are not in table mean nothing.
func (f *filter) parse(e *cli.Env, a *cli.Args, table ...cli.Keyword[*listing]) error {
	l := &listing{f: f}
	skip := func(_ *listing, a *cli.Args) error { a.Skip(); return nil }
	if err := cli.ParseWords(l, a, table, skip); err != nil {
		return err
	}
	return l.resolve(e)
}

func (l *listing) resolve(e *cli.Env) (err error) {
	if l.dev != nil {
		if l.f.index, err = e.Index(*l.dev); err != nil {
			return err
		}
	}
	if l.master != nil {
		l.f.master, err = e.Index(*l.master)
	}
	return err
}

// hides reports whether the filter leaves out the device.
func (f *filter) hides(index uint32) bool { return f.index != 0 && f.index != index }
