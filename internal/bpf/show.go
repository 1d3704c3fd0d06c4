package bpf

import (
	"gip/internal/rtnl"
	"gip/internal/show"
)

// ShowProgram prints what the kernel tells of a BPF program; all but the id needs a
// privilege. It reports whether there was more than that.
func ShowProgram(p *show.Pen, id uint32, details bool) bool {
	p.OpenObject("prog")
	defer p.CloseObject()
	p.Uint("id", "id ", uint64(id), " ")
	var info ProgInfo
	if info.Read(id) != 0 {
		return false
	}
	p.Bytes("name", "name ", rtnl.CStr(info.Name[:]), " ")
	p.Bytes("tag", "tag ", show.AppendHexBytes(nil, info.Tag[:]), " ")
	if info.JitedLen != 0 {
		p.JUint("jited", 1)
		p.Text("jited ")
	} else {
		p.JUint("jited", 0)
	}
	if !details {
		return true
	}
	if info.LoadTime != 0 {
		p.Uint("load_time", "load_time ", info.LoadTime, " ")
		p.Uint("created_by_uid", "created_by_uid ", uint64(info.UID), " ")
	}
	if info.BTF != 0 {
		p.Uint("btf_id", "btf_id ", uint64(info.BTF), " ")
	}
	return true
}
