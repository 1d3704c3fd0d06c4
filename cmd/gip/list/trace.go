package list

import (
	"io"

	"gip/internal/command"
	"gip/internal/field"
	"gip/internal/trace"
	"gip/linkcmd/linkkind"
)

// Tracer returns what prints netlink messages to w: GIP_TRACE=1.
func Tracer(w io.Writer) *trace.Tracer {
	t := trace.New(w)
	t.Table = tableOf
	t.Kind = func(name string) *field.Table {
		if k := linkkind.Find(name); k != nil {
			return &k.Table
		}
		return nil
	}
	return t
}

// tableOf returns the rows of the verb that sends messages of a type, or commands of a
// family of generic netlink; nil if no verb says so.
func tableOf(family string, typ uint16) *field.Table {
	for _, a := range Applets {
		for _, o := range a.Objects {
			if o.Family == family {
				if t := reads(o.Verbs, typ); t != nil {
					return t
				}
			}
		}
	}
	return nil
}

func reads(verbs []command.Verb, typ uint16) *field.Table {
	for i := range verbs {
		v := &verbs[i]
		if v.Type == typ && v.Reads != nil {
			return v.Reads
		}
		if t := reads(v.Verbs, typ); t != nil {
			return t
		}
	}
	return nil
}
