package spacecmd

import (
	"math"
	"slices"
	"strings"

	"gip/internal/cli"
	"gip/internal/command"

	"golang.org/x/sys/unix"
)

// Lsns is the command lsns.
var Lsns = command.Applet{Names: "lsns", Run: lsns, Output: command.Tolerant}

// Columns of the table.
const (
	colNS = iota
	colType
	colPath
	colProcs
	colPID
	colPPID
	colCommand
	colUID
	colUser
	colNetID
	colMounts
	colParent
	colOwner
)

var lsnsColumns = [...]column{
	colNS:      {name: "NS", hint: 10, right: true, number: true, help: "namespace identifier (inode number)"},
	colType:    {name: "TYPE", hint: 5, help: "kind of namespace"},
	colPath:    {name: "PATH", help: "path to the namespace"},
	colProcs:   {name: "NPROCS", hint: 5, right: true, number: true, help: "number of processes in the namespace"},
	colPID:     {name: "PID", hint: 5, right: true, number: true, help: "lowest PID in the namespace"},
	colPPID:    {name: "PPID", hint: 5, right: true, number: true, help: "PPID of the PID"},
	colCommand: {name: "COMMAND", cut: true, help: "command line of the PID"},
	colUID:     {name: "UID", right: true, number: true, help: "UID of the PID"},
	colUser:    {name: "USER", help: "username of the PID"},
	colNetID:   {name: "NETNSID", right: true, help: "namespace ID as used by network subsystem"},
	colMounts:  {name: "NSFS", wrap: true, help: "nsfs mountpoint (usually used network subsystem)"},
	colParent:  {name: "PNS", hint: 10, right: true, number: true, help: "parent namespace identifier (inode number)"},
	colOwner:   {name: "ONS", hint: 10, right: true, number: true, help: "owner namespace identifier (inode number)"},
}

const optOutputAll = 3000

var lsnsOptions = cli.Getopt{Short: "JlPp:o:nruhVt:T::WQ:H", Long: []cli.LongOpt{
	{Name: "json", Val: 'J'}, {Name: "task", Arg: cli.NeedArg, Val: 'p'}, {Name: "help", Val: 'h'}, {Name: "output", Arg: cli.NeedArg, Val: 'o'},
	{Name: "output-all", Val: optOutputAll}, {Name: "persistent", Val: 'P'}, {Name: "filter", Arg: cli.NeedArg, Val: 'Q'},
	{Name: "notruncate", Val: 'u'}, {Name: "version", Val: 'V'}, {Name: "noheadings", Val: 'n'}, {Name: "nowrap", Val: 'W'},
	{Name: "list", Val: 'l'}, {Name: "raw", Val: 'r'}, {Name: "type", Arg: cli.NeedArg, Val: 't'}, {Name: "tree", Arg: cli.MayArg, Val: 'T'},
	{Name: "list-columns", Val: 'H'},
}}

// A tree tells which lines stand below which.
type tree uint8

const (
	noTree tree = iota
	processTree
	ownerTree
	parentTree
)

// A lister is one run of lsns.
type lister struct {
	tool
	json, raw, persistent, noHeads, noCut, noWrap, list, columnsOnly bool
	tree                                                             tree
	task                                                             int
	types                                                            [types]bool
	anyType                                                          bool
	columns                                                          []int
	output                                                           *string
	want                                                             uint64 // the namespace
	found
}

// excluded are options that cannot stand together.
var excluded = [...]struct {
	letter, other rune
	name, others  string
}{
	{'J', 'r', "json", "raw"}, {'r', 'J', "raw", "json"},
	{'P', 'p', "persistent", "task"}, {'p', 'P', "task", "persistent"},
}

// lsns serves a command line.
func lsns(c *command.Call) error {
	l := &lister{tool: newTool(c)}
	words, err := l.parse(c.Rest())
	switch {
	case err != nil:
		return err
	case l.columnsOnly:
		return l.showColumns()
	}
	if err := l.choose(words); err != nil || l.Asked {
		return err
	}
	if err := l.read(); err != nil {
		return err
	}
	if l.want == 0 {
		l.showSpaces()
		return nil
	}
	s := l.byID[l.want]
	if s == nil {
		return l.fail("not found namespace: " + utoa(l.want))
	}
	l.showProcesses(s)
	return nil
}

