"use strict";
// The page is whole without this script. It adds: folding, filtering, sorting, a theme, and a panel that shows one resource.
// Text of the plan is only ever written as text (textContent), never as HTML.
const report = JSON.parse(document.getElementById("data").textContent);
const { resources } = report;
const find = (id) => document.getElementById(id);
const all = (selector) => document.querySelectorAll(selector);

function make(name, properties = {}, ...content) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...content.filter((part) => part !== null && part !== undefined));
  return element;
}

// Theme. Storage fails where a browser gives files none; then the choice lasts as long as the page.
const remember = (action) => { try { return action(localStorage); } catch { return null; } };
const kept = remember((storage) => storage.getItem("gpuplatform-theme"));
if (kept === "light" || kept === "dark") document.documentElement.dataset.theme = kept;
find("theme").addEventListener("click", () => {
  const root = document.documentElement;
  const now = root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  root.dataset.theme = now === "dark" ? "light" : "dark";
  remember((storage) => storage.setItem("gpuplatform-theme", root.dataset.theme));
});

// Folding: all open without a script, components closed with it.
const fold = (button, open) => {
  button.setAttribute("aria-expanded", String(open));
  find(button.getAttribute("aria-controls")).hidden = !open;
};
for (const button of all(".fold")) {
  fold(button, false);
  button.addEventListener("click", () => fold(button, button.getAttribute("aria-expanded") !== "true"));
}
find("resources").querySelector(".folding").hidden = false;
for (const button of all("[data-fold]")) {
  button.addEventListener("click", () => { for (const one of all(".fold")) fold(one, button.dataset.fold === "true"); });
}
function unfold(row) {
  for (let item = row?.parentElement?.closest("li"); item; item = item.parentElement.closest("li")) {
    fold(item.querySelector(":scope > .row > .fold"), true);
  }
}

// Who needs a resource, and what are its parts: the reverse of what is recorded.
resources.forEach((resource, number) => Object.assign(resource, { number, needed: [], parts: [] }));
for (const resource of resources) {
  for (const [other] of resource.waits || []) resources[other].needed.push(resource.number);
  if (resource.parent !== undefined) resources[resource.parent].parts.push(resource.number);
}

// The panel.
const link = (number) => make("a", { href: `#r${number}`, textContent: resources[number].name });
const titled = (title, ...content) => [make("h3", { textContent: title }), ...content];
const seconds = (s) => `${Math.floor(Math.round(s) / 60)}:${String(Math.round(s) % 60).padStart(2, "0")}`;
const dollars = (n) => n.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

function listed(title, numbers, note = () => "") {
  if (!numbers.length) return [];
  const item = (n) => make("li", {}, link(n), " ", make("small", { textContent: note(n) || resources[n].kind }));
  const list = make("ul", {}, ...numbers.slice(0, 12).map(item));
  if (numbers.length <= 12) return titled(`${title} (${numbers.length})`, list);
  const more = make("button", { type: "button", className: "more", textContent: `Show ${numbers.length - 12} more` });
  more.addEventListener("click", () => { list.append(...numbers.slice(12).map(item)); more.remove(); });
  return titled(`${title} (${numbers.length})`, list, more);
}

// Policies and configurations travel as text that is JSON; they are read better as what they are.
const opened = (_, value) => {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try { return JSON.parse(value); } catch { return value; }
};
function code(value) {
  const block = make("pre", { tabIndex: 0 });
  const text = JSON.stringify(value, opened, 2);
  const token = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;
  let end = 0;
  for (const found of text.matchAll(token)) {
    block.append(text.slice(end, found.index));
    const kind = found[2] ? "key" : found[1] ? "string" : "word";
    block.append(make("span", { className: kind, textContent: found[1] || found[0] }), found[2] || "");
    end = found.index + found[0].length;
  }
  block.append(text.slice(end));
  return block;
}

