import { backward, forward, sum } from "./maths.js";
import { choice, digits, h, live, plot, put, range, s, slider, symbol, write } from "./parts.js";

// the little of complex arithmetic that the network needs; a number is [real, imaginary]
const plus = (a, b) => [a[0] + b[0], a[1] + b[1]];
const minus = (a, b) => [a[0] - b[0], a[1] - b[1]];
const times = (a, b) => [a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]];
const over = (a, b) => {
  const size = b[0] * b[0] + b[1] * b[1];
  return [(a[0] * b[0] + a[1] * b[1]) / size, (a[1] * b[0] - a[0] * b[1]) / size];
};
const exp = (a) => [Math.exp(a[0]) * Math.cos(a[1]), Math.exp(a[0]) * Math.sin(a[1])];
const log1p = (a) => [0.5 * Math.log1p(2 * a[0] + a[0] * a[0] + a[1] * a[1]), Math.atan2(a[1], 1 + a[0])];
const ONE = [1, 0];
const total = (values) => values.reduce(plus, [0, 0]);
const winner = (net) => net.reduce((best, score, i) => (score[0] > net[best][0] ? i : best), 0);

function complexSigmoid(net) {
  const e = exp(net[0] >= 0 ? times([-1, 0], net) : net);
  return over(net[0] >= 0 ? ONE : e, plus(ONE, e));
}

function complexSoftmax(net) {
  const e = net.map((score) => exp(minus(score, net[winner(net)])));
  return e.map((value) => over(value, total(e)));
}

// The error of the network, every number complex.
function complexError({ x, target, W1, W2, b1, b2, hidden, output, loss }) {
  const layer = (W, b, inputs) => W.map((row) => plus(total(row.map((w, i) => times(w, inputs[i]))), b));
  const activate = (name, net) => (name === "softmax" ? complexSoftmax(net) : net.map(complexSigmoid));
  const net = layer(W2, b2, activate(hidden, layer(W1, b1, x)));
  if (loss === "squared_error") return times([0.5, 0], total(activate(output, net).map((out, k) => times(minus(target[k], out), minus(target[k], out)))));
  if (output === "softmax") {
    const top = winner(net);
    const others = total(net.map((score, i) => (i === top ? [0, 0] : exp(minus(score, net[top])))));
    return times([-1, 0], total(net.map((score, k) => times(target[k], minus(minus(score, net[top]), log1p(others))))));
  }
  return total(net.map((score, k) => plus(score[0] >= 0 ? times(minus(ONE, target[k]), score) : times(times([-1, 0], target[k]), score), log1p(exp(score[0] >= 0 ? times([-1, 0], score) : score)))));
}

const complex = (value) => (Array.isArray(value) ? value.map(complex) : typeof value === "number" ? [value, 0] : value);

// The network's numbers with `step` added to one of them.
function nudged(numbers, name, step, add = (value, amount) => value + amount) {
  if (name[0] === "b") return { ...numbers, [name]: add(numbers[name], step) };
  const place = Number(name[1]) - 1;
  const key = place < 4 ? "W1" : "W2";
  const W = numbers[key].map((row, to) => row.map((w, from) => (2 * to + from === place % 4 ? add(w, step) : w)));
  return { ...numbers, [key]: W };
}

function truth(numbers, name) {
  const { gradW1, gradW2, gradB1, gradB2, deltaO } = backward(numbers);
  const place = Number(name[1]) - 1;
  const value = name === "b1" ? gradB1 : name === "b2" ? gradB2 : [gradW1, gradW2][place >> 2][(place >> 1) & 1][place & 1];
  return Math.abs(value) <= 8e-16 * sum(deltaO.map(Math.abs)) ? 0 : value;
}

// Three estimates of one derivative with one step, and how far each is from the derived one.
export function compute({ parameter, exponent, ...numbers }) {
  const step = 10 ** exponent;
  const gradient = truth(numbers, parameter);
  const up = forward(nudged(numbers, parameter, step)).error;
  const here = forward(numbers).error;
  const down = forward(nudged(numbers, parameter, -step)).error;
  const estimates = {
    central: (up - down) / (2 * step),
    oneSided: (up - here) / step,
    complex: complexError(nudged(Object.fromEntries(Object.entries(numbers).map(([key, value]) => [key, complex(value)])), parameter, [0, step], plus))[1] / step,
  };
  const errors = Object.fromEntries(Object.entries(estimates).map(([name, value]) => [name, Math.abs(value - gradient) / (Math.abs(gradient) || 1)]));
  return { step, gradient, up, here, down, ...estimates, errors };
}

const METHODS = { central: ["a", "central difference"], oneSided: ["b", "one-sided difference"], complex: ["c", "complex step"] };
const FLOOR = 1e-17;
const WIDTH = 360;

