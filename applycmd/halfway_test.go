package applycmd

import (
	"errors"
	"testing"

	"gip/internal/cli"
)

// An error that comes after changes is told as such, with the status of what is left.
func TestHalfway(t *testing.T) {
	for lines, want := range map[int]cli.Error{
		0: {Status: statusFailed, Text: "gip restore: no answer\n"},
		2: {Status: statusLeft, Text: "gip restore: no answer\nrestored in part: 2 changes; the same command goes on from here\n"},
	} {
		var e *cli.Error
		if err := halfway(errors.New("no answer"), lines); !errors.As(err, &e) || e.Status != want.Status || e.Text != want.Text {
			t.Errorf("after %d changes: %v with status %d, want %+v", lines, err, e.Status, want)
		}
	}
}