func (l *lister) parse(args []string) (words []string, err error) {
	opts, words := lsnsOptions.As(l.Called).Parse(args)
	for i, o := range opts {
		for _, x := range excluded {
			if x.letter == o.Val && slices.ContainsFunc(opts[:i], func(o cli.Opt) bool { return o.Val == x.other }) {
				return nil, l.combined(x.others, x.name)
			}
		}
		if err := l.option(o); err != nil {
			return nil, err
		}
	}
	return words, nil
}

func (l *lister) option(o cli.Opt) error {
	if o.Turns([]cli.Switch{{'J', &l.json}, {'l', &l.list}, {'P', &l.persistent}, {'n', &l.noHeads},
		{'u', &l.noCut}, {'W', &l.noWrap}, {'H', &l.columnsOnly}}) {
		return nil
	}
	switch o.Val {
	case 'o':
		l.output = &o.Arg
	case optOutputAll:
		l.columns = nil
		for i := range lsnsColumns {
			l.columns = append(l.columns, i)
		}
	case 'p':
		pid, err := l.number("invalid PID argument", o.Arg, 1, math.MaxInt32)
		l.task = int(pid)
		return err
	case 'r':
		l.raw, l.noWrap = true, true
	case 't':
		return l.setType(o.Arg)
	case 'T':
		return l.setTree(o)
	case 'Q':
		return l.fail("filters are not supported")
	default:
		return l.common(o, lsnsUsage)
	}
	return nil
}

func (l *lister) setType(s string) error {
	t := slices.Index(typeNames[:], s)
	if t < 0 {
		return l.fail("unknown namespace type: " + s)
	}
	l.types[t], l.anyType = true, true
	return nil
}

func (l *lister) setTree(o cli.Opt) error {
	switch strings.TrimPrefix(o.Arg, "=") {
	case "owner":
		l.tree = ownerTree
	case "parent":
		l.tree = parentTree
	case "process":
		l.tree = processTree
	default:
		if l.tree = ownerTree; o.Has {
			return l.fail("unknown tree type: " + strings.TrimPrefix(o.Arg, "="))
		}
	}
	return nil
}

// choose completes what the options have left open: kinds, columns and the tree.
func (l *lister) choose(words []string) error {
	net := l.types[typeNet]
	if !l.anyType {
		for i := range l.types {
			l.types[i] = true
		}
	}
	one := len(words) > 0
	if one {
		if l.task != 0 {
			return l.fail("--task is mutually exclusive with <namespace>")
		}
		var err error
		if l.want, err = l.unsigned("invalid namespace argument", words[0]); err != nil {
			return err
		}
	}
	usual := l.columns == nil
	switch {
	case usual && one:
		l.columns = []int{colPID, colPPID, colUser, colCommand}
	case usual:
		l.columns = []int{colNS, colType, colProcs, colPID, colUser}
		if net {
			l.columns = append(l.columns, colNetID, colMounts)
		}
		l.columns = append(l.columns, colCommand)
	}
	if (usual || one) && l.tree == noTree && !l.list {
		l.tree = processTree
	}
	return l.addColumns()
}

// addColumns reads the list of -o, in place of the columns or, with +, behind them.
func (l *lister) addColumns() error {
	if l.output == nil {
		return nil
	}
	const most = 2 * len(lsnsColumns)
	list, more := strings.CutPrefix(*l.output, "+")
	if !more {
		l.columns = nil
	}
	if list == "" {
		return cli.Silent(cli.StatusError)
	}
	for list != "" {
		var name string
		if name, list = nextName(list); name == "" || len(l.columns) == most {
			return cli.Silent(cli.StatusError)
		}
		i := slices.IndexFunc(lsnsColumns[:], func(c column) bool { return strings.EqualFold(c.name, name) })
		if i < 0 {
			return l.fail("unknown column: " + name)
		}
		l.columns = append(l.columns, i)
	}
	return nil
}

