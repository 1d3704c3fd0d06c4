package main

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"gip/internal/page"
	"gip/topo"
)

// A server has the picture of the network as it is now. Pages hold no more of it than a
// sign that there is a newer one: one that reads slowly misses pictures in between, and
// keeps nobody waiting.
type server struct {
	token  string
	port   string
	failed error

	mu       sync.Mutex
	drawer   topo.Drawer
	document []byte
	svg      string
	event    []byte // as it is sent to pages
	changed  chan struct{}
	first    chan struct{} // closed by the first picture
}

func newServer(address string) *server {
	var token [16]byte
	_, _ = rand.Read(token[:]) // which never fails
	_, port, _ := net.SplitHostPort(address)
	return &server{token: hex.EncodeToString(token[:]), port: port, changed: make(chan struct{}), first: make(chan struct{})}
}

// ready waits for the first picture; false if something ended before.
func (s *server) ready(ended <-chan error) bool {
	select {
	case <-s.first:
		return true
	case s.failed = <-ended:
		return false
	}
}

// show takes a network, and tells all pages if it looks otherwise now.
func (s *server) show(g *topo.Graph) {
	document := []byte(g.JSON())
	s.mu.Lock()
	defer s.mu.Unlock()
	s.document = document
	svg := s.drawer.SVG(g, topo.TextOptions{})
	if svg == s.svg {
		return
	}
	first := s.svg == ""
	s.svg = svg
	line, _ := json.Marshal(svg)
	s.event = fmt.Appendf(nil, "data: %s\n\n", line)
	close(s.changed)
	s.changed = make(chan struct{})
	if first {
		close(s.first)
	}
}

func (s *server) now() (svg string, document, event []byte, changed <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.svg, s.document, s.event, s.changed
}

// serve answers requests. A client that is slow to ask is not waited for.
func (s *server) serve(l net.Listener, from source) error {
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) {
		svg, _, _, _ := s.now()
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = page.Write(w, svg, nil, true)
	})
	mux.HandleFunc("/topo.svg", func(w http.ResponseWriter, _ *http.Request) {
		svg, _, _, _ := s.now()
		w.Header().Set("Content-Type", "image/svg+xml")
		_, _ = w.Write([]byte(svg))
	})
	mux.HandleFunc("/topo.json", func(w http.ResponseWriter, _ *http.Request) {
		_, document, _, _ := s.now()
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(document)
	})
	mux.HandleFunc("/detail", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(from.detail(r.URL.Query().Get("of"))))
	})
	mux.HandleFunc("/events", s.events)
	h := http.Server{Handler: s.guard(mux), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10}
	return h.Serve(l)
}

// guard refuses whoever was not given the address.
func (s *server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		switch {
		case r.Method != http.MethodGet:
			h.Set("Allow", http.MethodGet)
			http.Error(w, "this shows, and changes nothing", http.StatusMethodNotAllowed)
		case !s.ourHost(r.Host):
			http.Error(w, "not the name of this machine", http.StatusForbidden)
		case subtle.ConstantTimeCompare([]byte(r.URL.Query().Get("token")), []byte(s.token)) != 1:
			http.Error(w, "the token is missing, see what gip-web printed", http.StatusForbidden)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// ourHost tells that a request came by an address, or by the name of every machine for
// itself. Any other name is somebody else's, who may have it lead here.
func (s *server) ourHost(host string) bool {
	name, port, err := net.SplitHostPort(host)
	return err == nil && port == s.port && (name == "localhost" || net.ParseIP(name) != nil)
}

const (
	// patience is how long a page may take to take a picture.
	patience = 10 * time.Second
	// pulse is how often a page is written to, so that one that is gone is noticed.
	pulse = 15 * time.Second
)

// events sends the picture and then each new one (HTML standard, server-sent events).
func (s *server) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	for {
		_, _, event, changed := s.now()
		if !send(w, out, event) {
			return
		}
		for waiting := true; waiting; {
			select {
			case <-changed:
				waiting = false
			case <-r.Context().Done():
				return
			case <-time.After(pulse):
				if !send(w, out, []byte(":\n\n")) {
					return
				}
			}
		}
	}
}

func send(w http.ResponseWriter, out *http.ResponseController, b []byte) bool {
	_ = out.SetWriteDeadline(time.Now().Add(patience))
	_, err := w.Write(b)
	return err == nil && out.Flush() == nil
}
