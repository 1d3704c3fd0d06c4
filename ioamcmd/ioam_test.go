package ioamcmd

import (
	"bytes"
	"testing"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/rtnl"
	"gip/internal/uapi"
)

// TestRoundTrip holds that what a command line tells is what a list shows.
func TestRoundTrip(t *testing.T) {
	for _, c := range []struct {
		parts      []part
		print      func(*cli.Env, []byte)
		words      []string
		text, json string
	}{
		{
			[]part{namespaceID, namespaceData}, printNamespace,
			[]string{"1", "data", "16", "wide", "16", "rest"},
			"namespace 1, data 0x00000010, wide 0x0000000000000016\n", `{"namespace":1,"data":"10","wide":"0x16"}`,
		},
		{
			[]part{namespaceID, namespaceData}, printNamespace, []string{"0xffff", "wide", "0"},
			"namespace 65535, wide 000000000000000000\n", `{"namespace":65535,"wide":"0"}`,
		},
		{
			[]part{namespaceID, namespaceSchema}, printNamespace, []string{"2", "schema", "7"},
			"namespace 2 [schema 7]\n", `{"namespace":2,"schema":7}`,
		},
		{
			[]part{schemaID, schemaData}, printSchema, []string{"3", "a\n"},
			"schema 3, data: 61 0a\n", `{"schema":3,"data":null,"":97,"":10}`,
		},
	} {
		m := rtnl.New(0, 0)
		a := cli.NewArgs(c.words)
		for _, parse := range c.parts {
			if err := parse(m, a); err != nil {
				t.Fatal(err)
			}
		}
		text, json := clitest.Both(c.print, m.Body())
		if text != c.text || json != c.json {
			t.Errorf("%v: got %q, %s, want %q, %s", c.words, text, json, c.text, c.json)
		}
	}
}

func TestWrongData(t *testing.T) {
	for _, c := range []struct {
		want  string
		words []string
	}{
		{"Error: argument \"x\" is wrong: Invalid argument\n", []string{"x"}},
		{"Error: argument \"x\" is wrong: Unexpected argument\n", []string{"data", "1", "x"}},
		{"Error: argument \"data\" is wrong: Unexpected argument\n", []string{"wide", "1", "data", "2"}},
		{"Error: argument \"x\" is wrong: Invalid wide data\n", []string{"wide", "x", "data", "2"}},
		{"Command line is not complete. Try option \"help\"\n", []string{"data", "1", "wide"}},
	} {
		err := namespaceData(rtnl.New(0, 0), cli.NewArgs(c.words))
		if err == nil || err.Error() != c.want {
			t.Errorf("%v: got %v, want %q", c.words, err, c.want)
		}
	}
}

func TestTrace(t *testing.T) {
	m := rtnl.New(0, 0)
	m.U16(uapi.IOAM6_EVENT_ATTR_TRACE_NAMESPACE, 123)
	m.U8(uapi.IOAM6_EVENT_ATTR_TRACE_NODELEN, 1)
	m.U32(uapi.IOAM6_EVENT_ATTR_TRACE_TYPE, 0x800000)
	m.Attr(uapi.IOAM6_EVENT_ATTR_TRACE_DATA, []byte{1, 2, 0xff})
	want := "[TRACE] Namespace=123 NodeLen=1 Type=0x800000 Data=0102ff\n"
	if got, _ := clitest.Record(false, printTrace, m.Body()); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// FuzzPrint holds that no message of the kernel's makes the printers panic.
func FuzzPrint(f *testing.F) {
	m := rtnl.New(0, 0)
	m.U16(uapi.IOAM6_ATTR_NS_ID, 1)
	m.U32(uapi.IOAM6_ATTR_NS_DATA, 1)
	m.Attr(uapi.IOAM6_ATTR_SC_DATA, bytes.Repeat([]byte{7}, 300))
	f.Add(m.Body())
	f.Fuzz(func(t *testing.T, attrs []byte) {
		for _, print := range []func(*cli.Env, []byte){printNamespace, printSchema, printTrace} {
			clitest.Both(print, attrs)
		}
	})
}
