package kind

import "testing"

func TestRates(t *testing.T) {
	for _, c := range []struct {
		in   string
		want uint64
		ok   bool
		text string // as it is shown
	}{
		{"1mbit", 125000, true, "1Mbit"},
		{"1500000", 187500, true, "1500Kbit"},
		{"123456789bit", 15432098, true, "123456Kbit"},
		{"8MiBps", 8 << 20, true, "67108Kbit"}, // cut at each division
		{"80gbit", 10e9, true, "80Gbit"},
		{"1.5Kbit", 187, true, "1496bit"},
		{"0", 0, true, "0bit"},
		{"-1", 0, false, ""},
		{"5x", 0, false, ""},
		{"", 0, false, ""},
	} {
		got, ok := ParseRate(c.in)
		if got != c.want || ok != c.ok {
			t.Errorf("ParseRate(%q) = %d, %v", c.in, got, ok)
		}
		if text := string(AppendRate(nil, got, false)); ok && text != c.text {
			t.Errorf("%q is shown as %s, not %s", c.in, text, c.text)
		}
	}
	if got := string(AppendRate(nil, 12500000, true)); got != "97656Kibit" {
		t.Errorf("100 Mbit with -iec: %s", got)
	}
}

func TestSizes(t *testing.T) {
	for _, c := range []struct {
		in   string
		want uint64
		ok   bool
		text string
	}{
		{"2047", 2047, true, "2Kb"}, // near enough
		{"1040", 1040, true, "1040b"},
		{"1600", 1600, true, "1600b"},
		{"1.5m", 1536 << 10, true, "1536Kb"},
		{"32mb", 32 << 20, true, "32Mb"},
		{"8kbit", 1024, true, "1Kb"},
		{"1.5", 1, true, "1b"},
		{"-1", 0, false, ""},
		{"1kx", 0, false, ""},
	} {
		got, ok := ParseSize(c.in)
		if got != c.want || ok != c.ok {
			t.Errorf("ParseSize(%q) = %d, %v", c.in, got, ok)
		}
		if text := string(AppendSize(nil, got)); ok && text != c.text {
			t.Errorf("%q is shown as %s, not %s", c.in, text, c.text)
		}
	}
}

func TestTimes(t *testing.T) {
	for _, c := range []struct {
		in   string
		want uint32
		text string
	}{
		{"1234567", 1234567, "1.23s"},
		{"1000s", 1000000000, "1e+03s"},
		{"10ms", 10000, "10ms"},
		{"5", 5, "5us"},
	} {
		got, ok := ParseTime(c.in)
		if got != c.want || !ok {
			t.Errorf("ParseTime(%q) = %d, %v", c.in, got, ok)
		}
		if text := string(AppendTime(nil, got)); text != c.text {
			t.Errorf("%q is shown as %s, not %s", c.in, text, c.text)
		}
	}
	if ns, ok := ParseTime64("1.5us"); ns != 1500 || !ok || string(AppendTime64(nil, ns)) != "1.5us" {
		t.Errorf("1.5us is %d ns, %v", ns, ok)
	}
}

func TestHandles(t *testing.T) {
	for _, c := range []struct {
		in   string
		want uint32
		ok   bool
	}{
		{"root", Root, true}, {"none", 0, true}, {"1:2", 0x10002, true}, {":5", 5, true}, {"10:", 0x100000, true},
		{"10", 0x10, true}, {"x", 0, false}, {"10000:1", 0, false}, {"1:10000", 0, false}, {"1:x", 0, false}, {"", 0, false},
	} {
		if got, ok := ParseClass(c.in); got != c.want || ok != c.ok {
			t.Errorf("ParseClass(%q) = %#x, %v", c.in, got, ok)
		}
	}
	if h, ok := ParseHandle("1:junk"); h != 0x10000 || !ok {
		t.Errorf("what follows the colon counts: %#x, %v", h, ok)
	}
}
