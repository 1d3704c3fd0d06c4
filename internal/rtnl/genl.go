package rtnl

import (
	"gip/internal/uapi"

	"golang.org/x/sys/unix"
)

// GenlHeader is struct genlmsghdr of linux/genetlink.h.
type GenlHeader struct {
	Cmd, Version uint8
	_            uint16
}

// Family asks the kernel for the number of the generic netlink family name.
func (c *Conn) Family(name string) (uint16, error) {
	m := New(uapi.GENL_ID_CTRL, 0)
	Put(m, GenlHeader{Cmd: uapi.CTRL_CMD_GETFAMILY, Version: 1})
	m.Str(uapi.CTRL_ATTR_FAMILY_NAME, name)
	var id uint16
	err := c.Request(m, func(m Message) error {
		if _, rest := View[GenlHeader](m.Body); rest != nil {
			id = U16(Find(rest, uapi.CTRL_ATTR_FAMILY_ID))
		}
		return nil
	})
	if err == nil && id == 0 {
		err = &Error{Errno: unix.ENOENT}
	}
	return id, err
}
