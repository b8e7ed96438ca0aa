// What every live figure is made of: nodes, controls, axes, and the state that it shares with the page and the kernel.
// The only text that reaches the page from the state goes through textContent and attributes.

const SVG = "http://www.w3.org/2000/svg";
// several figures live on one page, each with a copy of this module: their ids must differ
const own = Math.random().toString(36).slice(2);
let serial = 0;
export const freshId = () => `lbl-${own}-${(serial += 1)}`;

export function put(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) node.removeAttribute(name);
    else node.setAttribute(name, value === true ? "" : value);
  }
  return node;
}

const make = (node, attributes, children) => {
  put(node, attributes ?? {});
  node.append(...children);
  return node;
};
export const h = (tag, attributes, ...children) => make(document.createElement(tag), attributes, children);
export const s = (tag, attributes, ...children) => make(document.createElementNS(SVG, tag), attributes, children);

// set text only where it changed: no layout for what stays
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

// six significant digits, a true minus sign, and powers of ten only where they are needed
export function digits(value, precision = 6) {
  if (value === 0) return "0";
  if (!Number.isFinite(value)) return value > 0 ? "infinity" : value < 0 ? "\u2212infinity" : "not a number";
  const size = Math.abs(value);
  const text = size < 1e-3 || size >= 1e6 ? size.toExponential(precision - 1).replace(/\.?0+e/, "e").replace("e+", "e") : String(Number(size.toPrecision(precision)));
  return (value < 0 ? "\u2212" : "") + text.replace("e-", "e\u2212");
}

// a sum of terms that cancel to the last digit is 0, whatever crumbs the rounding leaves
export const settled = (value, terms) => (Math.abs(value) <= 4e-16 * terms.reduce((total, term) => total + Math.abs(term), 0) ? 0 : value);

// a name with an index: net_h1 becomes net with a small h1
export function symbol(name, tag = h) {
  const [base, index] = name.split("_");
  if (tag === h) return index ? h("span", {}, base, h("sub", {}, index)) : h("span", {}, base);
  return s("tspan", {}, s("tspan", {}, base), ...(index ? [s("tspan", { dy: 3, "font-size": "75%" }, index), s("tspan", { dy: -3 }, "\u200b")] : []));
}

// words with named values in them: every name with an underscore gets its index set small
export const rich = (text, tag = h) => text.split(/([^\s()/\u2212]+_\w+)/).filter(Boolean).map((part) => (part.includes("_") ? symbol(part, tag) : tag === h ? part : s("tspan", {}, part)));

const flat = (value) => (Array.isArray(value) ? value.flatMap(flat) : [value]);
const shaped = (like, values) => (Array.isArray(like) ? like.map((part) => shaped(part, values)) : values.shift());
export const replaced = (value, path, entry) =>
  path.length === 0 ? entry : value.map((part, i) => (i === path[0] ? replaced(part, path.slice(1), entry) : part));
export const picked = (value, path) => path.reduce((part, i) => part[i], value);

// What a link says about one value, or undefined if it does not fit the value's shape and limits.
export function parsed(text, like, limits) {
  if (typeof like === "string") return limits.includes(text) ? text : undefined;
  if (typeof like === "boolean") return text === "true" ? true : text === "false" ? false : undefined;
  const values = text.split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));
  if (values.length !== flat(like).length || !values.every(Number.isFinite)) return undefined;
  return shaped(like, values.map((value) => Math.min(limits[1], Math.max(limits[0], value))));
}

const GATHER = "linebyline-positions";
const fragment = () => new URLSearchParams(location.hash.slice(1));

