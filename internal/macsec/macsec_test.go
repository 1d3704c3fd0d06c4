package macsec

import (
	"os"
	"strings"
	"testing"

	"gip/internal/cli"
	"gip/internal/uapi"
)

func TestCiphers(t *testing.T) {
	for _, c := range []struct {
		word, name string
		id         uint64
	}{
		{"default", "GCM-AES-128", uapi.MACSEC_DEFAULT_CIPHER_ID},
		{"gcm-aes-128", "GCM-AES-128", uapi.MACSEC_CIPHER_ID_GCM_AES_128},
		{"GCM-AES-128", "GCM-AES-128", uapi.MACSEC_CIPHER_ID_GCM_AES_128},
		{"GCM-AES-XPN-256", "GCM-AES-XPN-256", uapi.MACSEC_CIPHER_ID_GCM_AES_XPN_256},
	} {
		id, ok := ParseCipher(c.word)
		if !ok || id != c.id || CipherName(id) != c.name {
			t.Errorf("%s: got %#x, %s", c.word, id, CipherName(id))
		}
	}
	if id, ok := ParseCipher("(unknown)"); ok || CipherName(9) != Unknown {
		t.Errorf("got %#x, %s", id, CipherName(9))
	}
}

// TestChannel tells which words belong to a channel, and what is left.
func TestChannel(t *testing.T) {
	for _, c := range []struct {
		words    string
		link     bool
		sci      uint64
		port     uint16
		complete bool
		left     string
		err      string
	}{
		{words: "sci 10 on", sci: 0x10, complete: true, left: "on"},
		{words: "port 5 address 2:0:0:0:0:1 on", sci: 0x200000000010005, port: 5, complete: true, left: "on"},
		{words: "address 2 port 010", sci: 0x200000000000008, port: 8, complete: true},
		{words: "port 5", port: 5},
		{words: "port 5 on", port: 5, left: "on", err: "expected sci, port, or address"},
		{words: "port 5 address 2:0:0:0:0:1", link: true, port: 5, complete: true, left: "address 2:0:0:0:0:1"},
		{words: "address 2:0:0:0:0:1 port 5", link: true, sci: 0x200000000010005, port: 5, complete: true},
		{words: "address 2:0:0:0:0:1 encrypt on", link: true, left: "encrypt on"},
		{words: "address 2:0:0:0:0:1 sci 5", link: true, left: "sci 5", err: "expected port"},
		{words: "encrypt on", link: true, left: "encrypt on"},
		{words: "port 0", err: "expected port != 0"},
		{words: "sci", err: "not complete"},
	} {
		var ch Channel
		a := cli.NewArgs(strings.Fields(c.words))
		err := ch.Parse(cli.New(os.Stdin, os.Stdout, os.Stderr, cli.Options{}), a, c.link)
		if err == nil && c.err != "" || err != nil && (c.err == "" || !strings.Contains(err.Error(), c.err)) {
			t.Errorf("%s: got %v", c.words, err)
		}
		if ch.SCI != c.sci || ch.Port != c.port || ch.Complete(c.link) != c.complete || strings.Join(a.Rest(), " ") != c.left {
			t.Errorf("%s: got %+v, left %q", c.words, ch, a.Rest())
		}
	}
}
