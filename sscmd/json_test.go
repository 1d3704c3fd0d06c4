package sscmd

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gip/internal/command/commandtest"
)

var update = flag.Bool("update", false, "write testdata/json.golden anew")

// procTables are a /proc with sockets of each family that it tells of.
var procTables = map[string]string{
	"net/tcp": `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0016 00000000:0000 0A 00000000:00000005 00:00000000 00000000     0        0 1001 1 0000000000000000 100 0 0 10 0
   1: 0100007F:0016 0200000A:9C40 01 00000010:00000000 02:000A0B0C 00000000  1000        0 1002 2 00000000deadbeef 20 4 30 10 -1
   3: 0100000A:A001 0200000A:0050 02 00000001:00000000 01:00000064 00000003     0        0 1003 2 00000000deadbef1 400 4 31 1 7
`,
	"net/tcp6": `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   1: 000080FE000000000000000001000000:1F90 000080FE000000000000000002000000:8000 01 00000000:00000000 00:00000000 00000000    33        0 2002 1 0000000000000000 20 0 0 10 -1
`,
	"net/udp": `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  1: 00000000:0035 00000000:0000 07 00000000:00000340 00:00000000 00000000     0        0 3001 2 00000000cafe0001 7
`,
	"net/unix": `Num       RefCount Protocol Flags    Type St Inode Path
00000000aaaa0001: 00000002 00000000 00010000 0001 01 5003 /run/a "quoted".sock
00000000aaaa0002: 00000003 00000000 00000000 0001 03 5001
00000000aaaa0003: 00000003 00000000 00000000 0002 01 5004 @/tmp/x
`,
	"net/packet": `sk               RefCnt Type Proto  Iface R Rmem   User   Inode
00000000bbbb0001 3      3    0003   0     1 0      0      6001
`,
	"net/netlink": `sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode
00000000cccc0002 0   345        00000440 10       20       0     2        0        7002
`,
	"345/stat":                         "345 (a b\001\"\\c) S",
	"sys/net/ipv4/ip_local_port_range": "32768	60999\n",
}

// jsonCalls are the calls whose output is recorded.
var jsonCalls = []string{"-jan", "-jtanope", "-jxap", "-jHQOan -A inet", "-jtan sport = :22", "-jtan sport = :1", "-j -f netlink -an"}

// TestJSON holds "ss -j" against its record: keys and values are to stay as docs/ss.md
// tells. What is printed has to be JSON.
func TestJSON(t *testing.T) {
	root := t.TempDir()
	for name, text := range procTables {
		path := filepath.Join(root, name)
		os.MkdirAll(filepath.Dir(path), 0o777)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	os.MkdirAll(root+"/345/fd", 0o777)
	for fd, link := range map[string]string{"3": "socket:[1002]", "4": "socket:[5001]"} {
		if err := os.Symlink(link, root+"/345/fd/"+fd); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PROC_ROOT", root)
	var got strings.Builder
	for _, call := range jsonCalls {
		out, complaint, status := commandtest.Run(&Applet, nil, strings.Fields(call)...)
		var list []map[string]any
		if err := json.Unmarshal([]byte(out), &list); err != nil {
			t.Errorf("ss %s: %v", call, err)
		}
		if strings.HasSuffix(complaint, "Protocol not supported\n") {
			t.Skip("an emulator passes no questions about sockets on: ", complaint)
		}
		if complaint != "" || status != 0 {
			t.Errorf("ss %s: status %d, %q", call, status, complaint)
		}
		got.WriteString("$ ss " + call + "\n" + strings.ReplaceAll(out, "},{", "},\n{"))
	}
	golden := filepath.Join("testdata", "json.golden")
	if *update {
		os.MkdirAll("testdata", 0o777)
		os.WriteFile(golden, []byte(got.String()), 0o666)
	}
	if want, _ := os.ReadFile(golden); got.String() != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
}
