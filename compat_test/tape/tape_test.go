package tape

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"gip/compat_test/emulated"
)

// TestOverlay holds that the standard library still has the places that are
// edited.
func TestOverlay(t *testing.T) {
	emulated.Skip(t) // it asks the go command
	if _, err := recorder(t.TempDir(), "../.."); err != nil {
		t.Error(err)
	}
}

func TestFile(t *testing.T) {
	want := []*Tape{
		{Script: "a", Argv: []string{"ip", "<>"}, Calls: []Call{{Key: "getuid"}, {Key: "send x", Data: [][]byte{{1}, {2, 3}}, Does: true}}},
		{Script: "b", Argv: []string{"arp"}, Stdout: []byte("\xff\n"), Status: 5},
	}
	path := filepath.Join(t.TempDir(), "x.gz")
	if err := Write(path, want); err != nil {
		t.Fatal(err)
	}
	got, err := Read(path)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
}

// setLink is RTM_NEWLINK with a name and, in a nest, a kind and its data.
func setLink(value byte) []byte {
	m := make([]byte, header+16)
	order.PutUint16(m[4:], 16)
	attr := func(typ uint16, v ...byte) []byte {
		b := order.AppendUint16(nil, uint16(4+len(v)))
		b = append(order.AppendUint16(b, typ), v...)
		return append(b, make([]byte, -len(b)&3)...)
	}
	data := attr(2, attr(1, value)...)
	m = append(append(m, attr(3, 'v', 0)...), attr(18, append(attr(1, 'k'), data...)...)...)
	order.PutUint32(m, uint32(len(m)))
	order.PutUint32(m[8:], 77)
	return m
}

// TestDiffer holds that a difference is found, and named by its attributes; the
// number of a message is none.
func TestDiffer(t *testing.T) {
	one, other := sent("netlink-0", setLink(5)), sent("netlink-0", setLink(6))
	again := setLink(5)
	order.PutUint32(again[8:], 78)
	if text := Differ([]string{one}, []string{sent("netlink-0", again)}); text != "" {
		t.Error(text)
	}
	for _, c := range []struct {
		want, got []string
		text      string
	}{
		{[]string{"a", one}, []string{"a", other}, "message type 16 > attribute 18 > attribute 2 > attribute 1"},
		{[]string{"a", one}, []string{"a"}, "no longer does"},
		{[]string{"a"}, []string{"a", one}, "does besides"},
		{[]string{"a", "b"}, []string{"b", "a"}, "number 1"},
	} {
		if text := Differ(c.want, c.got); !strings.Contains(text, c.text) {
			t.Errorf("got %q, want %q", text, c.text)
		}
	}
}
