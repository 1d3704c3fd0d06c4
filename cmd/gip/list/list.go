// Package list has the one list of all commands: what each room says of itself. A new
// object or applet is a package and a line here.
package list

import (
	"gip/addrcmd"
	"gip/addrlabelcmd"
	"gip/brcmd"
	"gip/bridgecmd"
	"gip/foucmd"
	"gip/ilacmd"
	"gip/internal/command"
	"gip/ioamcmd"
	"gip/l2tpcmd"
	"gip/linkcmd"
	"gip/macseccmd"
	"gip/maddresscmd"
	"gip/monitorcmd"
	"gip/mptcpcmd"
	"gip/mroutecmd"
	"gip/neighcmd"
	"gip/netconfcmd"
	"gip/netnscmd"

	"gip/nettoolscmd/arp"
	"gip/nettoolscmd/ifconfig"
	"gip/nettoolscmd/netstat"
	"gip/nettoolscmd/route"
	"gip/nexthopcmd"
	"gip/nstatcmd"
	"gip/pingcmd"
	"gip/routecmd"
	"gip/rulecmd"
	"gip/spacecmd"
	"gip/srcmd"
	"gip/sscmd"
	"gip/statscmd"
	"gip/sysctlcmd"
	"gip/tccmd"
	"gip/tcpmetricscmd"
	"gip/tokencmd"
	"gip/tunnelcmd"
	"gip/vrfcmd"
	"gip/xfrmcmd"
)

// Applets are all commands that gip serves as, in the order of "gip --list". The
// first is meant where none is named.
var Applets = command.List{
	&ip,
	&bridgecmd.Applet,
	&tccmd.Applet,
	&routecmd.Routel,
	&monitorcmd.Rtmon,
	&sscmd.Applet,
	&nstatcmd.Nstat,
	&nstatcmd.Ifstat,
	&nstatcmd.Lnstat,
	&sysctlcmd.Applet,
	&pingcmd.Applet,
	&pingcmd.Arping,
	&pingcmd.Tracepath,
	&spacecmd.Unshare,
	&spacecmd.Nsenter,
	&spacecmd.Lsns,
	&brcmd.Applet,
	&ifconfig.Applet,
	&route.Applet,
	&netstat.Applet,
	&arp.Applet,
}

// ip's objects stand in the order in which abbreviations are tried.
var ip = command.Applet{
	Names: "ip", Usage: usage, After: optionsUsage, Options: options, TryHelp: "ip -help", Version: version,
	Lenient: true, Prepare: prepare,
	Objects: []*command.Object{
		&addrcmd.Object,
		&addrlabelcmd.Object,
		&maddresscmd.Object,
		&routecmd.Object,
		&rulecmd.Object,
		&neighcmd.Object,
		&neighcmd.Ntable,
		&linkcmd.Object,
		&l2tpcmd.Object,
		&foucmd.Object,
		&ilacmd.Object,
		&macseccmd.Object,
		&tunnelcmd.Tunnel,
		&tunnelcmd.Tuntap,
		&tokencmd.Object,
		&tcpmetricscmd.Object,
		&monitorcmd.Object,
		&xfrmcmd.Object,
		&mroutecmd.Object,
		&rulecmd.Multicast,
		&netnscmd.Object,
		&netconfcmd.Object,
		&vrfcmd.Object,
		&srcmd.Object,
		&nexthopcmd.Object,
		&mptcpcmd.Object,
		&ioamcmd.Object,
		&statscmd.Object,
		&moo,
	},
}
