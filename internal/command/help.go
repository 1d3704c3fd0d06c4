package command

import (
	"fmt"
	"slices"
	"strings"

	"gip/internal/cli"
	"gip/internal/word"
)

// help is the help text of an object.
func (o *Object) help() string {
	if o.More == nil {
		return o.Usage
	}
	return o.Usage + o.More()
}

// help is the error that shows the help of an applet.
func (a *Applet) help() error {
	if a.HelpStatus < 0 {
		return &cli.Error{Text: a.text(), Ends: true}
	}
	return cli.Usage(a.text())
}

// helpOn shows the help as a command: where that is no failure, a batch goes on.
func (a *Applet) helpOn(e *cli.Env) error {
	if a.HelpStatus < 0 {
		e.Warnf("%s", a.text())
		return nil
	}
	return a.help()
}

// Help is the error that shows the help of an applet.
func (a *Applet) Help() error { return a.help() }

// text is the help of an applet: with the names of its objects, if it has some.
func (a *Applet) text() string {
	if a.Objects == nil {
		return a.Usage
	}
	names := []string{"help"}
	for _, o := range a.Objects {
		if o.Words != "" {
			names = append(names, word.All(o.Words)...)
		}
	}
	slices.Sort(names)
	return a.Usage + cli.WordList("OBJECT", names) + a.After
}

// Lines is the help of an applet with a line for each object.
func (a *Applet) Lines() string {
	text := a.Usage
	for _, o := range a.Objects {
		words := strings.TrimSpace(a.Name() + " " + word.First(o.Words) + " " + o.Takes)
		text += fmt.Sprintf("       %-24s %s\n", words, o.Does)
	}
	return text
}
