package listen

import (
	"strconv"
	"time"

	"gip/internal/cli"
	"gip/internal/rtnl"
	"gip/internal/show"
)

// How C's asctime and the short form write a time.
const (
	asctime   = "Mon Jan _2 15:04:05 2006"
	shortTime = "2006-01-02T15:04:05.000000"
)

// Stamp writes the time of an event, if -t asks for it.
func Stamp(e *cli.Env) {
	if e.Opt.Timestamp {
		stamp(e.Pen, e.Opt.ShortTime)
	}
}

// StampNSID writes the namespace of an event, for a monitor of all of them.
func StampNSID(e *cli.Env, nsid int32) {
	if nsid < 0 {
		e.Pen.Raw("[nsid current]")
		return
	}
	e.Pen.Int("", "[nsid ", int64(nsid), "]")
}

func stamp(p *show.Pen, short bool) {
	now := time.Now()
	if short {
		p.Str("timestamp_short", "[", now.Format(shortTime), "] ")
		return
	}
	p.Str("timestamp", "Timestamp: ", now.Format(asctime)+" "+strconv.Itoa(now.Nanosecond()/1000)+" usec", "\n")
}

// Tstamp is the type of rtmon's own records: when what follows happened.
const Tstamp = 15

// PrintTstamp prints such a record: seconds and microseconds.
func PrintTstamp(e *cli.Env, m rtnl.Message) error {
	if len(m.Body) < 8 {
		return nil
	}
	at := time.Unix(int64(rtnl.U32(m.Body)), 0)
	e.Pen.Raw("Timestamp: " + at.Format(asctime) + " ")
	e.Pen.Uint("", "", uint64(rtnl.U32(m.Body[4:])), " us\n")
	return nil
}

// TstampOf is the record for a moment.
func TstampOf(at time.Time) rtnl.Message {
	body := rtnl.NE.AppendUint32(nil, uint32(at.Unix()))
	return rtnl.Message{Type: Tstamp, Body: rtnl.NE.AppendUint32(body, uint32(at.Nanosecond()/1000))}
}
