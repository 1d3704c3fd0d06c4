package command

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"gip/internal/cage"
	"gip/internal/cli"
	"gip/internal/file"
	"gip/internal/names"
	"gip/internal/word"
)

// A completion is found by the command itself. It runs with word.Asked in the place
// of the word that is to be completed: none knows that one, and what it is compared
// with on the way to the error are the words that could stand there, in the very order
// in which they are tried. So no second grammar has to be kept.
//
// A command is not told that it only answers, and some do what they do whatever
// follows. So it runs in a cage (package cage) in which nothing can be changed.

// Patience is how long a command may look for what it does not find.
const Patience = 2 * time.Second

// Complete returns the words that may stand in the place of the last one of a command
// line, whose first one is the name of the command.
func (l List) Complete(own *Applet, argv []string) []string {
	if len(argv) < 2 {
		return nil
	}
	c := completion{list: l, own: own, said: map[string]bool{}}
	word.Typed, word.Answer = argv[len(argv)-1], c.answer
	done := make(chan struct{})
	go func() {
		runtime.LockOSThread() // a namespace that it enters is that of the thread
		defer close(done)
		defer func() { recover() }() // of what no command line can hold
		c.ask(argv[:len(argv)-1])
	}()
	select {
	case <-done:
	case <-time.After(Patience):
	}
	c.Lock()
	defer c.Unlock()
	return c.words
}

// A completion collects answers.
type completion struct {
	sync.Mutex
	list  List
	own   *Applet
	words []string
	said  map[string]bool // of words
	links *names.Links
}

// answer takes a pattern that the word was compared with.
func (c *completion) answer(pattern string) {
	c.Lock()
	defer c.Unlock()
	all := word.All(pattern)
	if pattern == word.SomeLink {
		all = c.links.All()
	}
	for _, w := range all {
		if c.fits(w) && !c.said[w] {
			c.words, c.said[w] = append(c.words, w), true
		}
	}
}

// fits reports whether w completes what is typed. Options are wanted only behind a
// dash: there are many.
func (c *completion) fits(w string) bool {
	return w != "" && strings.HasPrefix(w, word.Typed) && (w[0] != '-' || word.Typed != "")
}

// ask runs a command line with the word that is asked about behind it. Without any
// words, that one is a command.
func (c *completion) ask(argv []string) {
	if len(argv) == 0 {
		c.commands()
		return
	}
	// What commands print is lost: it is open to be read, as all is in the cage.
	null, err := file.Open(os.DevNull)
	if err != nil {
		return
	}
	p := &Process{List: c.list, Own: c.own, Stdin: null, Stdout: null, Stderr: null}
	if a := p.calledApplet(filepath.Base(argv[0])); a != nil {
		c.applet(p, a, argv)
		return
	}
	if word.Has(c.own.Names, filepath.Base(argv[0])) {
		c.program(p, argv)
	}
}

// commands answers with those of the list, and, once something is typed, with what is
// on PATH.
func (c *completion) commands() {
	for _, a := range c.list {
		c.answer(a.Names)
	}
	c.answer(c.own.Names)
	if word.Typed == "" {
		return
	}
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		found, _ := file.Names(dir)
		for _, name := range found {
			c.answer("=" + name)
		}
	}
}

// starts asks about a command line that a verb is to start, and reports whether the
// words, from that of an object on, have one.
func (c *completion) starts(o *Object, call *Call) bool {
	if o == nil || call.Len() < 2 {
		return false
	}
	v := Find(o.Verbs, call.Word())
	if v == nil || v.Starts == nil {
		return false
	}
	call.Skip()
	v.Starts(call, func(argv []string) { c.ask(argv[:len(argv)-1]) })
	return true
}

// program asks about a word behind the program's own name.
func (c *completion) program(p *Process, argv []string) {
	ip := p.List[0]
	if len(argv) == 1 {
		for _, a := range p.List {
			c.answer(a.Names)
		}
		p.Own.Object(word.Asked)
		c.applet(p, ip, argv)
		return
	}
	switch a, o := p.List.Find(argv[1]), p.Own.Object(argv[1]); {
	case a != nil:
		c.applet(p, a, argv[1:])
	case o != nil:
		call := p.newCall(p.Own, p.Own.Name(), append(argv[2:], word.Asked), cli.Options{})
		if !c.starts(o, call) {
			c.run(call, func() error { return call.On(o) })
		}
	default:
		c.applet(p, ip, append([]string{ip.Name()}, argv[1:]...))
	}
}

// applet asks about a word behind the name of an applet and what follows that.
func (c *completion) applet(p *Process, a *Applet, argv []string) {
	call, err := p.Call(a, argv[0], append(argv[1:], word.Asked))
	if err != nil {
		return
	}
	if a.Objects != nil && call.Len() == 1 && strings.HasPrefix(word.Typed, "-") {
		for _, o := range a.Options {
			c.answer("-" + strings.ReplaceAll(strings.TrimPrefix(o.Words, "="), "|", "|-"))
		}
		return
	}
	if call.Len() > 2 {
		before := call.Word()
		call.Skip()
		if c.starts(a.Object(before), call) {
			return
		}
		call.Back()
	}
	c.run(call, call.Run)
}

// run runs a call in the cage. Where there is none, only what leads to a verb is run.
func (c *completion) run(call *Call, run func() error) {
	c.links = call.Links
	c.links.Assume = true
	call.Asked = true
	if err := cage.Enter(); err != nil {
		if call.Applet.Run != nil {
			return
		}
		call.Halt = err
	}
	run()
}