// The frame round a figure: its state, its controls, one sentence that says what it shows, reset and link.
export function live({ model, el }, { title, keys, adjust = (changes) => changes }) {
  const limits = model.get("limits");
  const twins = [...document.querySelectorAll(".lbl")].filter((node) => node.dataset.name === model.get("name")).length;
  const name = model.get("name") + (twins ? `-${twins + 1}` : "");
  const state = () => Object.fromEntries(keys.map((key) => [key, model.get(key)]));
  const initial = state();
  const controls = [];
  const status = h("p", { class: "lbl-say", role: "status" });
  const bar = h("div", { class: "lbl-bar" });
  const root = h("div", { class: "lbl", role: "group", "aria-label": `Live figure: ${title}`, "data-name": model.get("name"), "data-figure": name, "data-lm-suppress-shortcuts": "true" }, h("p", { class: "lbl-title" }, h("strong", {}, "Live figure"), ` ${title}`));
  let paint = () => "";
  let timer;
  let quiet = false;
  let pending = false;

  const draw = () => {
    const now = state();
    for (const sync of controls) sync(now);
    const sentence = paint(now);
    clearTimeout(timer);
    timer = setTimeout(() => write(status, sentence), 200);
  };
  const update = (changes) => {
    quiet = true;
    for (const [key, value] of Object.entries(adjust(changes, state()))) model.set(key, value);
    quiet = false;
    model.save_changes();
    draw();
  };
  const changed = () => {
    if (quiet || pending) return;
    pending = true;
    queueMicrotask(() => { pending = false; draw(); });
  };
  const fromLink = () => {
    const said = fragment();
    const changes = {};
    for (const key of keys) {
      const text = said.get(`${name}.${key}`);
      const value = text === null ? undefined : parsed(text, model.get(key), limits[key]);
      if (value !== undefined) changes[key] = value;
    }
    return changes;
  };
  const follow = () => {
    const changes = fromLink();
    if (!Object.keys(changes).length) return;
    update(changes);
    if ([...fragment().keys()][0].startsWith(`${name}.`)) root.scrollIntoView({ behavior: "instant" });
  };
  const tell = (said) => { for (const [key, value] of Object.entries(state())) said.set(`${name}.${key}`, String(flat(value))); };
  // another figure is making a link: one fragment carries every figure that was moved
  const join = ({ detail: said }) => { if (JSON.stringify(state()) !== JSON.stringify(initial)) tell(said); };
  const copy = async () => {
    const said = new URLSearchParams();
    tell(said);
    document.dispatchEvent(new CustomEvent(GATHER, { detail: said }));
    history.replaceState(history.state, "", `#${said.toString().replaceAll("%2C", ",")}`);
    let copied = true;
    try { await navigator.clipboard.writeText(location.href); } catch { copied = false; }
    write(status, copied ? "Link copied. Whoever opens it sees the figure in this position." : "The link is in the address bar. Whoever opens it sees the figure in this position.");
    clearTimeout(timer);
  };
  const button = (text, action) => {
    const node = h("button", { type: "button" }, text);
    node.addEventListener("click", action);
    return node;
  };
  bar.append(button("Reset", () => update(initial)));
  // in JupyterLab the address belongs to the workspace: there a position is written in the cell
  if (!document.querySelector(".jp-LabShell")) bar.append(button("Copy link to this position", copy));

  const start = (painter) => {
    paint = painter;
    el.append(root);
    root.append(status, bar);
    for (const key of keys) model.on(`change:${key}`, changed);
    addEventListener("hashchange", follow);
    document.addEventListener(GATHER, join);
    const linked = fromLink();
    if (Object.keys(linked).length) follow();
    else draw();
    return () => {
      removeEventListener("hashchange", follow);
      document.removeEventListener(GATHER, join);
      for (const key of keys) model.off(`change:${key}`, changed);
    };
  };
  return { root, limits, state, update, controls, start, button, add: (...nodes) => root.append(...nodes) };
}