function describe(resource) {
  const facts = make("dl");
  const fact = (word, ...content) => facts.append(make("dt", { textContent: word }), make("dd", {}, ...content));
  const line = (text) => make("code", { textContent: text });
  if (resource.source) fact("made at", line(resource.source));
  if (resource.wired) fact("wired at", line(resource.wired));
  fact("layer", resource.layer);
  if (resource.parent !== undefined) fact("part of", link(resource.parent));
  if (resource.provider) fact("provider", resource.provider);
  if (resource.time && resource.time[1] > resource.time[0]) {
    const path = resource.critical ? ", on the critical path" : "";
    fact("time", `from ${seconds(resource.time[0])} to ${seconds(resource.time[1])}${resource.estimated ? ", estimated" : ""}${path}`);
  }
  for (const [key, value] of Object.entries(resource.options || {})) {
    fact(key.replaceAll("_", " "), value === true ? "yes" : line(typeof value === "string" ? value : JSON.stringify(value)));
  }
  fact("URN", line(resource.urn));
  const faults = (resource.findings || []).map((f) =>
    make("li", {}, make("strong", { textContent: `${f.severity} ${f.rule}: ` }), f.message, f.file ? make("small", { textContent: ` ${f.file}:${f.line}` }) : null));
  const costs = (resource.bill || []).map((l) =>
    make("li", {}, `${l.what}: ${dollars(l.expected_monthly)} $ a month expected, ${dollars(l.idle_monthly)} idle, ${dollars(l.asleep_monthly)} asleep, at most ${dollars(l.maximum_hourly)} $ an hour `,
      make("small", { textContent: `${l.unit_price} $ ${/^[aeio8]|^hour/.test(l.unit) ? "an" : "a"} ${l.unit}, ${l.as_of}: ${l.source}` })));
  const unpriced = (resource.unpriced || []).map((why) => make("li", { textContent: `not priced: ${why}` }));
  const waits = Object.fromEntries(resource.waits || []);
  return [
    make("h2", { id: "detail-name", tabIndex: -1, textContent: resource.name }),
    make("p", { className: "muted", textContent: resource.type }),
    facts,
    ...(faults.length ? titled("Findings", make("ul", {}, ...faults)) : []),
    ...(costs.length || unpriced.length ? titled("Cost", make("ul", {}, ...costs, ...unpriced)) : []),
    ...listed("Waits for", Object.keys(waits).map(Number), (n) => waits[n].join(", ")),
    ...listed("Needed by", resource.needed),
    ...listed("Parts", resource.parts),
    ...(resource.component ? [] : titled("Inputs", code(resource.inputs || {}))),
  ];
}

let opener = null;
function show(number, focus) {
  const resource = resources[number];
  for (const element of all(".chosen")) element.classList.remove("chosen");
  find("detail").hidden = !resource;
  document.dispatchEvent(new CustomEvent("chosen", { detail: resource }));
  if (!resource) return;
  for (const element of all(`[data-row="${number}"]`)) element.classList.add("chosen");
  unfold(find(`r${number}`));
  find("detail-body").replaceChildren(...describe(resource));
  find("detail").scrollTop = 0;
  if (focus) find("detail-name").focus({ preventScroll: true });
}
const chosen = () => /^#r(\d+)$/.exec(location.hash)?.[1];
function close() {
  history.pushState(null, "", "#");
  show(undefined);
  if (opener?.isConnected) opener.focus({ preventScroll: true });
}
document.addEventListener("click", (event) => {
  const anchor = event.target.closest?.('a[href^="#r"]');
  if (!anchor || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const to = anchor.getAttribute("href");
  if (!/^#r\d+$/.test(to)) return;
  event.preventDefault(); // beside the page, not down to the row in the list
  if (!find("detail").contains(anchor)) opener = anchor;
  history.pushState(null, "", to);
  show(chosen(), true);
});
addEventListener("popstate", () => show(chosen()));
find("close").addEventListener("click", close);

// Finding: one field for the list, the timeline, the bill and the picture.
const words = resources.map((r) => [r.name, r.type, r.kind, r.layer, r.source, r.wired, r.said].join(" ").toLowerCase());
let matching = [];
function filter() {
  const wanted = find("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const hits = new Set(resources.flatMap((_, n) => (wanted.every((word) => words[n].includes(word)) ? [n] : [])));
  matching = wanted.length ? [...hits] : [];
  document.body.classList.toggle("searching", wanted.length > 0);
  for (const row of all("tr[data-row]")) row.hidden = !hits.has(Number(row.dataset.row));
  const shown = new Set();
  for (const n of hits) for (let at = n; at !== undefined; at = resources[at].parent) shown.add(at);
  for (const row of all("li[data-row]")) row.hidden = !shown.has(Number(row.dataset.row));
  for (const n of wanted.length ? hits : []) unfold(find(`r${n}`));
  const boxes = new Set([...hits].map((n) => resources[n].box));
  for (const box of all(".box")) box.classList.toggle("hit", wanted.length > 0 && boxes.has(Number(box.dataset.box)));
  find("matches").value = wanted.length ? `${hits.size} of ${resources.length}` : "";
}
find("search").addEventListener("input", filter);
find("search-form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (matching.length) { opener = find("search"); history.pushState(null, "", `#r${matching[0]}`); show(matching[0], true); }
});

// Sorting a table by a column: figures as figures, words as words.
for (const button of all(".sort")) {
  button.addEventListener("click", () => {
    const head = button.closest("th");
    const falling = head.getAttribute("aria-sort") === (head.classList.contains("number") ? "descending" : "ascending");
    const down = head.classList.contains("number") ? !falling : falling;
    for (const other of head.parentElement.children) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const value = (row) => row.cells[head.cellIndex].dataset.value ?? row.cells[head.cellIndex].textContent;
    const body = head.closest("table").tBodies[0];
    const order = (a, b) => (head.classList.contains("number") ? value(a) - value(b) : value(a).localeCompare(value(b)));
    body.append(...[...body.rows].sort((a, b) => (down ? order(b, a) : order(a, b))));
  });
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches?.("input");
  if (event.key === "/" && !typing) { event.preventDefault(); find("search").focus(); }
  if (event.key === "Escape" && !typing && !find("detail").hidden) close();
});
