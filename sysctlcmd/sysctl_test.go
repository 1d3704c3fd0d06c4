package sysctlcmd

import "testing"

func TestSwapSeparators(t *testing.T) {
	for in, want := range map[string]string{
		"net.ipv4.ip_forward": "net/ipv4/ip_forward", "net.ipv4.conf.eth0/5.forwarding": "net/ipv4/conf/eth0.5/forwarding",
		"": "", "a": "a", "../x": "//.x",
	} {
		if got := swapSeparators(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
		if back := swapSeparators(swapSeparators(in)); back != in {
			t.Errorf("%q came back as %q", in, back)
		}
	}
}

func TestParseSetting(t *testing.T) {
	for _, c := range []struct {
		line string
		want setting
		ok   bool
	}{
		{"a=1", setting{key: "a", value: "1"}, true},
		{" a.b = 1 2\t3 ", setting{key: "a.b", value: "1 2\t3"}, true},
		{"-a=1", setting{key: "a", value: "1", ignore: true}, true},
		{"a=b=c", setting{key: "a", value: "b=c"}, true},
		{"a=", setting{key: "a"}, true},
		{"=1", setting{value: "1"}, true},
		{"a", setting{key: "a"}, false},
		{"=", setting{}, false},
		{"", setting{}, false},
	} {
		if got, ok := parseSetting(c.line); ok != c.ok || got != c.want {
			t.Errorf("%q: got %+v, %v", c.line, got, ok)
		}
	}
}
