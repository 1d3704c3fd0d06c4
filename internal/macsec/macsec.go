// Package macsec is what "ip link … type macsec" and "ip macsec" have in
// common: the words of cipher suites and modes, and how a secure channel is
// named on the command line.
package macsec

import (
	"encoding/binary"

	"gip/internal/cli"
	"gip/internal/uapi"
	"gip/internal/word"
)

// Unknown stands for a value of the kernel's that has no word.
const Unknown = "(unknown)"

// ciphers are the cipher suites: the name of each as it is shown, and the other word
// that asks for it. The old number of the default comes last: its name asks for the
// new one.
var ciphers = word.Names{
	{uapi.MACSEC_CIPHER_ID_GCM_AES_128, "GCM-AES-128"}, {uapi.MACSEC_CIPHER_ID_GCM_AES_128, "gcm-aes-128"},
	{uapi.MACSEC_CIPHER_ID_GCM_AES_256, "GCM-AES-256"}, {uapi.MACSEC_CIPHER_ID_GCM_AES_256, "gcm-aes-256"},
	{uapi.MACSEC_CIPHER_ID_GCM_AES_XPN_128, "GCM-AES-XPN-128"}, {uapi.MACSEC_CIPHER_ID_GCM_AES_XPN_128, "gcm-aes-xpn-128"},
	{uapi.MACSEC_CIPHER_ID_GCM_AES_XPN_256, "GCM-AES-XPN-256"}, {uapi.MACSEC_CIPHER_ID_GCM_AES_XPN_256, "gcm-aes-xpn-256"},
	{uapi.MACSEC_DEFAULT_CIPHER_ID, "GCM-AES-128"}, {uapi.MACSEC_DEFAULT_CIPHER_ID, "default"},
}

// CipherName returns the name of a cipher suite.
func CipherName(id uint64) string { return ciphers.Or(id, Unknown) }

// ParseCipher reads the word for a cipher suite.
func ParseCipher(s string) (id uint64, ok bool) { return ciphers.Find(s) }

// Extended reports whether a cipher suite counts packets with 64 bits.
func Extended(id uint64) bool {
	return id == uapi.MACSEC_CIPHER_ID_GCM_AES_XPN_128 || id == uapi.MACSEC_CIPHER_ID_GCM_AES_XPN_256
}

// Validations are the words of MACSEC_VALIDATE_DISABLED and its kin, Offloads those of
// MACSEC_OFFLOAD_OFF and its kin.
var (
	Validations = word.Names{{0, "disabled"}, {1, "check"}, {2, "strict"}}
	Offloads    = word.Names{{0, "off"}, {1, "phy"}, {2, "mac"}}
)

// maxAN is the largest association number.
const maxAN = 3

// AN takes an association number, which names a secure association of a
// channel.
func AN(a *cli.Args) (uint8, error) {
	s, err := a.Value()
	if err != nil {
		return 0, err
	}
	n, ok := word.Uint(s, 0, 8)
	if !ok || n > maxAN {
		return 0, cli.InvArg("expected an { 0..3 }", s)
	}
	return uint8(n), nil
}

const etherLen = 6

// A Channel is a secure channel as the command line names it: "sci SCI", or
// "port N" and "address LLADDR" in any order.
type Channel struct {
	SCI                      uint64 // 0 for a port without an address
	Port                     uint16
	addr                     [etherLen]byte
	hasSCI, hasPort, hasAddr bool
}

// Parse reads the words of a channel. Those of a link stand in front of other
// words, and a port is enough: the link has an address.
func (c *Channel) Parse(e *cli.Env, a *cli.Args, link bool) error {
	for a.More() && !c.Complete(link) {
		key := a.Word()
		bad := c.refuses(key)
		if bad != "" && link && key != "sci" {
			break
		}
		if bad != "" {
			return cli.InvArg(bad, key)
		}
		a.Skip()
		s, err := a.Value()
		if err != nil {
			return err
		}
		if bad = c.set(e, key, s); bad != "" {
			return cli.InvArg(bad, s)
		}
	}
	if c.hasAddr && c.hasPort {
		b := append(c.addr[:], byte(c.Port>>8), byte(c.Port))
		c.SCI = binary.BigEndian.Uint64(b)
	}
	return nil
}

// Given reports whether there was any word of a channel.
func (c *Channel) Given() bool { return c.hasSCI || c.hasPort || c.hasAddr }

// Complete reports whether the words name a channel.
func (c *Channel) Complete(link bool) bool {
	return c.hasSCI || c.hasPort && (c.hasAddr || link)
}

// refuses returns why the word cannot stand here, or "".
func (c *Channel) refuses(word string) string {
	switch word {
	case "sci":
		if c.hasPort {
			return "expected address"
		}
		if c.hasAddr {
			return "expected port"
		}
		return ""
	case "port", "address":
		return ""
	}
	return "expected sci, port, or address"
}

// set takes the value of a word, or returns what is wrong with it.
func (c *Channel) set(e *cli.Env, key, s string) (bad string) {
	switch key {
	case "sci":
		if c.SCI, c.hasSCI = word.Uint(s, 16, 64); !c.hasSCI {
			return "expected sci"
		}
	case "port":
		n, ok := word.Uint(s, 0, 16)
		if !ok {
			return "expected port"
		}
		if n == 0 {
			return "expected port != 0"
		}
		c.Port, c.hasPort = uint16(n), true
	case "address":
		b, ok := cli.ParseLLAddr(s, cli.MaxLLAddr)
		if !ok || len(b) > etherLen {
			// Two complaints, as the real tool's reader of addresses has its own.
			e.Warnf("\"%s\" is invalid lladdr.\n", s)
			return "expected lladdr"
		}
		clear(c.addr[copy(c.addr[:], b):])
		c.hasAddr = true
	}
	return ""
}
