package linkcmd

import "gip/internal/cli"

// A request is one RTM_NEWLINK or RTM_DELLINK under construction.
type request struct{}

func (r *request) parsePeer(a *cli.Args) ([]byte, error) { return nil, nil }
