package netem

import "testing"

// TestMultiarch holds Debian's names (dpkg-architecture -a ARCH -q DEB_HOST_MULTIARCH).
func TestMultiarch(t *testing.T) {
	for arch, want := range map[string]string{
		"386": "i386-linux-gnu", "amd64": "x86_64-linux-gnu", "arm": "arm-linux-gnueabihf",
		"arm64": "aarch64-linux-gnu", "loong64": "loongarch64-linux-gnu", "mips": "mips-linux-gnu",
		"mips64": "mips64-linux-gnuabi64", "mips64le": "mips64el-linux-gnuabi64", "mipsle": "mipsel-linux-gnu",
		"ppc64": "powerpc64-linux-gnu", "ppc64le": "powerpc64le-linux-gnu",
		"riscv64": "riscv64-linux-gnu", "s390x": "s390x-linux-gnu",
	} {
		if got := multiarch(arch); got != want {
			t.Errorf("%s: %s, want %s", arch, got, want)
		}
	}
}
