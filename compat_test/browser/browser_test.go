// Package browser opens the pages of gip topo and gip-web in Debian's chromium.
package browser

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdpruntime "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

var shots = flag.String("shots", "", "a folder to write screenshots to")

const insideVariable = "GIP_BROWSER_INSIDE"

// The tests run in namespaces of their own, which end with them.
func TestMain(m *testing.M) {
	flag.Parse()
	switch {
	case without() != "":
		os.Exit(m.Run()) // which skips
	case os.Getenv(insideVariable) == "":
		os.Exit(outside())
	}
	for _, f := range [][3]string{{"proc", "/proc", "proc"}, {"run", "/run", "tmpfs"}, {"sys", "/sys", "sysfs"}} {
		if err := syscall.Mount(f[0], f[1], f[2], 0, ""); err != nil {
			fmt.Println("mount of", f[1], err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// without says why the tests cannot be done here; "" if they can.
func without() string {
	if os.Getuid() != 0 {
		return "makes namespaces: needs root"
	}
	if _, err := exec.LookPath("chromium"); err != nil {
		return "chromium is not there, and compat_test/browser/setup cannot install it"
	}
	return ""
}

func outside() int {
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Env = append(os.Environ(), insideVariable+"=1")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL,
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWNET | syscall.CLONE_NEWPID | syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC}
	if err := cmd.Run(); err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}

// A bench has the programs and a network.
type bench struct {
	t   *testing.T
	dir string
}

// network is the bridge tutorial of package topo.
func newBench(t *testing.T) *bench {
	runtime.LockOSThread()
	b := &bench{t, t.TempDir()}
	for _, program := range []string{"gip", "gip-web"} {
		cmd := exec.Command("go", "build", "-o", filepath.Join(b.dir, program), "./cmd/"+program)
		cmd.Dir = "../.."
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	b.sh(`for n in ip bridge sysctl; do ln -s gip $n; done; ip link set lo up`)
	text, err := os.ReadFile("../../topo/testdata/bridge.txtar")
	if err != nil {
		t.Fatal(err)
	}
	script, _, _ := strings.Cut(string(text), "\n-- ")
	b.sh(script)
	return b
}

func (b *bench) command(script string) *exec.Cmd {
	cmd := exec.Command("sh", "-ec", script)
	cmd.Dir = b.dir
	cmd.Env = []string{"PATH=" + b.dir + ":" + os.Getenv("PATH"), "HOME=" + b.dir}
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd
}

func (b *bench) sh(script string) string {
	b.t.Helper()
	out, err := b.command(script).CombinedOutput()
	if err != nil {
		b.t.Fatalf("%s: %v: %s", script, err, out)
	}
	return string(out)
}

// web starts gip-web and returns its address and process.
func (b *bench) web(args string) (address string, p *os.Process) {
	b.t.Helper()
	cmd := b.command("exec gip-web " + args)
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.t.Fatal("gip-web says nothing: ", err)
	}
	return strings.TrimSpace(line), cmd.Process
}

// A page is one in the browser, with all that went wrong in it.
type page struct {
	context.Context
	t     *testing.T
	mu    sync.Mutex
	fault []string
	asked int // requests to its own host
}

// open opens a page in a browser of its own. It may ask its own host only.
func open(t *testing.T, url string) *page {
	t.Helper()
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath("chromium"), chromedp.NoSandbox, chromedp.WindowSize(1280, 800))
	allocator, stop := chromedp.NewExecAllocator(t.Context(), opts...)
	t.Cleanup(stop)
	// Chromium's newer events have words that the driver does not know: no fault of the page.
	ctx, cancel := chromedp.NewContext(allocator, chromedp.WithErrorf(t.Logf))
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	p := &page{Context: ctx, t: t}
	ours, _, _ := strings.Cut(url, "?")
	chromedp.ListenTarget(ctx, func(event any) {
		p.mu.Lock()
		defer p.mu.Unlock()
		switch e := event.(type) {
		case *cdpruntime.EventExceptionThrown:
			p.fault = append(p.fault, e.ExceptionDetails.Error())
		case *cdpruntime.EventConsoleAPICalled:
			p.fault = append(p.fault, fmt.Sprint("console: ", e.Type))
		case *log.EventEntryAdded:
			p.fault = append(p.fault, e.Entry.Text)
		case *network.EventRequestWillBeSent:
			switch {
			case strings.HasPrefix(e.Request.URL, ours):
				p.asked++
			case !strings.HasPrefix(e.Request.URL, "data:"):
				p.fault = append(p.fault, "a request to "+e.Request.URL)
			}
		}
	})
	p.do(network.Enable(), log.Enable(), chromedp.Navigate(url), chromedp.WaitVisible("#view svg", chromedp.ByQuery))
	return p
}

func (p *page) do(actions ...chromedp.Action) {
	p.t.Helper()
	if err := chromedp.Run(p, actions...); err != nil {
		p.t.Fatal(err)
	}
}

func (p *page) eval(js string) (s string) {
	p.t.Helper()
	p.do(chromedp.Evaluate("String("+js+")", &s))
	return s
}

// until waits for what a page comes to, and returns how long that took.
func (p *page) until(js, want string) time.Duration {
	p.t.Helper()
	begun := time.Now()
	for {
		got := p.eval(js)
		if got == want {
			return time.Since(begun)
		}
		if time.Since(begun) > 10*time.Second {
			p.t.Fatalf("%s is %s, not %s", js, got, want)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func (p *page) clean() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.asked == 0 {
		p.t.Error("no request was noticed, not even that for the page")
	}
	for _, f := range p.fault {
		p.t.Error("in the page: ", f)
	}
}

// shoot takes screenshots, light and dark, wide and narrow.
func (p *page) shoot(name string) {
	if *shots == "" {
		return
	}
	if err := os.MkdirAll(*shots, 0o755); err != nil {
		p.t.Fatal(err)
	}
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{1280, 390} {
			var png []byte
			p.do(emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}),
				emulation.SetDeviceMetricsOverride(width, 800, 1, false), chromedp.Sleep(300*time.Millisecond), chromedp.CaptureScreenshot(&png))
			path := filepath.Join(*shots, fmt.Sprintf("%s-%s-%d.png", name, scheme, width))
			if err := os.WriteFile(path, png, 0o644); err != nil {
				p.t.Fatal(err)
			}
		}
	}
	p.do(chromedp.Click("#close", chromedp.ByQuery), emulation.SetDeviceMetricsOverride(1280, 800, 1, false), chromedp.Reload(),
		chromedp.WaitVisible("#view svg", chromedp.ByQuery), chromedp.Sleep(300*time.Millisecond))
	for _, width := range []int64{1280, 390} {
		var png []byte
		p.do(emulation.SetDeviceMetricsOverride(width, 800, 1, false), chromedp.Sleep(300*time.Millisecond), chromedp.CaptureScreenshot(&png))
		path := filepath.Join(*shots, fmt.Sprintf("%s-whole-%d.png", name, width))
		if err := os.WriteFile(path, png, 0o644); err != nil {
			p.t.Fatal(err)
		}
	}
	p.do(emulation.ClearDeviceMetricsOverride())
}

// inView tells that a whole namespace can be seen.
const inView = `(() => {
	const v = document.querySelector('#view').getBoundingClientRect();
	return [...document.querySelectorAll('g.ns')].some(n => {
		const r = n.querySelector('rect.box').getBoundingClientRect();
		return r.left >= v.left && r.right <= v.right && r.top >= v.top && r.bottom <= v.bottom;
	});
})()`

const (
	boxes     = "document.querySelectorAll('g.ns').length"
	transform = "document.querySelector('#view svg').style.transform"
	panel     = "document.querySelector('#detail').innerText"
)

// try does with a page what a reader does.
func (p *page) try() {
	p.t.Helper()
	p.until(boxes, "5")
	before := p.eval(transform)
	p.do(chromedp.KeyEvent("+"))
	p.until(transform+"!=="+strconv.Quote(before), "true")
	before = p.eval(transform)
	p.do(chromedp.KeyEvent("\u0302")) // the arrow to the left
	p.until(transform+"!=="+strconv.Quote(before), "true")
	p.do(chromedp.KeyEvent("0"), chromedp.KeyEvent("/"))
	p.until("document.activeElement.id", "search")
	// The tool's key is a letter as well, which a real one that is taken is not.
	p.eval("document.querySelector('#search').value = ''")
	p.do(chromedp.SendKeys("#search", "10.0.100.254", chromedp.ByQuery))
	p.until("document.querySelectorAll('.hit').length", "2") // gw's link, and the client's route
	p.do(chromedp.SendKeys("#search", "\r", chromedp.ByQuery))
	p.until("!document.querySelector('#detail').hidden", "true")
	p.do(chromedp.SendKeys("#search", "\u001b", chromedp.ByQuery))
	p.do(chromedp.Click(`g.ns[data-ns="client"] g.row[data-link="eth0"]`, chromedp.ByQuery))
	p.until(panel+".includes('inet 10.0.100.1/24') && "+panel+".includes('RX:')", "true")
	p.do(chromedp.Click(`g.ns[data-ns="client"] g.head`, chromedp.ByQuery))
	p.until(panel+".includes('default via 10.0.100.254')", "true")
}

func TestPages(t *testing.T) {
	if why := without(); why != "" {
		t.Skip(why)
	}
	b := newBench(t)
	for _, test := range []struct {
		name string
		run  func(*bench)
	}{{"file", file}, {"resized", resizes}, {"live", live}} {
		t.Run(test.name, func(t *testing.T) { test.run(&bench{t, b.dir}) })
	}
}

// file opens the page that gip topo -o html writes.
func file(b *bench) {
	b.sh("gip topo -o html > page.html 2>/dev/null")
	p := open(b.t, "file://"+filepath.Join(b.dir, "page.html"))
	p.do(emulation.SetDeviceMetricsOverride(390, 800, 1, false), chromedp.Reload(), chromedp.WaitVisible("#view svg", chromedp.ByQuery))
	p.until(inView, "true")
	p.do(emulation.SetDeviceMetricsOverride(1280, 800, 1, false), chromedp.Reload(), chromedp.WaitVisible("#view svg", chromedp.ByQuery))
	p.try()
	p.shoot("file")
	p.clean()
}

// shows is how a page shows its picture: the largest scale at which all of it is in view,
// and whether that is so, in the middle.
const shows = `(() => {
	const v = document.querySelector('#view').getBoundingClientRect(), s = document.querySelector('#view svg'), r = s.getBoundingClientRect();
	const best = Math.min(1, v.width / s.getAttribute('width'), v.height / s.getAttribute('height'));
	const near = (a, b) => Math.abs(a - b) < 1;
	const fits = near(r.width, s.getAttribute('width') * best) && near(r.left + r.right, v.left + v.right) && near(r.top + r.bottom, v.top + v.bottom);
	return best.toFixed(3) + ' ' + fits;
})()`

// resize makes the window another one and waits until the page knows.
func (p *page) resize(width, height int64) {
	p.t.Helper()
	p.do(emulation.SetDeviceMetricsOverride(width, height, 1, false))
	p.until("innerWidth+' '+innerHeight", fmt.Sprint(width, " ", height))
	p.do(chromedp.Sleep(100 * time.Millisecond))
}

// resizes gives a page windows of other sizes: a picture that nobody has moved is fitted
// into each, or where that would be too small to read begins with what is connected best;
// one that was moved stays where it is, until all of it is asked for, which then is seen in
// each window; what was chosen stays in view.
func resizes(b *bench) {
	b.sh("gip topo -o html > page.html 2>/dev/null")
	p := open(b.t, "file://"+filepath.Join(b.dir, "page.html"))
	scales := map[string]bool{}
	for _, size := range [][2]int64{{1280, 800}, {1920, 1080}, {1000, 700}, {1280, 500}, {800, 1200}} {
		p.resize(size[0], size[1])
		got := p.eval(shows)
		scale, fits, _ := strings.Cut(got, " ")
		if best, _ := strconv.ParseFloat(scale, 64); best >= 0.5 && fits != "true" {
			b.t.Errorf("at %d by %d the picture is not fitted: %s, %s", size[0], size[1], got, p.eval(transform))
		}
		scales[scale] = true
	}
	if len(scales) < 3 {
		b.t.Error("sizes that ask for no other scale: ", scales)
	}
	p.resize(390, 300)
	if got := p.eval(shows); got >= "0.5" {
		b.t.Error("the small window is not too small: ", got)
	}
	p.until(transform+".includes('scale(0.75)')", "true")
	p.until(inView, "true")

	p.resize(1280, 800)
	p.do(chromedp.KeyEvent("+"))
	before := p.eval(transform)
	p.resize(1000, 700)
	if got := p.eval(transform); got != before {
		b.t.Errorf("a picture that was moved is at %s, and was at %s", got, before)
	}
	p.do(chromedp.KeyEvent("0"))
	for _, size := range [][2]int64{{390, 300}, {1280, 800}} {
		p.resize(size[0], size[1])
		if got := p.eval(shows); !strings.HasSuffix(got, "true") {
			b.t.Errorf("all of the picture was asked for, and at %d by %d is not seen: %s, %s", size[0], size[1], got, p.eval(transform))
		}
	}
	p.do(chromedp.Click(`g.ns[data-ns="client"] g.row[data-link="eth0"]`, chromedp.ByQuery))
	p.until("!document.querySelector('#detail').hidden", "true")
	for _, size := range [][2]int64{{390, 800}, {700, 400}, {1280, 800}} {
		p.resize(size[0], size[1])
		p.until(chosenInView, "true")
	}
	p.do(chromedp.Click("#close", chromedp.ByQuery), chromedp.KeyEvent("0"))
	p.resize(900, 700)
	if got := p.eval(shows); !strings.HasSuffix(got, "true") {
		b.t.Error("the picture is not fitted where details were closed: ", got)
	}
	p.clean()
}

// chosenInView tells that the row that was chosen can be seen, in front of the details.
const chosenInView = `(() => {
	const r = document.querySelector('.row.chosen').getBoundingClientRect(), v = document.querySelector('#view').getBoundingClientRect();
	const d = document.querySelector('#detail').getBoundingClientRect();
	const behind = r.right > d.left && r.left < d.right && r.bottom > d.top && r.top < d.bottom;
	return r.left >= v.left - 1 && r.right <= v.right + 1 && r.top >= v.top - 1 && r.bottom <= v.bottom + 1 && !behind;
})()`

// live opens gip-web's page, and changes the network.
func live(b *bench) {
	t := b.t
	url, _ := b.web("")
	p := open(t, url)
	p.try()
	place := `document.querySelector('g.ns[data-ns="gw"] rect.box').getAttribute('x')`
	at := p.eval(place)
	begun := time.Now()
	b.sh("ip -n client link del vx7")
	p.until(`document.querySelector('g.ns[data-ns="client"] g.row[data-link="vx7"]') === null`, "true")
	t.Log("a link that was deleted is gone from the page after ", time.Since(begun))
	b.sh("ip netns add fresh; ip link add f0 type veth peer name f1 netns fresh; ip link set f0 up; ip -n fresh link set f1 up")
	p.until(boxes, "6")
	if now := p.eval(place); now != at {
		t.Errorf("gw moved from %s to %s", at, now)
	}
	p.shoot("live")
	p.clean()
}
