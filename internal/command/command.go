// Package command has what a room says of itself: the verbs of its object, or the
// applet that it is. There is one literal list of them, in package cmd/gip/list, and
// all that depends on which commands there are comes from it: dispatch, help, what
// may wait in a batch, what a monitor shows, the links of "gip --install".
//
// A function of a room never names its object, other rooms or the list: Go refuses
// tables whose functions name them, as a circle. It finds them in its Call.
package command

import (
	"strings"

	"gip/internal/cli"
	"gip/internal/field"
	"gip/internal/rtnl"
	"gip/internal/word"
)

// A List is all commands of a program, in the order in which "gip --list" has them.
type List []*Applet

// An Applet is one of the commands that the program serves as: one of iproute2's,
// with options and objects, or a tool of its own kind.
type Applet struct {
	Names string // what it is called by: "ping|ping4|ping6"
	Usage string // the help; of an applet with objects, what stands before their list
	After string // what stands after it

	Options []*Option // what may stand before the object, as abbreviations are tried
	Objects []*Object // likewise
	TryHelp string    // how a wrong option is told to ask for help: "ip -help"
	Version string    // what -Version prints
	// Negates tells that a failed command ends with minus its status, which makes
	// 255 of 1.
	Negates bool
	// OneDash tells that an option has one dash, never two, and that there is no "--".
	OneDash bool
	// HelpStatus is that of the help, if not 255: -1 for 0. Unknown is that of an object
	// that is none, if not 1.
	HelpStatus, UnknownStatus int
	// TellsTwice tells that it says in two lines that no netlink socket can be had, as all
	// do in a batch.
	TellsTwice bool
	// Lenient tells that a batch does not ask the kernel for strict checks.
	Lenient bool

	Verbs  []Verb // of a tool whose first operand is one, for Call.Pick
	Run    func(*Call) error
	Output Output // what it does about output that is lost
	// Prepare is called first: it settles what the process may do.
	Prepare func(called string, args []string) error
	// Enters tells that it changes the namespaces of the process.
	Enters bool
	// Setuid tells that it keeps the rights of a set-user-ID file until it gives
	// them back itself.
	Setuid bool
}

// An Output tells what an applet does about output that cannot be written.
type Output uint8

const (
	Unchecked Output = iota // what is lost is lost
	Checked                 // it fails, see cli.Env.CheckOutput
	Flushed                 // likewise, see cli.Env.CheckFlushedOutput
	Tolerant                // likewise, see cli.Env.CheckOpenOutput
)

// An Object is what a command is about: "link" in "ip link show". A room exports
// one for each that it serves.
type Object struct {
	Words string            // see word.Match
	Also  string            // other words for it, which no help has
	Name  string            // in messages, if not the first of Words
	Verbs []Verb            // in the order in which abbreviations are tried
	Run   func(*Call) error // in place of verbs
	Usage string            // the help
	More  func() string     // what follows it: what the tables of the room list
	Takes string            // what may follow the word, in a line of Applet.Lines
	Does  string            // what it is for, likewise
	// Restarts tells that it starts this program again for a part of its work, or needs
	// the process for itself: it cannot be done inside another program.
	Restarts bool
	// Family is one of generic netlink, which the kernel has to know before any
	// word is looked at.
	Family string
	// Before is called before the verb is looked for. It may turn the call to
	// another object.
	Before func(*Call) error
	// Unknown is the error of a word that is no verb, if not Call.Unknown.
	Unknown func(*Call) error
	// Beyond tells that it does more than talk netlink: it cannot be tried (see Try).
	Beyond bool

	Subjects []Subject // what a monitor can be told to show
	Events   []Event   // how it shows that
}

// A Verb is what is done to an object, or a group of verbs.
type Verb struct {
	Words string
	Run   func(*Call) error // nil for a group and for help
	Reads *field.Table      // the words that may follow
	Type  uint16            // of the request, or the kernel's number of what is done
	Flags uint16            // of the request
	// Default tells that it is meant where no verb is given.
	Default bool
	// Waits tells that it makes one change, and does that last and by Env.Post or
	// Change: in a batch it need not find the changes before it done, and its own
	// may wait.
	Waits bool
	// Beyond tells that it does more than talk netlink, or needs what the kernel
	// answers: it cannot be tried (see Try).
	Beyond bool

	// Starts, of a verb whose words are another command line, is called in its place
	// by List.Complete: it goes to where that would run, and asks about it.
	Starts func(c *Call, ask func(argv []string))

	// Of a group, what they are of an object. One without a name or help has those
	// of the object.
	Verbs   []Verb
	Name    string
	Usage   string
	Unknown func(*Call) error
}

// A Call is a command line on its way to its verb.
type Call struct {
	*cli.Env
	*cli.Args
	List   List
	Applet *Applet
	Object *Object
	Verb   *Verb   // of a group, the innermost
	Script *string // the file of a batch, in place of a command
}

// A Subject is a word for what a monitor shows, and the multicast groups of
// rtnetlink that tell it.
type Subject struct {
	Word   string // see word.Match
	Groups []Group
}

// A Group is one of those groups, and the family whose -4, -6 or -M leaves it in;
// 0 for all.
type Group struct {
	Family uint8
	ID     int
}

// An Event is messages that a monitor shows, one after the other: what its printer
// keeps between two of them is in the Env (see cli.State).
type Event struct {
	Types []uint16
	// Device returns the device that a message is about; nil where that does not
	// choose.
	Device func(rtnl.Message) uint32
	// Mine, if set, reports whether a message is this event, and not another one of
	// the same type.
	Mine  func(rtnl.Message) bool
	Print func(*cli.Env, rtnl.Message) error
}

