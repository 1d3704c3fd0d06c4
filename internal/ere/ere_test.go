package ere

import (
	"regexp"
	"strings"
	"testing"
)

func TestMatch(t *testing.T) {
	for _, tt := range []struct {
		pattern string
		yes, no []string
	}{
		{"", []string{"", "a"}, nil},
		{"abc", []string{"abc", "xabcx"}, []string{"", "ab", "acb"}},
		{"a.c", []string{"abc", "a\nc", "a\xffc"}, []string{"ac", "a\x00c"}},
		{`a\.c`, []string{"a.c"}, []string{"abc"}},
		{"^a", []string{"a", "ab"}, []string{"ba", "b\na"}},
		{"a$", []string{"a", "ba"}, []string{"ab", "a\nb"}},
		{"^$", []string{""}, []string{"a"}},
		{"a^b", nil, []string{"ab", "a^b"}},
		{"a|b", []string{"xa", "xb"}, []string{"c"}},
		{"^(|a|b|)$", []string{"", "a", "b"}, []string{"ab"}},
		{"^a||b$", []string{"x"}, nil},
		{"^(ab|cd|ef)$", []string{"ab", "cd", "ef"}, []string{"ad", "abcd"}},
		{"^()$", []string{""}, []string{"a"}},
		{"^ab*c$", []string{"ac", "abc", "abbbc"}, []string{"abb", "adc"}},
		{"^(ab)+$", []string{"ab", "abab"}, []string{"", "aba"}},
		{"^ab?c$", []string{"ac", "abc"}, []string{"abbc"}},
		{"^a**$", []string{"", "aa"}, []string{"b"}},
		{"^(a*)*$", []string{"", "aaa"}, []string{"ab"}},
		{"^(a*)+b$", []string{"b", "aab"}, []string{"aa"}},
		{"^(^)*a", []string{"a"}, []string{"ba"}},
		{"^a{2}$", []string{"aa"}, []string{"a", "aaa"}},
		{"^a{2,}$", []string{"aa", "aaaa"}, []string{"a"}},
		{"^a{2,3}$", []string{"aa", "aaa"}, []string{"a", "aaaa"}},
		{"^a{,2}$", []string{"", "a", "aa"}, []string{"aaa"}},
		{"^a{,}$", []string{"", "aaa"}, []string{"b"}},
		{"^a{0}b$", []string{"b"}, []string{"ab"}},
		{"^(a{2}){2,3}$", []string{"aaaa", "aaaaaa"}, []string{"aa", "aaaaa"}},
		{"^a{2}{3}$", []string{"aaaaaa"}, []string{"aaaaa"}},
		{"^[abc]$", []string{"a", "b", "c"}, []string{"d", ""}},
		{"^[a-c]$", []string{"a", "b", "c"}, []string{"d", "-"}},
		{"^[^a-c]$", []string{"d", "-", "\n"}, []string{"a"}},
		{"^[]a]$", []string{"]", "a"}, []string{"["}},
		{"^[^]a]$", []string{"["}, []string{"]", "a"}},
		{"^[-a]$", []string{"-", "a"}, []string{"b"}},
		{"^[a-]$", []string{"-", "a"}, []string{"b"}},
		{"^[%--]$", []string{"%", "-", "&"}, []string{"."}},
		{"^[--/]$", []string{"-", ".", "/"}, []string{","}},
		{`^[\.]$`, []string{"\\", "."}, []string{"a"}},
		{"^[[a]$", []string{"[", "a"}, []string{"]"}},
		{"^[[.a.]-c]$", []string{"a", "b"}, []string{"d"}},
		{"^[[=a=]]$", []string{"a"}, []string{"="}},
		{"^[[.].]x]$", []string{"]", "x"}, []string{"."}},
		{"^[[:alpha:]_-]$", []string{"a", "Z", "_", "-"}, []string{"1", ":"}},
		{"^[[:digit:][:blank:]]$", []string{"0", " ", "\t"}, []string{"a", "\n"}},
		{"^[[:space:]]$", []string{"\t", "\n", "\v", "\f", "\r", " "}, []string{"a", "\b"}},
		{"^[[:punct:]]$", []string{"!", "/", ":", "@", "[", "`", "{", "~"}, []string{" ", "a", "0", "\x7f"}},
		{"^[[:cntrl:]]$", []string{"\x01", "\x7f"}, []string{" ", "\x80"}},
		{"^[[:xdigit:]]$", []string{"0", "f", "A"}, []string{"g", "G"}},
		{"^[[:upper:][:lower:]]$", []string{"a", "Z"}, []string{"1"}},
		{"^[[:print:]]$", []string{" ", "~"}, []string{"\x1f", "\x7f"}},
		{"^[[:graph:][:alnum:]]$", []string{"!", "~"}, []string{" "}},
		{`^\w+$`, []string{"a_1Z"}, []string{"a-b"}},
		{`^\W$`, []string{"-", "\xff"}, []string{"a", "_"}},
		{`^\s\S$`, []string{" a", "\t."}, []string{"a ", "  "}},
		{`\bab\b`, []string{"ab", "x ab.y"}, []string{"xab", "ab_"}},
		{`\<ab`, []string{"ab", ".ab"}, []string{"xab"}},
		{`ab\>`, []string{"ab", "ab."}, []string{"abx"}},
		{`a\Bb`, []string{"ab"}, []string{"a b"}},
		{"\\`a\\'", []string{"a"}, []string{"ab", "ba"}},
		{"a)", []string{"a)"}, []string{"a"}},
		{"^)*$", []string{"", "))"}, []string{"a"}},
		{"a}", []string{"a}"}, []string{"a"}},
		{`^\(\)\{\}\*\+\?\|\^\$\[\]\\$`, []string{`(){}*+?|^$[]\`}, nil},
		{`\d`, []string{"d"}, []string{"1"}},
		{`a\{1}`, []string{"a{1}"}, []string{"a"}},
		{`\0`, []string{"0"}, []string{"1"}},
	} {
		r, err := Compile(tt.pattern)
		if err != nil {
			t.Errorf("%q: %v", tt.pattern, err)
			continue
		}
		for _, s := range tt.yes {
			if !r.Match(s) {
				t.Errorf("%q does not match %q", tt.pattern, s)
			}
		}
		for _, s := range tt.no {
			if r.Match(s) {
				t.Errorf("%q matches %q", tt.pattern, s)
			}
		}
	}
}

func TestErrors(t *testing.T) {
	for _, tt := range []struct {
		patterns []string
		want     error
	}{
		{[]string{"*", "a|*b", "(+a)", "^*", "$+", `\b?`, "{1}", "({1}a)", "^{2}"}, errRepeat},
		{[]string{"(", "(a", "((a)", "(a|"}, errParen},
		{[]string{"[", "[^", "[a", "[]", "[^]", "[a-", "[[:alpha:]", "[[:alpha", "[[.a", "[[:" + strings.Repeat("x", 32) + ":]]"}, errBracket},
		{[]string{`\`, `a\`, `(\`}, errBackslash},
		{[]string{"a{", "a{1", "a{1,", "a{1,2", "a{x"}, errBrace},
		{[]string{"a{}", "a{2,1}", "a{x}", "a{1x}", "a{1,2,3}", "a{1,2x}", "a{-1}"}, errInterval},
		{[]string{"a{32768}", "a{1,99999999999999999999}", "((((a{999}){999}){999}){999}){999}", "((^){32767}){32767}"}, errSize},
		{[]string{"[b-a]", "[a-c-e]", "[[:alpha:]-z]", "[a-[:alpha:]]", "[[=a=]-c]", "[a-[=c=]]"}, errRange},
		{[]string{"[[:foo:]]", "[[::]]"}, errClass},
		{[]string{"[[.hyphen.]]", "[[..]]", "[[=ab=]]"}, errCollate},
		{[]string{`\1`, `(a\1)`, `(a)\2`}, errGroup},
		{[]string{`(a)\1`, `(a)(b)\2`, `((a)\2)`}, ErrBackReference},
	} {
		for _, p := range tt.patterns {
			if _, err := Compile(p); err != tt.want {
				t.Errorf("%q: error %v, want %v", p, err, tt.want)
			}
		}
	}
}

// TestLinear would not end with a matcher that tries one way after the other.
func TestLinear(t *testing.T) {
	text := strings.Repeat("a", 5000)
	for _, p := range []string{"(a*)*b", "(a|a)*b", "(a+a+)+b", "(a?){500}a{500}b", "((a{0,9}){0,9}){0,9}b"} {
		r, err := Compile(p)
		if err != nil {
			t.Fatal(p, err)
		}
		if r.Match(text) {
			t.Errorf("%q matches", p)
		}
	}
}

func TestMatchAllocates(t *testing.T) {
	r, err := Compile("net.(ipv4|ipv6).conf.[^.]+.forward")
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(10, func() { r.Match("net.ipv6.conf.all.forwarding") }); n != 0 {
		t.Errorf("%v allocations for a match, want none", n)
	}
}

// unlike are the parts that package regexp reads otherwise; it has them for
// what is an error in POSIX, too.
var unlike = regexp.MustCompile(`\\[0-9A-Za-z<>'` + "`" + `]|\[.*\\|\[[.=]|\{,|[{,]0[0-9]|\{[0-9]*,?$|[^ -~]`)

// FuzzMatch holds Match against package regexp, where both take the pattern.
func FuzzMatch(f *testing.F) {
	for _, p := range []string{"a|b*", "^(ab?c){2,3}$", "[^a-c]+x", "[[:alpha:]_-]", "()|a.", `\.(x)`, "(a*)*", "a)", "[]a]"} {
		f.Add(p, "abc.ab-x")
	}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		r, err := Compile(pattern)
		if err != nil {
			return
		}
		got := r.Match(text)
		if got != r.Match(text) {
			t.Fatalf("%q on %q: two answers", pattern, text)
		}
		if len(pattern) > 40 || unlike.MatchString(pattern) || strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c > '~' }) {
			return
		}
		oracle, err := regexp.CompilePOSIX(pattern)
		if err != nil {
			return
		}
		if want := oracle.MatchString(text); got != want {
			t.Errorf("%q on %q: %v, package regexp says %v", pattern, text, got, want)
		}
	})
}