// A number on a slider, with a box for exact values. `path` leads to one entry of an array.
export function slider(figure, { key, path = [], label, step = 0.01, digitsShown = 6, spoken = label, focus, log = false }) {
  const [low, high] = figure.limits[key];
  // a slider over powers of ten moves through the logarithm; its box keeps the number itself
  const scale = log ? Math.log10 : Number;
  const unscale = (value) => (log ? Number((10 ** value).toPrecision(3)) : value);
  const id = freshId();
  const input = h("input", { id, type: "range", min: scale(low), max: scale(high), step, "data-lm-suppress-shortcuts": "true", "data-key": [key, ...path].join(".") });
  const box = h("input", { type: "number", min: low, max: high, step: log ? "any" : step, "aria-label": `${spoken}, exact value`, "data-lm-suppress-shortcuts": "true", inputmode: "decimal" });
  const name = h("label", { for: id });
  name.append(...[label].flat());
  const move = (source) => {
    const value = source.value.trim() === "" ? NaN : Number(source.value);
    const wanted = source === input ? unscale(value) : value;
    if (!Number.isFinite(wanted) || wanted < low || wanted > high) return;
    figure.update({ [key]: replaced(figure.state()[key], path, wanted) });
  };
  input.addEventListener("input", () => move(input));
  box.addEventListener("input", () => move(box));
  box.addEventListener("change", () => sync(figure.state(), true));
  if (focus) for (const node of [input, box]) node.addEventListener("focus", focus);
  const sync = (state, always) => {
    const value = picked(state[key], path);
    if (Number(input.value) !== scale(value)) input.value = scale(value);
    const text = digits(value, digitsShown);
    if (input.getAttribute("aria-valuetext") !== text) input.setAttribute("aria-valuetext", text);
    if (always || (document.activeElement !== box && (box.value === "" || Number(box.value) !== value))) box.value = Number(value.toPrecision(digitsShown));
  };
  figure.controls.push(sync);
  return h("div", { class: "lbl-slider" }, name, input, box);
}

// One of several words.
export function choice(figure, { key, label, words }) {
  const id = freshId();
  const select = h("select", { id, "data-lm-suppress-shortcuts": "true", "data-key": key }, ...Object.entries(words).map(([value, text]) => h("option", { value }, text)));
  select.addEventListener("change", () => figure.update({ [key]: select.value }));
  figure.controls.push((state) => { if (select.value !== String(state[key])) select.value = state[key]; });
  return h("div", { class: "lbl-choice" }, h("label", { for: id }, label), select);
}

// Named numbers under a figure; each keeps its exact value in data-value.
export function readouts(entries) {
  const cells = Object.fromEntries(Object.keys(entries).map((name) => [name, h("dd", { "data-name": name })]));
  const node = h("dl", { class: "lbl-numbers" }, ...Object.entries(entries).map(([name, label]) => h("div", {}, h("dt", {}, ...[label].flat()), cells[name])));
  const show = (values) => {
    for (const [name, value] of Object.entries(values)) {
      write(cells[name], typeof value === "string" ? value : digits(value));
      cells[name].dataset.value = value;
    }
  };
  return { node, show };
}

export const points = (pairs) => pairs.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");

// Axes with a frame, ticks and labels; px and py turn data into places.
export function plot({ width = 340, height = 230, x, y, xTicks, yTicks, xLabel, yLabel, left = 42, right = 10, top = 14, bottom = 34, tick = String }) {
  const px = (value) => left + ((value - x[0]) / (x[1] - x[0])) * (width - left - right);
  const py = (value) => height - bottom - ((value - y[0]) / (y[1] - y[0])) * (height - top - bottom);
  const id = freshId();
  const minus = (value) => tick(value).replace("-", "\u2212");
  const inner = s("g", { "clip-path": `url(#${id})` });
  const node = s("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", class: "lbl-plot" },
    s("clipPath", { id }, s("rect", { x: left, y: top, width: width - left - right, height: height - top - bottom })),
    ...xTicks.map((value) => s("path", { class: "lbl-grid", d: `M${px(value)} ${top}V${height - bottom}` })),
    ...yTicks.map((value) => s("path", { class: "lbl-grid", d: `M${left} ${py(value)}H${width - right}` })),
    ...xTicks.map((value) => s("text", { x: px(value), y: height - bottom + 14, "text-anchor": "middle" }, minus(value))),
    ...yTicks.map((value) => s("text", { x: left - 6, y: py(value) + 4, "text-anchor": "end" }, minus(value))),
    s("path", { class: "lbl-axis", d: `M${left} ${top}V${height - bottom}H${width - right}` }),
    s("text", { x: (left + width - right) / 2, y: height - 5, "text-anchor": "middle" }, xLabel),
    ...(yLabel ? [s("text", { x: left + 6, y: top + 4, "text-anchor": "start" }, yLabel)] : []),
    inner);
  return { node, inner, px, py, line: (pairs) => points(pairs.map(([a, b]) => [px(a), py(b)])) };
}

export const range = (low, high, count) => Array.from({ length: count + 1 }, (_, i) => low + ((high - low) * i) / count);
