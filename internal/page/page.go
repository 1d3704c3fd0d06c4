// Package page is the page of HTML in which a picture of the network can be moved,
// made larger and searched.
package page

import (
	_ "embed" // the page's style and script
	"io"
	"maps"
	"slices"
	"strings"

	"gip/internal/lz4"
	"gip/internal/show"
)

// packed are the style and the script: page.css and page.js.
//
//go:embed page.lz4
var packed []byte

func file(name string) string { return lz4.File(packed, 1<<16, name) }

// A Detail is a part of what is known of a namespace or link: a command and what it
// prints.
type Detail struct{ Title, Text string }

// Details are those of namespaces by their names, and of links by the name of their
// namespace, a newline and their own.
type Details map[string][]Detail

// Write writes a page with a picture; a click shows details. It needs no other file and
// no network. A live page asks a server (gip-web) for details and for new pictures.
func Write(w io.Writer, svg string, details Details, live bool) error {
	state, connect := "", "'none'"
	if live {
		state, connect = ` data-live="1"`, "'self'"
	}
	parts := [...]string{
		"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>gip topo</title>\n",
		`<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="referrer" content="no-referrer">` + "\n",
		`<meta http-equiv="Content-Security-Policy" content="default-src 'none';style-src 'unsafe-inline';script-src 'unsafe-inline';img-src data:;connect-src ` + connect + `">` + "\n",
		`<link rel="icon" href="data:,"><style>` + "\n", file("page.css"), "</style></head>\n<body" + state + ">\n",
		`<header><h1>gip topo</h1><input id="search" type="search" placeholder="search ( / )" aria-label="search">`,
		`<span id="count" aria-live="polite"></span><button data-key="-" aria-label="smaller">−</button><button data-key="+" aria-label="larger">+</button>`,
		`<button data-key="0">fit</button><span id="state"></span></header>` + "\n<main id=\"view\" tabindex=\"0\">\n",
		svg, "</main>\n", `<aside id="detail" hidden><button id="close" aria-label="close">✕</button></aside>` + "\n",
		`<script id="texts" type="application/json">`,
	}
	for _, part := range parts {
		if _, err := io.WriteString(w, part); err != nil {
			return err
		}
	}
	if err := details.write(w); err != nil {
		return err
	}
	_, err := io.WriteString(w, "</script>\n<script>\n"+file("page.js")+"</script>\n</body></html>\n")
	return err
}

// write writes the details as an object of lists of pairs, one after the other: all of
// them may be megabytes. Nothing in it ends a script.
func (d Details) write(w io.Writer) error {
	b := []byte{'{'}
	for i, key := range slices.Sorted(maps.Keys(d)) {
		if i > 0 {
			b = append(b[:0], ',', '\n')
		}
		b = append(appendString(b, key), ':')
		if _, err := w.Write(appendDetails(b, d[key])); err != nil {
			return err
		}
		b = b[:0]
	}
	_, err := w.Write(append(b, '}'))
	return err
}

// DetailsJSON writes details as a list of pairs.
func DetailsJSON(parts []Detail) string { return string(appendDetails(nil, parts)) }

func appendDetails(b []byte, parts []Detail) []byte {
	b = append(b, '[')
	for i, p := range parts {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(append(b, '['), p.Title), ',')
		b = append(appendString(b, p.Text), ']')
	}
	return append(b, ']')
}

// appendString appends a string of JSON that may stand in a script of HTML.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	quoted := show.AppendEscaped(nil, strings.ToValidUTF8(s, "\ufffd"))
	b = append(b, strings.ReplaceAll(string(quoted), "<", `\u003c`)...)
	return append(b, '"')
}
