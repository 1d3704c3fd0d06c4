"use strict";
const $ = id => document.getElementById(id);
const view = $("view"), detail = $("detail"), search = $("search");
const texts = JSON.parse($("texts").textContent); // of a page without a server
const live = document.body.dataset.live === "1";
let x = 0, y = 0, scale = 1, chosen = null, hits = [], hit = -1;

// again places the picture anew in a window of another size; null once it was moved.
let again = null;

const svg = () => view.querySelector("svg");
const place = () => { svg().style.transform = `translate(${x}px,${y}px) scale(${scale})`; };
const size = () => ({ w: +svg().getAttribute("width"), h: +svg().getAttribute("height") });

// fit shows all of the picture, but no larger than it is.
function fit() {
  const s = size(), v = view.getBoundingClientRect();
  scale = Math.min(1, v.width / s.w, v.height / s.h);
  x = (v.width - s.w * scale) / 2;
  y = (v.height - s.h * scale) / 2;
  place();
  again = fit;
}

// begin shows all of it, or where all would be too small to read, the namespace with the
// most lines.
function begin() {
  fit();
  if (scale < 0.5) {
    zoom(0.75 / scale);
    const ends = {};
    for (const l of view.querySelectorAll(".line"))
      for (const k of [l.dataset.a, l.dataset.b]) { const n = k.split("\n")[0]; ends[n] = (ends[n] || 0) + 1; }
    const most = [...view.querySelectorAll("g.ns")].reduce((a, b) => (ends[b.dataset.ns] || 0) > (ends[a.dataset.ns] || 0) ? b : a);
    show(most);
  }
  again = begin;
}

// zoom makes the picture larger around a point that stays where it is.
function zoom(factor, px = view.clientWidth / 2, py = view.clientHeight / 2) {
  const to = Math.min(8, Math.max(0.02, scale * factor));
  x = px - (px - x) * to / scale;
  y = py - (py - y) * to / scale;
  scale = to;
  again = null;
  place();
}

function pan(dx, dy) { x += dx; y += dy; again = null; place(); }

// show moves a part of the picture into the middle.
function show(part) {
  const r = part.getBoundingClientRect(), v = view.getBoundingClientRect();
  pan(v.left + Math.max(8, (v.width - r.width) / 2) - r.left, v.top + Math.max(8, (v.height - r.height) / 2) - r.top);
}

// reveal moves a part of the picture into view, if it is not.
function reveal(part) {
  const r = part.getBoundingClientRect(), v = view.getBoundingClientRect();
  if (r.left < v.left || r.right > v.right || r.top < v.top || r.bottom > v.bottom) show(part);
}

// Pointers that are down, by id: one pans, two zoom.
const down = new Map();
let moved = 0;
view.addEventListener("pointerdown", e => { down.set(e.pointerId, e); moved = 0; });
view.addEventListener("pointermove", e => {
  const old = down.get(e.pointerId);
  if (!old) return;
  moved += Math.abs(e.clientX - old.clientX) + Math.abs(e.clientY - old.clientY);
  if (moved > 4 && !view.hasPointerCapture(e.pointerId)) { view.setPointerCapture(e.pointerId); view.classList.add("drag"); }
  if (down.size === 1) pan(e.clientX - old.clientX, e.clientY - old.clientY);
  if (down.size === 2) {
    const other = [...down.values()].find(p => p.pointerId !== e.pointerId);
    const far = p => Math.hypot(p.clientX - other.clientX, p.clientY - other.clientY);
    const v = view.getBoundingClientRect();
    zoom(far(e) / Math.max(1, far(old)), (e.clientX + other.clientX) / 2 - v.left, (e.clientY + other.clientY) / 2 - v.top);
  }
  down.set(e.pointerId, e);
});
for (const end of ["pointerup", "pointercancel"]) view.addEventListener(end, e => { down.delete(e.pointerId); view.classList.remove("drag"); });
view.addEventListener("wheel", e => {
  e.preventDefault();
  const v = view.getBoundingClientRect();
  zoom(Math.exp(-e.deltaY / 400), e.clientX - v.left, e.clientY - v.top);
}, { passive: false });

// A thing that can be chosen is a namespace, or a link in it.
function chosenKey(target) {
  const ns = target.closest("g.ns");
  if (!ns) return null;
  const row = target.closest("g.row");
  return row && row.dataset.link !== undefined ? ns.dataset.ns + "\n" + row.dataset.link : ns.dataset.ns;
}

