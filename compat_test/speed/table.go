package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

// notesFD is where a group's process leaves its notes, so that they come below
// the table and not into it.
const notesFD = 3

// A row is one line of the table in the making. The candidate comes first in
// each pair.
type row struct {
	name  string
	same  bool // both sides run the same commands, and print the same
	looks [2]look
	pairs [][2]cost
}

// printHead says what is measured and begins the table. It runs on the new root.
func printHead(c config) error {
	var uts syscall.Utsname
	if err := syscall.Uname(&uts); err != nil {
		return err
	}
	release := make([]byte, 0, len(uts.Release))
	for _, b := range uts.Release {
		if b == 0 {
			break
		}
		release = append(release, byte(b))
	}
	fmt.Printf("%s against %s, Linux %s, %d CPUs.\n", version(candidate), version(reference), release, runtime.NumCPU())
	if c.gip == referenceWord {
		fmt.Println("The reference stands on both sides.")
	}
	fmt.Print("Medians of paired runs; output to /dev/null; wall and CPU times are the sum of a row's runs.\n\n" +
		"| work | gip wall | ip wall | ratio wall | ratio CPU | gip peak KiB | ip peak KiB |\n" +
		"|---|--:|--:|--:|--:|--:|--:|\n")
	return nil
}

// version is what a side's ip says of itself.
func version(s side) string {
	out, err := exec.Command(s.path("ip"), "-V").Output()
	if err != nil {
		return fmt.Sprintf("(ip -V: %v)", err)
	}
	return string(bytes.TrimSpace(out))
}

// print writes the row's line, and a note when it is not a plain comparison.
func (r row) print(err error) {
	if err != nil {
		fmt.Printf("| %s | – | – | – | – | – | – |\n", r.name)
		note("%s: not measured: %v", r.name, err)
		return
	}
	gip, ip := r.looks[0], r.looks[1]
	fmt.Printf("| %s | %s | %s | %.2f | %.2f | %s | %s |\n", r.name,
		millis(r.wall(0)), millis(r.wall(1)), r.ratio(wallTime), r.ratio(cpuTime), kib(gip.peak), kib(ip.peak))
	if r.same && gip.output != ip.output {
		note("%s: the output differs: %d bytes and %d", r.name, gip.size, ip.size)
	}
}

func wallTime(c cost) float64 { return float64(c.wall) }
func cpuTime(c cost) float64  { return float64(c.cpu) }

// wall is the median of one side's times.
func (r row) wall(side int) time.Duration {
	v := make([]float64, len(r.pairs))
	for i, p := range r.pairs {
		v[i] = wallTime(p[side])
	}
	return time.Duration(median(v))
}

// ratio is the median of the pairs' ratios, which is steadier than the ratio
// of the medians when the machine's speed drifts.
func (r row) ratio(of func(cost) float64) float64 {
	v := make([]float64, len(r.pairs))
	for i, p := range r.pairs {
		v[i] = of(p[0]) / max(of(p[1]), 1)
	}
	return median(v)
}

func kib(n int) string {
	if n == 0 {
		return "–"
	}
	return strconv.Itoa(n)
}

// millis prints a time with three digits.
func millis(d time.Duration) string {
	ms := float64(d) / float64(time.Millisecond)
	switch {
	case ms < 10:
		return fmt.Sprintf("%.2f ms", ms)
	case ms < 100:
		return fmt.Sprintf("%.1f ms", ms)
	}
	return fmt.Sprintf("%.0f ms", ms)
}

func note(format string, args ...any) {
	fmt.Fprintf(os.NewFile(notesFD, "notes"), "- "+format+"\n", args...)
}
