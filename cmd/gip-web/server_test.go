package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"gip/internal/page"
	"gip/topo"
)

// A fakeSource tells what it is asked.
type fakeSource struct{}

func (fakeSource) watch(context.Context, func(*topo.Graph)) error { return nil }
func (fakeSource) detail(key string) string {
	return page.DetailsJSON([]page.Detail{{Title: "of", Text: key}})
}

func network(mtu int) *topo.Graph {
	return &topo.Graph{Version: topo.Version, Namespaces: []*topo.Namespace{{Name: "a", Links: []*topo.Link{
		{Name: "eth0", Up: true, State: "UP", MTU: mtu, Addresses: []topo.Address{{Address: "10.0.0.1/24", Scope: "global"}}}}}}}
}

// start serves a network and returns the server and its address.
func start(t *testing.T) (*server, string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	s := newServer(l.Addr().String())
	s.show(network(1500))
	go s.serve(l, fakeSource{})
	return s, "http://" + l.Addr().String()
}

func TestGuard(t *testing.T) {
	s, base := start(t)
	_, port, _ := strings.Cut(strings.TrimPrefix(base, "http://"), ":")
	for _, test := range []struct {
		method, path, host string
		status             int
		part               string
	}{
		{"GET", "/?token=" + s.token, "", 200, "<svg"},
		{"GET", "/topo.svg?token=" + s.token, "localhost:" + port, 200, "10.0.0.1/24"},
		{"GET", "/topo.json?token=" + s.token, "", 200, `"version": 1`},
		{"GET", "/detail?of=a%0aeth0&token=" + s.token, "", 200, `[["of","a\neth0"]]`},
		{"GET", "/other?token=" + s.token, "", 404, ""},
		{"GET", "/", "", 403, "token"},
		{"GET", "/?token=" + s.token + "0", "", 403, "token"},
		{"GET", "/topo.json?token=", "", 403, "token"},
		{"GET", "/events", "", 403, "token"},
		{"GET", "/?token=" + s.token, "evil.example:" + port, 403, "name"},
		{"GET", "/?token=" + s.token, "localhost", 403, "name"},
		{"GET", "/?token=" + s.token, "127.0.0.1:1", 403, "name"},
		{"POST", "/?token=" + s.token, "", 405, ""},
		{"HEAD", "/?token=" + s.token, "", 405, ""},
		{"DELETE", "/topo.json?token=" + s.token, "", 405, ""},
	} {
		r, err := http.NewRequest(test.method, base+test.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = test.host
		a, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(a.Body)
		a.Body.Close()
		if a.StatusCode != test.status || !strings.Contains(string(body), test.part) {
			t.Errorf("%s %s of %q: %d, %.80s", test.method, test.path, test.host, a.StatusCode, body)
		}
	}
}

// listen reads the events of a page until one has the text.
func listen(base, token, text string) error {
	a, err := http.Get(base + "/events?token=" + token)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	for lines := bufio.NewReader(a.Body); ; {
		line, err := lines.ReadString('\n')
		if err != nil {
			return fmt.Errorf("events ended: %w", err)
		}
		if strings.Contains(line, text) {
			return nil
		}
	}
}

// TestPages holds that two hundred pages all get to the last of a thousand changes, also
// while some read nothing, that the memory stays what it was, and no page is left behind.
func TestPages(t *testing.T) {
	s, base := start(t)
	before := runtime.NumGoroutine()
	var stalled []net.Conn
	for range 5 { // ask, and never read
		c, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(c, "GET /events?token=%s HTTP/1.1\r\nHost: %s\r\n\r\n", s.token, strings.TrimPrefix(base, "http://"))
		stalled = append(stalled, c)
	}
	var pages sync.WaitGroup
	errs := make(chan error, 200)
	for range cap(errs) {
		pages.Go(func() { errs <- listen(base, s.token, "mtu 3000") })
	}
	const changes = 1000
	begun := time.Now()
	for i := range changes {
		s.show(network(2001 + i))
		time.Sleep(time.Millisecond)
	}
	pages.Wait()
	took := time.Since(begun)
	for range cap(errs) {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	t.Logf("%d changes to %d pages in %v, %d KiB in use", changes, cap(errs), took, m.HeapInuse>>10)
	if m.HeapInuse > 64<<20 {
		t.Errorf("%d KiB in use", m.HeapInuse>>10)
	}
	for _, c := range stalled {
		c.Close()
	}
	http.DefaultClient.CloseIdleConnections()
	for begun := time.Now(); runtime.NumGoroutine() > before+5; time.Sleep(20 * time.Millisecond) {
		s.show(network(int(time.Since(begun) / time.Millisecond)))
		if time.Since(begun) > 10*time.Second {
			t.Fatalf("%d goroutines are left, of %d before", runtime.NumGoroutine(), before)
		}
	}
}