function render(context) {
  const numbers = context.model.get("numbers");
  const figure = live(context, { title: "How small a step: the V of a gradient check", keys: ["parameter", "hidden", "output", "loss", "exponent"] });
  const [low, high] = figure.limits.exponent;
  const power = (value) => `1e${value}`;
  const picture = plot({ width: WIDTH, height: 280, left: 50, right: 14, x: [low, high], y: [-17.4, 2], xTicks: [-16, -12, -8, -4, 0], yTicks: [-16, -12, -8, -4, 0], xLabel: "step h", yLabel: "error of the estimate", tick: power });
  const nowLine = s("path", { class: "lbl-now" });
  const curves = Object.fromEntries(Object.entries(METHODS).map(([name, [kind]]) => [name, s("polyline", { class: `lbl-curve ${kind}` })]));
  const dots = {
    central: s("circle", { class: "lbl-dot a", r: 6 }),
    oneSided: s("rect", { class: "lbl-dot b", x: -5, y: -5, width: 10, height: 10 }),
    complex: s("path", { class: "lbl-dot c", d: "M0 -7L7 6H-7Z" }),
  };
  picture.inner.append(nowLine, ...Object.values(curves));
  picture.node.append(...Object.values(dots));
  picture.node.classList.add("lbl-drag");
  const drag = (event) => {
    if (!event.buttons) return;
    const box = picture.node.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * WIDTH;
    const exponent = low + ((x - picture.px(low)) / (picture.px(high) - picture.px(low))) * (high - low);
    figure.update({ exponent: Math.round(Math.min(high, Math.max(low, exponent)) * 4) / 4 });
  };
  picture.node.addEventListener("pointerdown", drag);
  picture.node.addEventListener("pointermove", drag);

  const names = { up: ["E(", symbol("w"), " + h)"], down: ["E(", symbol("w"), " \u2212 h)"] };
  const lines = Object.fromEntries(Object.keys(names).map((key) => [key, { same: h("span"), rest: h("b") }]));
  const left = h("p", {});
  const rows = Object.fromEntries(Object.keys(METHODS).map((name) => [name, [h("td"), h("td")]]));
  const table = h("table", { class: "lbl-heat lbl-close" }, h("tr", {}, h("td"), h("th", { scope: "col" }, "estimate"), h("th", { scope: "col" }, "error")),
    ...Object.entries(METHODS).map(([name, [kind, words]]) => h("tr", {}, h("th", { scope: "row", class: "lbl-name" }, h("span", { class: "lbl-key" }, s("svg", { viewBox: "0 0 34 10", class: "lbl-sample", "aria-hidden": "true" }, s("path", { class: `lbl-curve ${kind}`, d: "M0 5H34" })), words.replace(" difference", ""))), ...rows[name])));
  const derived = h("p", {});
  const activations = { sigmoid: "sigmoid", softmax: "softmax" };
  const words = Object.fromEntries(figure.limits.parameter.map((name) => [name, name]));
  figure.add(
    h("div", { class: "lbl-choices" }, choice(figure, { key: "parameter", label: "derivative by", words }), choice(figure, { key: "hidden", label: "hidden layer", words: activations }),
      choice(figure, { key: "output", label: "output layer", words: activations }), choice(figure, { key: "loss", label: "error", words: { squared_error: "squared error", cross_entropy: "cross-entropy" } })),
    slider(figure, { key: "exponent", label: "power of ten of h", spoken: "power of ten of the step", step: 0.25 }),
    h("div", { class: "lbl-panels" }, picture.node, h("div", {}, derived, table,
      h("p", { class: "lbl-digits" }, ...Object.keys(names).flatMap((key) => [h("span", {}, ...names[key], " "), h("span", {}, lines[key].same, lines[key].rest)])), left)));

  let drawn;
  return figure.start((state) => {
    const all = { ...numbers, ...state };
    const now = compute(all);
    const shape = [state.parameter, state.hidden, state.output, state.loss].join();
    const height = (error) => picture.py(Math.log10(Math.max(error, FLOOR)));
    if (shape !== drawn) {
      drawn = shape;
      const exponents = range(low, high, 128);
      const errors = exponents.map((exponent) => compute({ ...all, exponent }).errors);
      for (const name of Object.keys(METHODS)) put(curves[name], { points: exponents.map((exponent, i) => `${picture.px(exponent).toFixed(1)},${height(errors[i][name]).toFixed(1)}`).join(" ") });
    }
    const x = picture.px(state.exponent).toFixed(1);
    put(nowLine, { d: `M${x} 0V300` });
    for (const name of Object.keys(METHODS)) {
      put(dots[name], name === "central" ? { cx: x, cy: height(now.errors[name]).toFixed(1) } : { transform: `translate(${x} ${height(now.errors[name]).toFixed(1)})` });
      write(rows[name][0], digits(now[name], 8));
      write(rows[name][1], now.errors[name] ? digits(now.errors[name], 1) : "0");
      rows[name][1].dataset.value = now.errors[name];
    }
    const [up, down] = [now.up, now.down].map((error) => error.toPrecision(16));
    let same = 0;
    while (same < up.length && up[same] === down[same]) same += 1;
    for (const [key, text] of [["up", up], ["down", down]]) {
      write(lines[key].same, text.slice(0, same));
      write(lines[key].rest, text.slice(same));
    }
    const kept = up.slice(same).replace(".", "").length;
    write(left, kept ? `${kept} of 16 digits differ: all that the subtraction leaves to divide by 2h.` : "All digits agree: nothing is left to divide by 2h.");
    const kind = now.gradient === 0 ? "Absolute" : "Relative";
    write(derived, `Derived: \u2202E/\u2202${state.parameter} = ${digits(now.gradient, 10)}. ${kind} error of each estimate:`);
    derived.dataset.value = now.gradient;
    const sentence = `Step ${digits(now.step, 3)}: ${kind.toLowerCase()} error ${Object.entries(METHODS).map(([name, [, label]]) => `${digits(now.errors[name], 1)} for the ${label}`).join(", ")}.`;
    put(picture.node, { "aria-label": `Error of three estimates of the derivative by ${state.parameter} against the step, both in powers of ten. The differences make a V: towards small steps rounding rises, towards large steps the curve bends away. ${sentence}` });
    return sentence;
  });
}

export default { render };