// Find returns the applet of this name, or nil.
func (l List) Find(name string) *Applet {
	for _, a := range l {
		if word.Has(a.Names, name) {
			return a
		}
	}
	return nil
}

// MayEnter reports whether a command line may change the namespaces of the process: that
// of an applet which does so, by the program's name or by its first word, or one of ip's
// that may enter a namespace (see MayEnter).
func (l List) MayEnter(argv []string) bool {
	for _, w := range argv[:min(2, len(argv))] {
		if a := l.Find(w[strings.LastIndexByte(w, '/')+1:]); a != nil && a.Enters {
			return true
		}
	}
	return MayEnter(argv)
}

// Names are all names of the applets.
func (l List) Names() (names []string) {
	for _, a := range l {
		names = append(names, word.All(a.Names)...)
	}
	return names
}

// Name is the first of the applet's names.
func (a *Applet) Name() string { return word.First(a.Names) }

// Object returns the object that a word names, or nil.
func (a *Applet) Object(w string) *Object {
	for _, o := range a.Objects {
		if word.Match(o.Words, w) || word.Match(o.Also, w) {
			return o
		}
	}
	return nil
}

// Command runs the command that begins with the name of its object.
func (c *Call) Command() error {
	err := c.onObject()
	if !c.Applet.Negates || err == nil || cli.EndsBatch(err) {
		return err
	}
	return &cli.Error{Status: -cli.Status(err) & 255, Err: err}
}

func (c *Call) onObject() error {
	if o := c.Applet.Object(c.Word()); o != nil {
		c.Skip()
		return c.On(o)
	}
	if c.Match("help") {
		return c.Applet.helpOn(c.Env)
	}
	err := cli.Fail(`Object "%s" is unknown, try "%s help".`, c.Word(), c.Applet.Name())
	if s := c.Applet.UnknownStatus; s != 0 {
		err = &cli.Error{Status: s, Err: err}
	}
	return err
}

// On runs what the words say is to be done to an object.
func (c *Call) On(o *Object) error {
	c.Object, c.Verb = o, nil
	err := c.toVerb()
	if e := asksHelp(err); e != nil {
		e.Text, e.Help = e.Text+c.Object.help(), false
	}
	return err
}

// asksHelp returns an error if it is one that a help text is to follow.
func asksHelp(err error) *cli.Error {
	if e, ok := err.(*cli.Error); ok && e.Help {
		return e
	}
	return nil
}

func (c *Call) toVerb() error {
	o := c.Object
	if o.Beyond && c.Dry != nil {
		return nil
	}
	if o.Family != "" {
		if !c.More() || c.Is("help") {
			return cli.Help()
		}
		if _, _, err := c.GenlFamily(o.Family); err != nil && !c.Asked {
			return err
		}
	}
	if o.Before != nil {
		if err := o.Before(c); err != nil {
			return err
		}
		o = c.Object
	}
	if o.Run == nil {
		return c.Pick(o.Verbs, o.Unknown)
	}
	if err := c.Begin(false); err != nil {
		return err
	}
	return o.Run(c)
}

// Pick runs the verb that the current word names, or the one that is meant without
// a word. An object without such a one shows its help; a group lacks a word.
func (c *Call) Pick(verbs []Verb, unknown func(*Call) error) error {
	for i := range verbs {
		v := &verbs[i]
		if c.Match(v.Words) || v.Default && !c.More() {
			return c.do(v)
		}
	}
	switch {
	case !c.More() && c.Verb == nil:
		return cli.Help()
	case !c.More():
		return cli.Incomplete()
	case unknown != nil:
		return unknown(c)
	}
	return c.Unknown()
}

// do runs a verb, or the one of its group that is meant.
func (c *Call) do(v *Verb) (err error) {
	c.Verb = v
	switch {
	case v.Verbs != nil:
		err = c.Pick(v.Verbs, v.Unknown)
	case v.Run == nil:
		err = cli.Help()
	case v.Beyond && c.Dry != nil:
	default:
		if err = c.Begin(v.Waits); err == nil {
			err = v.Run(c)
		}
	}
	if e := asksHelp(err); e != nil && v.Usage != "" {
		e.Text, e.Help = e.Text+v.Usage, false
	}
	return err
}

// Unknown is the error of a word that is no verb.
func (c *Call) Unknown() error {
	return cli.Exit(cli.StatusUsage, `Command "%s" is unknown, try "%s %s help".`, c.Word(), c.Applet.Name(), c.name())
}

// name is what messages call the object, or the group of verbs.
func (c *Call) name() string {
	switch {
	case c.Verb != nil && c.Verb.Name != "":
		return c.Verb.Name
	case c.Object.Name != "":
		return c.Object.Name
	}
	return word.First(c.Object.Words)
}

// Find returns the verb that a word names, or nil.
func Find(verbs []Verb, w string) *Verb {
	for i := range verbs {
		if word.Match(verbs[i].Words, w) {
			return &verbs[i]
		}
	}
	return nil
}

// Word is the first of the verb's words.
func (v *Verb) Word() string { return word.First(v.Words) }

// LearnLinks is the Before of objects that know the names of all links as they were
// at an earlier line of a batch.
func LearnLinks(c *Call) error { return c.LearnForBatch() }

// Reader begins to read the words that follow the verb, by its table.
func (c *Call) Reader() *field.Call { return field.NewCall(c.Env, c.Args, c.Verb.Reads) }
