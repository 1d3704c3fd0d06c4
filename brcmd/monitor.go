package brcmd

import "gip/internal/cli"

func (t *tool) monitor(e *cli.Env, a *cli.Args) error { return cli.Usage(monitorUsage) }
