package labcmd_test

import (
	"flag"
	"fmt"
	"strings"
	"sync"
	"testing"

	"gip/compat_test/measured"
)

// recordTo is docs/lab.md, as seen from this folder.
var recordTo = flag.String("record", "", "write what was counted to this `file`, "+labPage.File)

// The tables of docs/lab.md.
var (
	labKernels = measured.Table{
		Title: "Kernels",
		About: "Written by `make labvm VM_KERNEL=… RECORD=1`: this folder's tests in the test VM, each as root and as\n" +
			"nobody: transcripts of all commands, the three tutorials by `gip lab run`, the ten labs by `gip lab\n" +
			"test`, what `gip lab script` writes of them played by the real `ip`, a root folder with nothing but\n" +
			"gip, sh and grep, and twenty labs at once. The transcript that is skipped, as nobody, lays files over\n" +
			"`/usr`, below which the VM has something mounted.",
		Columns: []string{"kernel", "transcripts", "tutorials", "ten labs", "scripts", "bare", "twenty", "measured"},
	}
	labFaults = measured.Table{
		Title: "Faults",
		About: "Written by `make labfaults RECORD=1`, on a machine of its own, whose files, mounts, processes and\n" +
			"namespaces are compared before and after. A fault is a system call of `up` or `down`, or of the\n" +
			"lab's own processes meanwhile, that does nothing and returns ENOMEM, or EPERM, EIO, ENOSPC, EMFILE,\n" +
			"EINTR. What was not told *worked*: the lab's nodes reach each other, and `down` leaves nothing. What\n" +
			"was *told* left nothing but, *cleared*, files that `gip lab ls` took away. *Killed* are holders and\n" +
			"`up` itself at random moments.",
		Columns: []string{"of", "faults", "met", "worked", "told", "cleared", "wrong", "measured"},
	}
	labPage = measured.Page{File: "docs/lab.md", Tables: []*measured.Table{&labKernels, &labFaults}}
)

// recording is held by the one of parallel tests that writes the page.
var recording sync.Mutex

func recordRow(t *testing.T, table *measured.Table, row string, cells map[string]string) {
	t.Helper()
	if *recordTo == "" || len(cells) == 0 {
		return
	}
	cells["measured"] = measured.Stamp()
	recording.Lock()
	defer recording.Unlock()
	if err := labPage.Write(*recordTo, table, row, cells); err != nil {
		t.Fatal(err)
	}
}

// countedMark begins the line by which a test on a machine of its own tells what it has
// counted. It cannot write the page itself: others do so at the same time.
const countedMark = "counted: "

// counted tells of cells, as NAME=NUMBER.
func counted(t *testing.T, cells ...any) {
	t.Helper()
	var words []string
	for i := 0; i < len(cells); i += 2 {
		words = append(words, fmt.Sprintf("%v=%v", cells[i], cells[i+1]))
	}
	t.Log(countedMark + strings.Join(words, " "))
}

// countedIn reads the cells out of what a test has said.
func countedIn(said string) map[string]string {
	cells := map[string]string{}
	_, said, _ = strings.Cut(said, countedMark)
	said, _, _ = strings.Cut(said, "\n")
	for _, word := range strings.Fields(said) {
		name, value, _ := strings.Cut(word, "=")
		cells[name] = value
	}
	return cells
}
