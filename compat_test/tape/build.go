package tape

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Folder is where the tapes lie, below the module's root.
const Folder = "compat_test/testdata/tapes"

// cache is a folder of the user's, where overlays are the same for each build.
func cache() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir = filepath.Join(dir, "gip", "tape")
	return dir, os.MkdirAll(dir, 0o755)
}

// Build makes the gip that records, in the module whose root is given.
func Build(root, out string) error {
	dir, err := cache()
	if err != nil {
		return err
	}
	overlay, err := recorder(dir, root)
	if err != nil {
		return err
	}
	return build(root, overlay, "build", "-trimpath", "-o", out, "./cmd/gip")
}

// BuildPlayer makes the test program that plays tapes.
func BuildPlayer(root, out string) error {
	dir, err := cache()
	if err != nil {
		return err
	}
	overlay, err := player(dir)
	if err != nil {
		return err
	}
	return build(root, overlay, "test", "-c", "-o", out, "./cmd/gip")
}

func build(root, overlay, verb string, args ...string) error {
	cmd := exec.Command("go", append([]string{verb, "-tags", Tag, "-overlay", overlay}, args...)...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go %s with package tape's overlay: %w\n%s", verb, err, text)
	}
	return nil
}
