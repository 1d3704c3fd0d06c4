package bpf

import (
	"strconv"
	"strings"
)

// declare is how C declares something of a type, which may have a name. It is built
// from the name outwards, while the types are followed inwards.
func (m *Map) declare(id uint32, name string, depth int) string {
	decl := name
	for range maxDepth {
		t := m.btf.at(id)
		switch t.kind() {
		case btfPtr:
			decl = "*" + decl
		case btfVolatile, btfConst, btfRestrict, btfTypeTag:
		case btfArray:
			if strings.HasPrefix(decl, "*") {
				decl = "(" + decl + ")"
			}
			decl += "[" + strconv.FormatUint(uint64(t[5]), 10) + "]"
			id = t[3]
			continue
		case btfFuncProto:
			if decl != name {
				decl = " (" + decl + ")"
			}
			decl += "(" + m.parameters(t, depth) + ")"
		default:
			return join(m.typeName(id, t), decl, name != "")
		}
		id = t.ref()
	}
	return decl
}

// join puts a type before what is declared.
func join(base, decl string, named bool) string {
	switch {
	case decl == "", decl[0] == '[', decl[0] == ' ', decl[0] == '(' && !named:
		return base + decl
	}
	return base + " " + decl
}

// parameters are those of a function. The last of no type is any others.
func (m *Map) parameters(t btfType, depth int) string {
	n := t.vlen()
	if n == 0 || n == 1 && t[4] == 0 || depth > maxDepth {
		return "void"
	}
	var list []string
	for i := range n {
		p := t[3+2*i:]
		if p[1] == 0 && i == n-1 {
			list = append(list, "...")
		} else {
			list = append(list, m.declare(p[1], cstr(m.btf.strs, p[0]), depth+1))
		}
	}
	return strings.Join(list, ", ")
}

// typeName is the name of a type that is no more made of others.
func (m *Map) typeName(id uint32, t btfType) string {
	word := ""
	switch t.kind() {
	case 0:
		return "void"
	case btfInt, btfFloat:
		return m.btf.name(t)
	case btfTypedef:
		return m.distinct(id, t)
	case btfStruct:
		word = "struct"
	case btfUnion:
		word = "union"
	case btfFwd:
		if word = "struct"; t.flag() {
			word = "union"
		}
	case btfEnum, btfEnum64:
		if word = "enum"; t[0] == 0 {
			word = "enum "
		}
	default:
		return ""
	}
	if t[0] == 0 {
		return word
	}
	return word + " " + m.distinct(id, t)
}

// distinct is the name of a type with, if others of that name have been printed
// before, its number among them. Names of typedefs are apart from those of others.
func (m *Map) distinct(id uint32, t btfType) string {
	name := m.btf.name(t)
	if t.kind() == btfFwd || t.kind() == btfEnum && t.vlen() == 0 {
		return name
	}
	n := 1
	for _, other := range m.announced {
		if other == id {
			return numbered(name, n)
		}
		if o := m.btf.at(other); m.btf.name(o) == name && (o.kind() == btfTypedef) == (t.kind() == btfTypedef) {
			n++
		}
	}
	m.announced = append(m.announced, id)
	return numbered(name, n)
}

func numbered(name string, n int) string {
	if n > 1 {
		return name + "___" + strconv.Itoa(n)
	}
	return name
}
