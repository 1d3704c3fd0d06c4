package bpf

import (
	"bytes"
	"strings"
	"testing"

	"gip/internal/bpf/btftest"
	"gip/internal/show"
)

// mapOf is a map of a layout that no kernel has.
func mapOf(t testing.TB, l *btftest.Layout) *Map {
	t.Helper()
	x := parseBTF(l.BTF)
	if x == nil {
		t.Fatal("no BTF")
	}
	x.ptr = 8
	return &Map{btf: x, info: mapInfo{valueType: l.Type}}
}

func textOf(m *Map, v []byte) string {
	b, e := m.AppendValue(nil, v, 0, true)
	if e != 0 {
		return string(b) + "!" + e.Error()
	}
	return string(b)
}

func jsonOf(m *Map, v []byte) string {
	var b bytes.Buffer
	p := show.New(&b, show.Options{JSON: true})
	p.Begin()
	m.JSON(p, "", v)
	p.End()
	p.Flush()
	return b.String()
}

// TestValues has what the scripts ss_maps do not show: JSON, and values of which a part
// is missing.
func TestValues(t *testing.T) {
	needsLittle(t)
	for i, want := range []string{
		`[-67305986]`,
		`[{"before":65,"name":"eth0","letter":66,"low":-128,"again":"e said` + "\xff" + `C","zero":0}]`,
		`[{"wide":"0x6c655e575049423b342d261f18110a03","number":11861802536778431091,"pair":[{"x":31347,"y":34945},{"x":-26993,"y":42141}],"flags":{"on":true,"off":false},"empty":{},"nothing":[],"grid":[[-12601,-9003],[-5405,-1807],[1791,5133]],"i":808002075,"low":"0x5"}]`,
		``,
		`[{"f":[1.5,-0.10000000149011612,null,1.0000000150474662e+30],"d":[3.141592653589793,-0,null,-1e+300]}]`,
		`[{"a":"ZERO","b":4294967295,"c":"MINUS","d":-2147483648,"e":"LOW","f":-1,"g":["MINUS","PLUS"]}]`,
		`[{"a":5,"b":19,"c":0,"d":1,"e":"ON","whole":282830449,"long":8131672645,"rest":1547806476,"last":48}]`,
		`[{"a":"FAR","b":18446744073709551615,"c":"BACK","d":-4294967289}]`,
	} {
		l := &btftest.Layouts()[i]
		if got := jsonOf(mapOf(t, l), l.Value); got != want+"\n" && want != "" {
			t.Errorf("layout %d: got %s, want %s", i+1, got, want)
		}
	}
	l := &btftest.Layouts()[1]
	if got := textOf(mapOf(t, l), l.Value[:9]); got != `(struct words){.before = (__u8)65,.name = (char[8])['e','t','h','0','\0',],!argument list too long` {
		t.Errorf("got %s", got)
	}
	if got := jsonOf(mapOf(t, l), l.Value[:9]); !strings.Contains(got, `"letter":null`) {
		t.Errorf("got %s", got)
	}
}

// FuzzValue holds that neither a type nor a value makes a printer panic.
func FuzzValue(f *testing.F) {
	for _, l := range btftest.Layouts() {
		f.Add(l.BTF, l.Type, l.Value)
		f.Add(l.BTF, l.Type+1, l.Value[1:])
	}
	f.Fuzz(func(t *testing.T, types []byte, id uint32, v []byte) {
		x := parseBTF(bytes.Clone(types))
		if x == nil {
			return
		}
		x.ptr = x.pointer()
		m := &Map{btf: x, info: mapInfo{valueType: id}}
		m.AppendValue(nil, v, 2, false)
		m.AppendValue(nil, v, 0, true)
		jsonOf(m, v)
	})
}
