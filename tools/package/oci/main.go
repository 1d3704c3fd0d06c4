// Command oci makes an image that holds nothing but gip and gip-web, without docker: as an OCI
// layout, with all architectures in one index, and as a tar file for "docker load" of
// the first one. Its bytes depend on the binaries and the time that it is given only.
//
//	oci VERSION EPOCH OUT ARCH=BINARY...
//
// gip-web stands beside each BINARY, as BINARY-web.
package main

import (
	"archive/tar"
	"bytes"
	"io"
	"log"
	"os"
	"os/exec"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	log.SetFlags(0)
	if len(os.Args) < 5 {
		log.Fatal("usage: oci VERSION EPOCH OUT ARCH=BINARY...")
	}
	version, out := os.Args[1], os.Args[3]
	epoch, err := strconv.ParseInt(os.Args[2], 10, 64)
	check(err)
	b := builder{version: version, time: time.Unix(epoch, 0).UTC()}
	_, first, _ := strings.Cut(os.Args[4], "=")
	names, err := exec.Command(first, "--list").Output() // this machine's architecture comes first
	check(err)
	b.names = strings.Fields(string(names))

	check(os.RemoveAll(out))
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for i, arg := range os.Args[4:] {
		arch, binary, _ := strings.Cut(arg, "=")
		img := b.image(arch, binary)
		platform := v1.Platform{OS: "linux", Architecture: arch}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: img, Descriptor: v1.Descriptor{
			Platform: &platform, Annotations: map[string]string{"org.opencontainers.image.ref.name": version}}})
		if i == 0 {
			tag, err := name.NewTag("gip:" + version)
			check(err)
			check(tarball.WriteToFile(out+".docker.tar", tag, img))
		}
	}
	_, err = layout.Write(out, index)
	check(err)
}

// A builder makes images of one version.
type builder struct {
	version string
	time    time.Time
	names   []string // of the links to gip
}

// layer is the one layer of an image: the programs, the links, and the folders that
// commands look for.
func (b *builder) layer(gip, web []byte) []byte {
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	put := func(h tar.Header, content []byte) {
		h.ModTime, h.Size = b.time, int64(len(content))
		check(w.WriteHeader(&h))
		_, err := w.Write(content)
		check(err)
	}
	for _, d := range []string{"bin/", "etc/", "proc/", "run/", "run/netns/", "sys/", "tmp/"} {
		put(tar.Header{Name: d, Typeflag: tar.TypeDir, Mode: 0o755}, nil)
	}
	put(tar.Header{Name: "bin/gip", Mode: 0o755}, gip)
	put(tar.Header{Name: "bin/gip-web", Mode: 0o755}, web)
	for _, n := range b.names {
		put(tar.Header{Name: path.Join("bin", n), Typeflag: tar.TypeSymlink, Linkname: "gip", Mode: 0o777}, nil)
	}
	check(w.Close())
	return buf.Bytes()
}

func (b *builder) image(arch, binary string) v1.Image {
	gip, err := os.ReadFile(binary)
	check(err)
	web, err := os.ReadFile(binary + "-web")
	check(err)
	content := b.layer(gip, web)
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil },
		tarball.WithMediaType(types.OCILayer))
	check(err)
	img := mutate.MediaType(mutate.ConfigMediaType(empty.Image, types.OCIConfigJSON), types.OCIManifestSchema1)
	img, err = mutate.Append(img, mutate.Addendum{Layer: layer, History: v1.History{CreatedBy: "gip", Created: v1.Time{Time: b.time}}})
	check(err)
	config, err := img.ConfigFile()
	check(err)
	config = config.DeepCopy()
	config.Architecture, config.OS, config.Created = arch, "linux", v1.Time{Time: b.time}
	config.Config = v1.Config{Entrypoint: []string{"/bin/ip"}, Env: []string{"PATH=/bin"}, Labels: map[string]string{
		"org.opencontainers.image.title": "gip", "org.opencontainers.image.version": b.version,
		"org.opencontainers.image.licenses": "Apache-2.0"}}
	img, err = mutate.ConfigFile(img, config)
	check(err)
	return img
}
