package main

import (
	"gip/internal/command"
	"strings"
	"testing"
)

// TestMayEnter: whatever can lead into a namespace keeps the main thread.
func TestMayEnter(t *testing.T) {
	for line, want := range map[string]bool{
		"ip -n red link":              true,
		"ip -netns red link":          true,
		"ip --net red link":           true,
		"ip -4 -n red link":           true,
		"gip netns exec red true":     true,
		"/x/ip net e red true":        true,
		"ip -all netns exec true":     true,
		"/x/ipnetns exec red true":    true,
		"ip -b file":                  true,
		"ip -force -batch -":          true,
		"bridge -n red fdb":           true,
		"gip bridge -netns red fdb":   true,
		"ip link show dev lo":         false,
		"/usr/sbin/ip -d -j addr":     false,
		"gip route get 10.0.0.1":      false,
		"/x/brctl show":               false,
		"ip monitor":                  false,
		"/x/ip":                       false,
		"sysctl kernel.ostype":        false,
		"ip link set lo netns 1":      true, // it does not, but may
		"gip ip -n red address":       true,
		"gip ip netns exec red ip -a": true,
	} {
		if got := command.MayEnter(strings.Fields(line)); got != want {
			t.Errorf("%s: %v", line, got)
		}
	}
	if command.MayEnter(nil) {
		t.Error("no arguments at all")
	}
}
