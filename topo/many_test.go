package topo_test

import (
	"fmt"
	"strings"
	"testing"

	"gip/compat_test/labtest"
)

// TestThousand holds that 1,000 namespaces with 2,000 links take no more than 40 MiB, and
// tells how long it takes to show them. (This program is larger than gip.) A page runs five
// commands in each of them, and may take no more than that asks for: if each command asked
// about all namespaces, it would be 45 times the work of text.
func TestThousand(t *testing.T) {
	if !*thorough {
		t.Skip("makes 1,000 namespaces: -thorough")
	}
	labtest.SkipIfForeign(t)
	forms := []string{"text", "json", "svg", "dot", "mermaid", "lab", "html"}
	out := inNamespaces(t, tools(t), begin+`
seq 1000 | sed 's/.*/netns add m&/' | ip -batch -
i=0; while [ $i -lt 1000 ]; do
	j=$((i+1)); echo link add left netns m$j type veth peer name right netns m$((j%1000+1)); i=$j
done | ip -batch -
for i in $(seq 1000); do
	printf 'link set left up\nlink set right up\naddr add 10.%d.%d.1/24 dev left\n' $((i/250)) $((i%250)) | ip -n m$i -batch -
done
gip topo | grep -c ' ──── '
for form in `+strings.Join(forms, " ")+`; do measured gip topo -o $form; done
`, fresh)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 1+len(forms) || lines[0] != "2000" {
		t.Fatal(out)
	}
	busy := map[string]int{}
	for i, line := range lines[1:] {
		var ms, cpu, kib int
		if _, err := fmt.Sscan(line, &ms, &cpu, &kib); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d ms, %d ms of them busy, %d KiB", forms[i], ms, cpu, kib)
		busy[forms[i]] = cpu
		if kib > 40<<10 {
			t.Errorf("%s: %d KiB", forms[i], kib)
		}
	}
	if busy["html"] > 12*busy["text"] {
		t.Errorf("html is %d ms of work, text %d", busy["html"], busy["text"])
	}
}
