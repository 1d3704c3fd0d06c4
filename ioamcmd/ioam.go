// Package ioamcmd is "ip ioam": the namespaces and schemas with which nodes
// leave their data in passing IPv6 packets (in situ OAM). It departs from
// iproute2 nowhere.
package ioamcmd

import (
	"gip/internal/cli"
	"gip/internal/command"
	"gip/internal/rtnl"
	"gip/internal/uapi"
)

const familyName = "IOAM6"

const usage = `Usage: ip ioam { COMMAND | help }
       ip ioam namespace show
       ip ioam namespace add ID [ data DATA32 ] [ wide DATA64 ]
       ip ioam namespace del ID
       ip ioam namespace set ID schema { ID | none }
       ip ioam schema show
       ip ioam schema add ID DATA
       ip ioam schema del ID
       ip ioam monitor
`

// Object is ip ioam. Words behind those that a verb takes do not count.
var Object = command.Object{Words: "ioam", Usage: usage, Unknown: unknown, Verbs: []command.Verb{
	{Words: "=help"},
	{Words: "=namespace", Unknown: unknown, Verbs: []command.Verb{
		{Words: "=show", Run: list, Type: uapi.IOAM6_CMD_DUMP_NAMESPACES},
		{Words: "=add", Waits: true, Run: addNamespace, Type: uapi.IOAM6_CMD_ADD_NAMESPACE},
		{Words: "=del", Waits: true, Run: delNamespace, Type: uapi.IOAM6_CMD_DEL_NAMESPACE},
		{Words: "=set", Waits: true, Run: setNamespace, Type: uapi.IOAM6_CMD_NS_SET_SCHEMA},
	}},
	{Words: "=schema", Unknown: unknown, Verbs: []command.Verb{
		{Words: "=show", Run: list, Type: uapi.IOAM6_CMD_DUMP_SCHEMAS},
		{Words: "=add", Waits: true, Run: addSchema, Type: uapi.IOAM6_CMD_ADD_SCHEMA},
		{Words: "=del", Waits: true, Run: delSchema, Type: uapi.IOAM6_CMD_DEL_SCHEMA},
	}},
	{Words: "=monitor", Run: monitor},
}}

// unknown is the complaint about a word that is no verb.
func unknown(c *command.Call) error { return cli.InvArg("Unknown", c.Word()) }

func request(cmd uint8) *rtnl.Msg { return rtnl.NewGenl(cmd, uapi.IOAM6_GENL_VERSION) }

func list(c *command.Call) error {
	print := printNamespace
	if c.Verb.Type == uapi.IOAM6_CMD_DUMP_SCHEMAS {
		print = printSchema
	}
	return c.GenlList(familyName, request(uint8(c.Verb.Type)), cli.StatusError, cli.FailedToSend, print)
}

func addNamespace(c *command.Call) error { return change(c, namespaceID, namespaceData) }
func delNamespace(c *command.Call) error { return change(c, namespaceID) }
func setNamespace(c *command.Call) error { return change(c, namespaceID, namespaceSchema) }
func addSchema(c *command.Call) error    { return change(c, schemaID, schemaData) }
func delSchema(c *command.Call) error    { return change(c, schemaID) }

// A part reads some words of a change into its request.
type part func(*rtnl.Msg, *cli.Args) error

// change does what the verb is for; its words are of several parts. The real tool
// ends with status 1 when it is refused.
func change(c *command.Call, parts ...part) error {
	m := request(uint8(c.Verb.Type))
	for _, parse := range parts {
		if err := parse(m, c.Args); err != nil {
			return err
		}
	}
	return cli.Refused(c.PostGenl(familyName, m, cli.Special{}), cli.StatusError)
}

func namespaceID(m *rtnl.Msg, a *cli.Args) error {
	id, err := a.U16("Invalid namespace ID")
	m.U16(uapi.IOAM6_ATTR_NS_ID, id)
	return err
}

func schemaID(m *rtnl.Msg, a *cli.Args) error {
	id, err := a.U32("Invalid schema ID")
	m.U32(uapi.IOAM6_ATTR_SC_ID, id)
	return err
}

// namespaceData reads [ data DATA32 ] [ wide DATA64 ], in this order only.
// Behind both, words do not count.
func namespaceData(m *rtnl.Msg, a *cli.Args) error {
	msg, hasData := "Invalid argument", false
	if hasData = a.Match("=data"); hasData {
		v, err := a.U32("Invalid data")
		if err != nil {
			return err
		}
		m.U32(uapi.IOAM6_ATTR_NS_DATA, v)
		msg = "Unexpected argument"
	}
	if a.Match("=wide") {
		err := wideData(m, a)
		if err != nil || hasData {
			return err
		}
		msg = "Unexpected argument"
	}
	if a.More() {
		return cli.InvArg(msg, a.Word())
	}
	return nil
}

// wideData reads a number of 64 bits, in hexadecimal with or without 0x.
func wideData(m *rtnl.Msg, a *cli.Args) error {
	word, err := a.Value()
	if err != nil {
		return err
	}
	v, ok := cli.ParseUint(word, 16, 64)
	if !ok {
		return cli.InvArg("Invalid wide data", word)
	}
	m.U64(uapi.IOAM6_ATTR_NS_DATA_WIDE, v)
	return nil
}

// namespaceSchema reads schema { ID | none }.
func namespaceSchema(m *rtnl.Msg, a *cli.Args) error {
	word, err := a.Value()
	switch {
	case err != nil:
		return err
	case word != "schema":
		return cli.InvArg("Unknown", word)
	case a.Match("=none"):
		m.Flag(uapi.IOAM6_ATTR_SC_NONE)
		return nil
	}
	return schemaID(m, a)
}

func schemaData(m *rtnl.Msg, a *cli.Args) error {
	word, err := a.Value()
	if err == nil && len(word) > uapi.IOAM6_MAX_SCHEMA_DATA_LEN {
		return cli.InvArg("Schema DATA too big", word)
	}
	m.Bytes(uapi.IOAM6_ATTR_SC_DATA, word)
	return err
}