view.addEventListener("click", e => {
  if (moved > 4) return;
  const key = chosenKey(e.target);
  if (key === null) close(); else choose(key).then(() => { const row = view.querySelector(".row.chosen"); if (row) reveal(row); });
});

function mark() {
  for (const e of view.querySelectorAll(".chosen")) e.classList.remove("chosen");
  if (chosen === null) return;
  for (const ns of view.querySelectorAll("g.ns")) {
    for (const row of ns.querySelectorAll("g.row")) {
      const key = row.dataset.link !== undefined ? ns.dataset.ns + "\n" + row.dataset.link : row.classList.contains("head") ? ns.dataset.ns : null;
      if (key === chosen) row.classList.add("chosen");
    }
  }
  for (const line of view.querySelectorAll(".line")) {
    const at = k => k === chosen || k.startsWith(chosen + "\n");
    if (at(line.dataset.a) || at(line.dataset.b)) line.classList.add("chosen");
  }
}

function section(title, text) {
  if (!text) return;
  const h = document.createElement("h3"), pre = document.createElement("pre");
  h.textContent = title;
  pre.textContent = text;
  detail.append(h, pre);
}

async function choose(key) {
  chosen = key;
  mark();
  let t = texts[key];
  if (live) {
    const q = new URLSearchParams(location.search);
    q.set("of", key);
    try { t = await (await fetch("detail?" + q)).json(); } catch { t = null; }
    if (chosen !== key) return;
  }
  while (detail.lastChild && detail.lastChild.id !== "close") detail.lastChild.remove();
  const h = document.createElement("h2");
  h.textContent = key.replace("\n", ":");
  detail.append(h);
  for (const [title, text] of t || [["", "Nothing is known of it."]]) section(title, text);
  detail.hidden = false;
  document.body.classList.add("open");
}

function close() { chosen = null; detail.hidden = true; document.body.classList.remove("open"); mark(); }
$("close").addEventListener("click", close);

// find marks the rows that a word stands in, of all that is known of them.
function find() {
  const word = search.value.trim().toLowerCase();
  hits = [];
  hit = -1;
  for (const row of view.querySelectorAll("g.row")) {
    const found = word !== "" && row.textContent.toLowerCase().includes(word);
    row.classList.toggle("hit", found);
    if (found) hits.push(row);
  }
  $("count").textContent = word === "" ? "" : hits.length + " found";
}

function next(step) {
  if (hits.length === 0) return;
  hit = (hit + step + hits.length) % hits.length;
  const row = hits[hit];
  choose(chosenKey(row)).then(() => reveal(row));
}

search.addEventListener("input", find);
search.addEventListener("keydown", e => {
  if (e.key === "Enter") { next(e.shiftKey ? -1 : 1); e.preventDefault(); }
  if (e.key === "Escape") { search.value = ""; find(); view.focus(); }
  e.stopPropagation();
});

const keys = {
  "+": () => zoom(1.25), "=": () => zoom(1.25), "-": () => zoom(0.8), "0": fit, "1": () => zoom(1 / scale),
  ArrowLeft: () => pan(60, 0), ArrowRight: () => pan(-60, 0), ArrowUp: () => pan(0, 60), ArrowDown: () => pan(0, -60),
  "/": () => search.focus(), n: () => next(1), N: () => next(-1), Escape: close,
};
document.addEventListener("keydown", e => {
  if (e.ctrlKey || e.metaKey || e.altKey || !keys[e.key]) return;
  e.preventDefault();
  keys[e.key]();
});
for (const b of document.querySelectorAll("button[data-key]")) b.addEventListener("click", () => keys[b.dataset.key]());

// A live page gets a new picture with each change. The reader's place in it stays.
if (live) {
  const events = new EventSource("events" + location.search);
  events.onmessage = e => {
    const parsed = new DOMParser().parseFromString(JSON.parse(e.data), "image/svg+xml").documentElement;
    svg().replaceWith(document.importNode(parsed, true));
    place();
    find();
    mark();
    if (chosen !== null) choose(chosen);
    $("state").textContent = "live";
  };
  events.onerror = () => { $("state").textContent = "not connected"; };
}
begin();
addEventListener("resize", () => {
  const how = again;
  if (how) how();
  const row = view.querySelector(".row.chosen");
  if (row) reveal(row);
  again = how;
});
