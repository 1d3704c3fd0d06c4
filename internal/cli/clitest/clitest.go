// Package clitest runs the printers of commands in tests.
package clitest

import (
	"bytes"
	"io"
	"os"
	"testing"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"

	"golang.org/x/sys/unix"
)

// Env returns an environment that prints to w.
func Env(w io.Writer, opt cli.Options) *cli.Env {
	e := cli.New(os.Stdin, os.Stdout, os.Stderr, opt)
	e.Pen = show.New(w, show.Options{JSON: opt.JSON, Pretty: opt.Pretty, Oneline: opt.Oneline, Palette: opt.Palette})
	return e
}

// Link is what the kernel tells of an Ethernet link; e.Links.Remember(Link(2, "va"))
// makes an environment know it.
func Link(index int32, name string) rtnl.Message {
	m := rtnl.New(unix.RTM_NEWLINK, 0)
	rtnl.Put(m, unix.IfInfomsg{Index: index, Type: unix.ARPHRD_ETHER})
	m.Str(unix.IFLA_IFNAME, name)
	return rtnl.Message{Type: unix.RTM_NEWLINK, Body: m.Body()}
}

// Fuzz holds that no message of a type makes print panic, in text or as JSON; seed is
// the body of a good one.
func Fuzz(f *testing.F, typ uint16, seed []byte, print func(*cli.Env, rtnl.Message) error) {
	f.Add(seed)
	f.Fuzz(func(_ *testing.T, body []byte) {
		for _, opt := range []cli.Options{{Stats: 1, Details: 1}, {JSON: true, Stats: 1}} {
			e := Env(io.Discard, opt)
			e.Pen.Begin()
			print(e, rtnl.Message{Type: typ, Body: body})
			e.Pen.End()
		}
	})
}

// Record returns what print writes of one record, in text or as JSON, and what
// it warns of.
func Record(json bool, print func(*cli.Env, []byte), attrs []byte) (out, warnings string) {
	var b, warn bytes.Buffer
	e := Env(&b, cli.Options{JSON: json})
	e.Stderr = &warn
	e.Pen.Begin()
	e.Pen.OpenObject("")
	print(e, attrs)
	e.Pen.CloseObject()
	e.Pen.End()
	e.Pen.Flush()
	return b.String(), warn.String()
}

// Both returns what print writes of one record as text, and as JSON without
// the array around it.
func Both(print func(*cli.Env, []byte), attrs []byte) (text, json string) {
	text, _ = Record(false, print, attrs)
	json, _ = Record(true, print, attrs)
	return text, json[1 : len(json)-2]
}

// Printed is what print writes to both streams, as text.
func Printed(print func(*cli.Env)) string {
	var out bytes.Buffer
	e := Env(&out, cli.Options{})
	e.Stderr = &out
	print(e)
	e.Pen.Flush()
	return out.String()
}
