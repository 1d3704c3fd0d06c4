package nexthopcmd

import (
	"strconv"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/internal/vrf"

	"golang.org/x/sys/unix"
)

// A filter is what list, flush and bucket list ask for. All but the protocol
// is sifted by the kernel.
type filter struct {
	e        *cli.Env
	dev      uint32
	master   uint32
	groups   bool
	fdb      bool
	protocol uint32
	id       uint32
	hasID    bool
	nhid     uint32
}

func device(f *filter, a *cli.Args) (uint32, error) {
	name, err := a.Value()
	if err != nil {
		return 0, err
	}
	index := f.e.Links.Index(name)
	if index == 0 {
		return 0, cli.InvArg("Device does not exist\n", name)
	}
	return index, nil
}

func parseVRF(f *filter, a *cli.Args) error {
	name, err := a.Value()
	if err != nil {
		return err
	}
	if f.master = vrf.Index(f.e, name); f.master == 0 {
		return cli.InvArg("Invalid VRF\n", name)
	}
	return nil
}

var (
	devWord = cli.Keyword[*filter]{Words: "dev", Parse: func(f *filter, a *cli.Args) (err error) {
		f.dev, err = device(f, a)
		return err
	}}
	masterWord = cli.Keyword[*filter]{Words: "master", Parse: func(f *filter, a *cli.Args) (err error) {
		f.master, err = device(f, a)
		return err
	}}
	vrfWord = cli.Keyword[*filter]{Words: "vrf", Parse: parseVRF}
	idWord  = cli.Keyword[*filter]{Words: "=id", Parse: func(f *filter, a *cli.Args) (err error) {
		f.id, err = parseID(a)
		f.hasID = true
		return err
	}}
	helpWord = cli.Keyword[*filter]{Words: "help", Parse: func(*filter, *cli.Args) error { return cli.Usage(usage) }}
)

// listWords are the keywords of list and flush, in the order in which
// abbreviations are tried.
func listWords() []cli.Keyword[*filter] {
	return []cli.Keyword[*filter]{
		devWord,
		{Words: "groups", Parse: func(f *filter, _ *cli.Args) error {
			f.groups = true
			return nil
		}},
		masterWord,
		vrfWord,
		idWord,
		{Words: "protocol", Parse: func(f *filter, a *cli.Args) (err error) {
			f.protocol, err = a.U32("invalid protocol value")
			return err
		}},
		{Words: "fdb", Parse: func(f *filter, _ *cli.Args) error {
			f.fdb = true
			return nil
		}},
		helpWord,
	}
}

func bucketWords() []cli.Keyword[*filter] {
	return []cli.Keyword[*filter]{
		devWord, masterWord, vrfWord, idWord,
		{Words: "=nhid", Parse: func(f *filter, a *cli.Args) (err error) {
			f.nhid, err = parseID(a)
			return err
		}},
		helpWord,
	}
}

func unknown[T any](_ T, a *cli.Args) error { return cli.InvArg("", a.Word()) }

// parse reads a selector. The word id ends it: one nexthop has no filter.
func (f *filter) parse(a *cli.Args, words []cli.Keyword[*filter], idEnds bool) error {
	for a.More() && !(idEnds && f.hasID) {
		k := cli.FindKeyword(words, a.Word())
		if k == nil {
			return unknown(f, a)
		}
		a.Skip()
		if err := k.Parse(f, a); err != nil {
			return err
		}
	}
	return nil
}

// request builds a dump request with what the kernel is to sift.
func (f *filter) request(typ uint16) *rtnl.Msg {
	m := rtnl.New(typ, 0)
	rtnl.Put(m, unix.Nhmsg{Family: f.e.Opt.Family})
	if f.dev != 0 {
		m.U32(unix.NHA_OIF, f.dev)
	}
	if f.groups {
		m.Flag(unix.NHA_GROUPS)
	}
	if f.master != 0 {
		m.U32(unix.NHA_MASTER, f.master)
	}
	if f.fdb {
		m.Flag(uapi.NHA_FDB)
	}
	return m
}

// dump gives the nexthops that match to each.
func (f *filter) dump(each func(*nexthop) error) error {
	m := f.request(unix.RTM_GETNEXTHOP)
	if flags := opFlags(f.e); flags != 0 {
		m.U32(uapi.NHA_OP_FLAGS, flags)
	}
	var n nexthop
	return f.e.Dump(m, func(m rtnl.Message) error {
		if m.Type != unix.RTM_NEWNEXTHOP {
			return nil
		}
		if err := n.parse(m.Body); err != nil {
			return err
		}
		if f.protocol != 0 && f.protocol != uint32(n.Protocol) {
			return nil
		}
		return each(&n)
	})
}

func list(e *cli.Env, a *cli.Args) error {
	f := &filter{e: e}
	if err := f.parse(a, listWords(), true); err != nil {
		return err
	}
	if f.hasID {
		return showOne(e, f.id)
	}
	e.Pen.Begin()
	err := f.dump(func(n *nexthop) error {
		n.printLine(e, false)
		return nil
	})
	e.Pen.End()
	return cli.DumpError(err, cli.StatusKernel)
}

