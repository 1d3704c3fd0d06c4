package sscmd

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"gip/internal/cli"
	"gip/internal/cli/clitest"
	"gip/internal/rtnl"
	"gip/internal/uapi"
	"gip/sscmd/sockets"
)

// reply is a message about a socket, with what write adds to what is told of its maps.
func reply(write func(m *rtnl.Msg)) rtnl.Message {
	m := request(inetMessage{Family: unix.AF_INET, State: sockets.StateListen})
	nest := m.Nest(uapi.INET_DIAG_SK_BPF_STORAGES | unix.NLA_F_NESTED)
	write(m)
	m.End(nest)
	return rtnl.Message{Type: m.Type(), Body: m.Body()}
}

// TestStorageReplies gives the printer what no kernel sends, and a map that is not
// there.
func TestStorageReplies(t *testing.T) {
	stored := func(id, value []byte) func(*rtnl.Msg) {
		return func(m *rtnl.Msg) {
			m.Attr(77, []byte{1})
			nest := m.Nest(unix.SK_DIAG_BPF_STORAGE)
			if id != nil {
				m.Attr(unix.SK_DIAG_BPF_STORAGE_MAP_ID, id)
			}
			if value != nil {
				m.Attr(unix.SK_DIAG_BPF_STORAGE_MAP_VALUE, value)
			}
			m.End(nest)
		}
	}
	unknown := []byte{0xff, 0xff, 0xff, 0xff}
	const gone = "\n\tmap_id: -1 failed to fetch info, skipping\n"
	for i, c := range []struct {
		write      func(*rtnl.Msg)
		text, json string
	}{
		{func(*rtnl.Msg) {}, "", `"bpf_maps":[]`},
		{func(m *rtnl.Msg) { m.Raw([]byte{1, 2, 3}) }, "", `"bpf_maps":[]`},
		{func(m *rtnl.Msg) { m.Attr(unix.SK_DIAG_BPF_STORAGE, []byte{9, 0, 2, 0, 1}) }, "", `"bpf_maps":[]`},
		{stored(nil, nil), "", `"bpf_maps":[]`},
		{stored(nil, []byte{1, 2, 3, 4}), "", `"bpf_maps":[]`},
		{stored([]byte{1, 2}, []byte{1}), "", `"bpf_maps":[]`},
		{stored(unknown, nil), gone, `"bpf_maps":[]`},
		{stored(unknown, []byte{1}), gone, `"bpf_maps":[]`},
	} {
		for _, json := range []bool{false, true} {
			var out, complaint bytes.Buffer
			s := &ss{Env: clitest.Env(&out, cli.Options{JSON: json})}
			s.Stderr, s.json = &complaint, json
			s.choice.table(1<<sockets.TCP, true)
			s.states, s.numeric, s.noHeader, s.storage.all = sockets.AllStates, true, true, true
			if err := s.settle(); err != nil {
				t.Fatal(err)
			}
			s.begin()
			if err := s.inetSocket(reply(c.write), &killer{s: s, protocol: unix.IPPROTO_TCP}); err != nil {
				t.Error(err)
			}
			s.finish()
			s.Pen.Flush()
			want := c.text
			if json {
				want = c.json
			}
			if got := out.String(); !strings.Contains(got, want) || want == "" && strings.Contains(got, "map") {
				t.Errorf("reply %d: got %q, want %q", i, got, want)
			}
			if c.text != "" && !strings.HasPrefix(complaint.String(), "ss: cannot get fd for BPF map ID 4294967295") {
				t.Errorf("reply %d: got %q", i, complaint.String())
			}
		}
	}
}

// TestStorageRequest looks at what the kernel is asked.
func TestStorageRequest(t *testing.T) {
	s := everything(t, false)
	plain := s.inetRequest(unix.AF_INET, unix.IPPROTO_TCP)
	s.storage.all = true
	m := s.inetRequest(unix.AF_INET, unix.IPPROTO_TCP)
	got := m.Since(plain.Mark())
	want := rtnl.NE.AppendUint16(rtnl.NE.AppendUint16(nil, 4), uapi.INET_DIAG_REQ_SK_BPF_STORAGES|unix.NLA_F_NESTED)
	if !bytes.Equal(got, want) {
		t.Errorf("got %x, want %x", got, want)
	}
}
