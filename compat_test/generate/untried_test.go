package generate

import "strings"

// untried are the words that no command here has to try: none of them has a value.
var untried = strings.Fields(verbs + " " + switches + " " + others)

// verbs do what another one does that is tried, or nothing with their words.
const verbs = "add delete help list show lst flush save restore showdump test prepend update count getdefault monitor all all-nsid nokeys file"

// switches stand alone.
const switches = `
	6rd-reset prl-nodefault allow-localremote noallow-localremote seq oseq icsum ocsum pmtudisc nosock isatap vti vti6 down
	nomcroute novnifilter gpe nocsum noexternal noiseq nol2miss nol3miss nomultiproto noocsum nooseq noproxy noremcsumrx noremcsumtx norsc
	noudp6zerocsumrx noudp6zerocsumtx xdpdrv xdpoffload nopermanent norefresh temp dontpub priv extern_valid managed use
	#host #net tcp_usec_ts scb in out xmit nobackup_port activity_notify inactive router added_by_user offloaded
	SA acquire aevent expire report`

// others are values, or words of programs that are no objects: any/ipv6 and its
// kin are modes, -family and its kin are of rtmon, encap is of route, offset is
// read and ignored; the rates of a virtual function are compared with what the
// real tool has not set.
const others = `
	any/ipv6 ip/ipv6 ipv6/ipv6 -Version -family -0 -4 -6 protocol encap endpoint offset peer_offset max_tx_rate min_tx_rate name`