func getRequest(e *cli.Env, id uint32) *rtnl.Msg {
	m := rtnl.New(unix.RTM_GETNEXTHOP, 0)
	rtnl.Put(m, unix.Nhmsg{Family: e.Opt.Family})
	m.U32(unix.NHA_ID, id)
	m.U32(uapi.NHA_OP_FLAGS, opFlags(e))
	return m
}

// showOne prints the nexthop id.
func showOne(e *cli.Env, id uint32) error { return getOne(e, getRequest(e, id), Print) }

func getOne(e *cli.Env, m *rtnl.Msg, print func(*cli.Env, rtnl.Message) error) error {
	return e.Get(m, func(m rtnl.Message) error {
		e.Pen.Begin()
		defer e.Pen.End()
		return print(e, m)
	})
}

func get(e *cli.Env, a *cli.Args) (err error) {
	var id uint32
	for a.More() {
		if !a.Match("=id") {
			return cli.Usage(usage)
		}
		if id, err = parseID(a); err != nil {
			return err
		}
	}
	if id == 0 {
		return cli.Usage(usage)
	}
	return showOne(e, id)
}

// flush deletes the nexthops that match, groups first if all are to go: the
// kernel removes a nexthop from the groups that it is in.
func flush(e *cli.Env, a *cli.Args) error {
	f := &filter{e: e}
	all := !a.More()
	if err := f.parse(a, listWords(), true); err != nil {
		return err
	}
	c, err := e.Dial(unix.NETLINK_ROUTE)
	if err != nil {
		return err
	}
	defer c.Close()
	if f.hasID {
		if err := deleteNexthop(c, f.id); err != nil {
			return &cli.Error{Status: cli.StatusError, Err: err}
		}
		return nil
	}
	n := 0
	if all {
		groups := &filter{e: e, groups: true}
		n, err = groups.deleteAll(c)
	}
	if err == nil {
		var more int
		more, err = f.deleteAll(c)
		n += more
	}
	if n == 0 {
		e.Pen.Text("Nothing to flush\n")
	} else {
		e.Pen.Text("Flushed " + strconv.Itoa(n) + " nexthops\n")
	}
	if err != nil {
		return &cli.Error{Status: cli.StatusKernel, Text: "Dump terminated. Failed to flush nexthops\n", Err: err}
	}
	return nil
}

// deleteAll deletes what matches, on the connection c, and returns how many
// those were. Refusals are reported and do not end it.
func (f *filter) deleteAll(c *rtnl.Conn) (deleted int, err error) {
	err = f.dump(func(n *nexthop) error {
		id := rtnl.U32(n.tb[unix.NHA_ID])
		if id == 0 {
			return nil
		}
		if err := deleteNexthop(c, id); err != nil {
			cli.Report(f.e.Stderr, err)
		} else {
			deleted++
		}
		return nil
	})
	return deleted, err
}

func deleteNexthop(c *rtnl.Conn, id uint32) error {
	m := rtnl.New(unix.RTM_DELNEXTHOP, 0)
	rtnl.Put(m, unix.Nhmsg{})
	m.U32(unix.NHA_ID, id)
	return c.Do(m)
}

func bucketList(e *cli.Env, a *cli.Args) error {
	f := &filter{e: e}
	if err := f.parse(a, bucketWords(), false); err != nil {
		return err
	}
	m := f.request(unix.RTM_GETNEXTHOPBUCKET)
	if f.id != 0 {
		m.U32(unix.NHA_ID, f.id)
	}
	if f.nhid != 0 {
		nest := m.Nest(uapi.NHA_RES_BUCKET | unix.NLA_F_NESTED)
		m.U32(uapi.NHA_RES_BUCKET_NH_ID, f.nhid)
		m.End(nest)
	}
	e.Pen.Begin()
	err := e.Dump(m, func(m rtnl.Message) error { return PrintBucket(e, m) })
	e.Pen.End()
	return cli.DumpError(err, cli.StatusKernel)
}

func bucketGet(e *cli.Env, a *cli.Args) (err error) {
	var id uint32
	var index uint16
	hasIndex := false
	for a.More() {
		switch {
		case a.Match("=id"):
			id, err = parseID(a)
		case a.Match("=index"):
			index, err = a.U16("invalid bucket index value")
			hasIndex = true
		default:
			return cli.Usage(usage)
		}
		if err != nil {
			return err
		}
	}
	if id == 0 || !hasIndex {
		return cli.Usage(usage)
	}
	m := rtnl.New(unix.RTM_GETNEXTHOPBUCKET, 0)
	rtnl.Put(m, unix.Nhmsg{Family: e.Opt.Family})
	m.U32(unix.NHA_ID, id)
	nest := m.Nest(uapi.NHA_RES_BUCKET | unix.NLA_F_NESTED)
	m.U16(uapi.NHA_RES_BUCKET_INDEX, index)
	m.End(nest)
	return getOne(e, m, PrintBucket)
}
