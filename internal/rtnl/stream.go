package rtnl

// AppendTo appends the message as it came over the socket, header included:
// what "save" commands write.
func (m Message) AppendTo(b []byte) []byte { return append(m.AppendHeader(b), m.Body...) }

// AppendHeader appends the netlink header of the message.
func (m *Message) AppendHeader(b []byte) []byte {
	b = NE.AppendUint32(b, uint32(headerLen+len(m.Body)))
	b = NE.AppendUint16(b, m.Type)
	b = NE.AppendUint16(b, m.Flags)
	b = NE.AppendUint32(b, m.Seq)
	return NE.AppendUint32(b, m.Pid)
}

// ParseHeader reads a netlink header of 16 bytes. size is the length that it
// tells of the body, which may be negative.
func ParseHeader(b []byte) (m Message, size int) {
	m = Message{Type: U16(b[4:]), Flags: U16(b[6:]), Seq: U32(b[8:]), Pid: U32(b[12:]), NSID: -1}
	return m, int(int32(U32(b))) - headerLen
}
