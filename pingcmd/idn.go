package pingcmd

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"gip/internal/cli"

	"golang.org/x/net/idna"
)

// Names with other letters than those of ASCII (IDNA 2008, UTS 46). As in the C
// library, they are encoded for looking them up and decoded for showing them, where
// the locale has such letters.

// profile is built when it is needed, which is rare.
func profile() *idna.Profile {
	return idna.New(idna.MapForLookup(), idna.StrictDomainName(false), idna.Transitional(false), idna.BidiRule())
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// The texts of libidn2's errors.
var (
	errNotUTF8    = idnError("could not convert string to UTF-8")
	errHyphen     = idnError("string start/ends with forbidden hyphen")
	errLongLabel  = idnError("domain label longer than 63 characters")
	errDisallowed = idnError("string contains a disallowed character")
)

// An idnError is why a name has no form in ASCII.
type idnError string

func (e idnError) Error() string { return string(e) }

// toASCII is a name as DNS has it.
func toASCII(name string) (string, error) {
	if !isASCII(name) {
		if !cli.LocaleUTF8() || !utf8.ValidString(name) {
			return "", errNotUTF8
		}
		encoded, err := profile().ToASCII(name)
		switch {
		case err != nil && hasHyphen(name):
			return "", errHyphen
		case err != nil || hasSymbol(encoded):
			return "", errDisallowed
		}
		name = encoded
	}
	for label := range strings.SplitSeq(name, ".") {
		if len(label) > maxLabel {
			return "", errLongLabel
		}
	}
	return name, nil
}

// hasSymbol reports whether a name stands for anything but letters, their marks and
// digits, which UTS 46 lets pass and IDNA 2008 does not.
func hasSymbol(encoded string) bool {
	shown, _ := profile().ToUnicode(encoded)
	for _, r := range shown {
		if r >= utf8.RuneSelf && !unicode.In(r, unicode.L, unicode.M, unicode.Nd) && !strings.ContainsRune("·・׳״͵\u200c\u200d", r) {
			return true
		}
	}
	return false
}

// hasHyphen reports whether a label begins or ends with a hyphen.
func hasHyphen(name string) bool {
	for label := range strings.SplitSeq(name, ".") {
		if strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") {
			return true
		}
	}
	return false
}

// encodeName is toASCII for the target, which may be an address or anything.
func encodeName(name string) (string, error) {
	if isASCII(name) {
		return name, nil
	}
	encoded, err := toASCII(name)
	if errors.Is(err, errLongLabel) || err == nil {
		return encoded, nil
	}
	return "", lookUpError("Parameter string not correctly encoded")
}

// showName is a name of DNS in the letters that it stands for.
func showName(name string) string {
	if !strings.Contains(name, "xn--") || !cli.LocaleUTF8() {
		return name
	}
	if shown, err := profile().ToUnicode(name); err == nil {
		return shown
	}
	return name
}
