package linkcmd

// Kinds without words and values: all that they have is a help text.
var (
	dummy     = kind{name: "dummy", noOpts: true}
	ifb       = kind{name: "ifb", noOpts: true}
	nlmon     = kind{name: "nlmon", noOpts: true}
	vcan      = kind{name: "vcan", noOpts: true}
	netdevsim = kind{name: "netdevsim", noOpts: true}
	team      = kind{name: "team", noOpts: true}
	teamSlave = kind{name: "team_slave", noOpts: true}
	virtWifi  = kind{name: "virt_wifi", noOpts: true}
)
