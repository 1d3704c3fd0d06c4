package main

import (
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A table is a mapping of YAML, with the places of its keys and in their order.
type table struct {
	line int
	keys []key
}

type key struct {
	name  string
	line  int
	value *yaml.Node
}

// parse reads the file, which has to be a mapping; nil if it is none.
func (c *converter) parse(text []byte) *table {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		line, why := yamlError(err)
		c.fail(line, "%s", why)
		return nil
	}
	if len(doc.Content) == 0 {
		c.fail(1, "the file is empty")
		return nil
	}
	return c.table(doc.Content[0], "the file")
}

var lineOfError = regexp.MustCompile(`line (\d+): `)

// yamlError takes the line out of an error of the parser.
func yamlError(err error) (line int, why string) {
	why, line = strings.TrimPrefix(err.Error(), "yaml: "), 1
	if m := lineOfError.FindStringSubmatch(why); m != nil {
		line, _ = strconv.Atoi(m[1])
		why = strings.Replace(why, m[0], "", 1)
	}
	return line, "this is no YAML: " + why
}

// real follows an alias.
func real(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// null reports whether nothing stands behind a key.
func null(n *yaml.Node) bool { return n.Tag == "!!null" }

// table reads a mapping; nothing at all is an empty one.
func (c *converter) table(n *yaml.Node, what string) *table {
	n = real(n)
	t := &table{line: n.Line}
	if null(n) {
		return t
	}
	if n.Kind != yaml.MappingNode {
		c.fail(n.Line, "%s has to be a mapping", what)
		return nil
	}
	var merged []key // keys of "<<", which yield to the mapping's own
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], real(n.Content[i+1])
		if name.Tag == "!!merge" {
			merged = append(merged, c.merged(value)...)
			continue
		}
		if t.get(name.Value) != nil {
			c.fail(name.Line, "%q is there already", name.Value)
		}
		t.keys = append(t.keys, key{name.Value, name.Line, value})
	}
	for _, k := range merged {
		if t.get(k.name) == nil {
			t.keys = append(t.keys, k)
		}
	}
	return t
}

// merged are the keys of what stands behind "<<": a mapping, or a list of them.
func (c *converter) merged(n *yaml.Node) (keys []key) {
	all := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		all = n.Content
	}
	for _, each := range all {
		if t := c.table(each, "what is merged"); t != nil {
			keys = append(keys, t.keys...)
		}
	}
	return keys
}

// get finds a key; a nil table has none.
func (t *table) get(name string) *key {
	if t != nil {
		for i := range t.keys {
			if t.keys[i].name == name {
				return &t.keys[i]
			}
		}
	}
	return nil
}

// word reads the value of a key that has to be a single one.
func (c *converter) word(k *key) string {
	if k == nil {
		return ""
	}
	return c.scalar(k.value, k.name)
}

func (c *converter) scalar(n *yaml.Node, what string) string {
	n = real(n)
	switch {
	case null(n):
		return ""
	case n.Kind != yaml.ScalarNode:
		c.fail(n.Line, "%s has to be a single value", what)
		return ""
	}
	return n.Value
}

// list reads the values of a key that has to be a list.
func (c *converter) list(k *key) []*yaml.Node {
	switch {
	case k == nil || null(k.value):
		return nil
	case k.value.Kind != yaml.SequenceNode:
		c.fail(k.value.Line, "%s has to be a list", k.name)
		return nil
	}
	return k.value.Content
}

// variables refuses what containerlab replaces before it reads the file.
func (c *converter) variables(text []byte) {
	for i, line := range strings.Split(string(text), "\n") {
		if at := strings.Index(line, "${"); at >= 0 && !strings.HasPrefix(strings.TrimSpace(line), "#") {
			c.fail(i+1, "containerlab puts in variables of the environment here: give clab2lab what \"envsubst\" makes of the file")
		}
	}
}

// decimal reports whether a word is a number that is at least 1.
func decimal(word string) bool {
	n, err := strconv.ParseUint(word, 10, 31)
	return err == nil && n > 0
}
