// Package clitest runs the printers of commands in tests.
package clitest

import (
	"bytes"
	"io"
	"os"

	"gip/internal/cli"
	"gip/internal/show"
)

// Env returns an environment that prints to w.
func Env(w io.Writer, opt cli.Options) *cli.Env {
	e := cli.New(os.Stdin, os.Stdout, os.Stderr, opt)
	e.Pen = show.New(w, show.Options{JSON: opt.JSON, Pretty: opt.Pretty, Oneline: opt.Oneline})
	return e
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