// nextName takes a name off a list. To the real tool a comma at the end is part of it.
func nextName(list string) (name, rest string) {
	comma := strings.IndexByte(list, ',')
	if comma < 0 || comma == len(list)-1 {
		return list, ""
	}
	return list[:comma], list[comma+1:]
}

// newTable is an empty table of the columns that are wanted.
func (l *lister) newTable() *table {
	t := newTable(l.Env, "namespaces")
	t.json, t.raw, t.noHeads = l.json, l.raw, l.noHeads
	for _, i := range l.columns {
		c := lsnsColumns[i]
		c.cut = c.cut && !l.noCut
		c.wrap = c.wrap && !l.noWrap
		switch {
		case i == colCommand && l.tree == processTree:
			c.tree = true
		case i == colNS && l.tree > processTree:
			c.tree, c.right = true, false
		}
		t.columns = append(t.columns, c)
	}
	return t
}

// showColumns lists the columns that there are.
func (l *lister) showColumns() error {
	t := newTable(l.Env, "lsns-columns")
	t.json, t.raw, t.noHeads = l.json, l.raw, true
	t.columns = []column{{name: "HOLDER", right: true}, {name: "TYPE"}, {name: "DESCRIPTION"}}
	for i := range lsnsColumns {
		c := &lsnsColumns[i]
		kind := "<string>"
		if c.number {
			kind = "<integer>"
		}
		copy(t.add(nil).cells, []string{c.name, kind, c.help})
	}
	t.print(l.Pen)
	return nil
}

// addRow adds the line of a namespace and one of its processes, which may be nil.
func (l *lister) addRow(t *table, s *space, p *process) {
	var above *row
	switch {
	case l.tree == processTree && p != nil && p.parent != nil:
		above = p.parent.row
	case l.tree == parentTree && s.parent != nil:
		above = s.parent.row
	case l.tree == ownerTree && s.owner != nil:
		above = s.owner.row
	}
	r := t.add(above)
	for i, c := range l.columns {
		r.cells[i] = l.value(c, s, p)
	}
	if l.tree > processTree {
		s.row = r
	} else if p != nil {
		p.row = r
	}
}

// showSpaces shows the namespaces that are wanted.
func (l *lister) showSpaces() {
	t := l.newTable()
	for _, s := range l.spaces {
		switch {
		case l.task != 0 && !s.has(l.task), l.persistent && len(s.processes) != 0, s.row != nil:
		default:
			l.showSpace(t, s)
		}
	}
	t.print(l.Pen)
}

// showSpace shows a namespace, in a tree behind that above it.
func (l *lister) showSpace(t *table, s *space) {
	above := (*space)(nil)
	switch {
	case l.tree == ownerTree:
		above = s.owner
	case l.tree == parentTree && s.parent != nil:
		above = s.parent
	case l.tree == parentTree:
		above = s.owner
	}
	if above != nil && above.row == nil {
		l.showSpace(t, above)
	}
	l.addRow(t, s, s.lowest)
}

// showProcesses shows those of a namespace.
func (l *lister) showProcesses(s *space) {
	t := l.newTable()
	for _, p := range s.processes {
		if p.row == nil {
			l.showProcess(t, s, p)
		}
	}
	t.print(l.Pen)
}

func (l *lister) showProcess(t *table, s *space, p *process) {
	if up := p.parent; l.tree == processTree && up != nil && up.row == nil && up.ids[s.typ] == p.ids[s.typ] {
		l.showProcess(t, s, up)
	}
	l.addRow(t, s, p)
}

// types is how many kinds there are, in lsns' order.
const (
	typeMnt = iota
	typeNet
	typePID
	typeUTS
	typeIPC
	typeUser
	typeCgroup
	typeTime
	types
)

var typeNames = [types]string{"mnt", "net", "pid", "uts", "ipc", "user", "cgroup", "time"}

var typeFlags = [types]int{
	unix.CLONE_NEWNS, unix.CLONE_NEWNET, unix.CLONE_NEWPID, unix.CLONE_NEWUTS,
	unix.CLONE_NEWIPC, unix.CLONE_NEWUSER, unix.CLONE_NEWCGROUP, unix.CLONE_NEWTIME,
}
