import { backward, errorByOutput, forward, sigmoidDerivative, softmaxVjp, sum } from "./maths.js";
import { choice, digits, h, live, plot, points, put, range, rich, s, slider } from "./parts.js";

const SLIPS = {
  row: "the weights above taken along the row",
  one_path: "only the path through o1",
  elementwise: "the softmax treated as elementwise",
  no_slope: "the hidden slope left out",
  no_output_slope: "out \u2212 target as the output delta",
  sign: "the sign turned",
};

// Both weight gradients with one slip in the backward pass.
export function slipped(numbers, slip) {
  const { x, target, W2, hidden, output, loss } = numbers;
  const { netH, outH, netO, outO } = forward(numbers);
  const difference = outO.map((value, k) => value - target[k]);
  let deltaO;
  if (slip === "no_output_slope") deltaO = difference;
  else if (slip === "elementwise" && output === "softmax") deltaO = outO.map((value, k) => (loss === "squared_error" ? difference[k] * value : -target[k]) * (1 - value));
  else if (loss === "cross_entropy") deltaO = difference;
  else deltaO = output === "softmax" ? softmaxVjp(outO, errorByOutput(numbers, outO, target)) : netO.map((score, k) => difference[k] * sigmoidDerivative(score));
  const sent = slip === "one_path" ? [deltaO[0], 0] : deltaO;
  const byOutH = outH.map((_, i) => sum(sent.map((delta, k) => delta * (slip === "row" ? W2[i][k] : W2[k][i]))));
  let deltaH;
  if (slip === "no_slope") deltaH = byOutH;
  else if (hidden === "softmax") deltaH = slip === "elementwise" ? outH.map((value, i) => byOutH[i] * value * (1 - value)) : softmaxVjp(outH, byOutH);
  else deltaH = netH.map((score, i) => byOutH[i] * sigmoidDerivative(score));
  const sign = slip === "sign" ? -1 : 1;
  const outer = (delta, inputs) => delta.map((d) => inputs.map((value) => sign * d * value));
  return { gradW1: outer(deltaH, x), gradW2: outer(deltaO, outH) };
}

const spot = (name) => {
  const number = Number(name[1]) - 1;
  return { key: number < 4 ? "W1" : "W2", to: (number >> 1) & 1, from: number & 1 };
};

// The numbers with the two chosen weights put in; the arrays are made once and reused.
function board(numbers, across, up) {
  const own = { ...numbers, W1: numbers.W1.map((row) => [...row]), W2: numbers.W2.map((row) => [...row]) };
  const [a, b] = [spot(across), spot(up)];
  const at = (first, second) => {
    own[a.key][a.to][a.from] = first;
    own[b.key][b.to][b.from] = second;
    return own;
  };
  const gradient = ({ gradW1, gradW2 }) => [a, b].map(({ key, to, from }) => (key === "W1" ? gradW1 : gradW2)[to][from]);
  return { at, gradient };
}

// Two descents from one start, by the right gradient and by the slipped one: every position and its error.
export function compute({ across, up, start, rate, steps, slip, ...numbers }) {
  const { at, gradient } = board(numbers, across, up);
  const descend = (backwards) => {
    const path = [start];
    for (let step = 0; step < steps; step += 1) {
      const now = path[step];
      const g = gradient(backwards(at(...now)));
      path.push(now.map((value, i) => value - rate * g[i]));
    }
    return { path, errors: path.map((now) => forward(at(...now)).error) };
  };
  return { right: descend(backward), wrong: descend((now) => slipped(now, slip)) };
}

const CELLS = 32;
const LEVELS = 9;

// The error on a grid, as bands for the shading and as lines between them.
export function surface({ across, up, reach, ...numbers }, px, py) {
  const { at } = board(numbers, across, up);
  const ticks = range(-reach, reach, CELLS);
  const errors = ticks.map((second) => ticks.map((first) => forward(at(first, second)).error));
  const low = Math.min(...errors.flat());
  const high = Math.max(...errors.flat());
  const levels = range(low, high, LEVELS).slice(1, -1);
  const xs = ticks.map(px);
  const ys = ticks.map(py);
  const lines = levels.map(() => "");
  const bands = levels.map(() => "");
  const round = (value) => Math.round(value * 10) / 10;
  for (let row = 0; row < CELLS; row += 1) {
    let from = 0;
    let band = -1;
    for (let column = 0; column <= CELLS; column += 1) {
      let here = -1;
      if (column < CELLS) {
        const corners = [errors[row][column], errors[row][column + 1], errors[row + 1][column + 1], errors[row + 1][column]];
        const middle = sum(corners) / 4;
        while (here + 1 < levels.length && levels[here + 1] < middle) here += 1;
        levels.forEach((level, k) => {
          const cuts = [];
          corners.forEach((value, edge) => {
            const next = corners[(edge + 1) % 4];
            if (value < level === next < level) return;
            const part = (level - value) / (next - value);
            const [x0, y0] = [[0, 0], [1, 0], [1, 1], [0, 1]][edge];
            const [x1, y1] = [[1, 0], [1, 1], [0, 1], [0, 0]][edge];
            const x = xs[column] + (x0 + part * (x1 - x0)) * (xs[1] - xs[0]);
            const y = ys[row] + (y0 + part * (y1 - y0)) * (ys[1] - ys[0]);
            cuts.push(`${round(x)} ${round(y)}`);
          });
          for (let i = 0; i + 1 < cuts.length; i += 2) lines[k] += `M${cuts[i]}L${cuts[i + 1]}`;
        });
      }
      if (here !== band) {
        if (band >= 0) bands[band] += `M${round(xs[from])} ${round(ys[row])}H${round(xs[column])}V${round(ys[row + 1])}H${round(xs[from])}Z`;
        from = column;
        band = here;
      }
    }
  }
  return { low, high, lines, bands };
}

const nice = (value) => [0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10, 20, 50].find((top) => top >= value) ?? 100;

function map(kind, title, reach, across, up) {
  const picture = plot({ width: 340, height: 320, top: 26, x: [-reach, reach], y: [-reach, reach], xTicks: [-reach, -reach / 2, 0, reach / 2, reach], yTicks: [-reach, -reach / 2, 0, reach / 2, reach], xLabel: across, tick: (value) => digits(value, 3) });
  const bands = Array.from({ length: LEVELS - 1 }, (_, k) => s("path", { class: "lbl-band", "fill-opacity": (0.025 * (k + 1)).toFixed(3) }));
  const lines = bands.map(() => s("path", { class: "lbl-level" }));
  const halo = s("polyline", { class: "lbl-halo" });
  const path = s("polyline", { class: `lbl-curve ${kind}` });
  const steps = s("path", { class: `lbl-steps ${kind}` });
  const start = s("circle", { class: "lbl-begin", r: 7 });
  const end = kind === "a" ? s("circle", { class: "lbl-dot a", r: 6 }) : s("rect", { class: "lbl-dot b", x: -5.5, y: -5.5, width: 11, height: 11 });
  picture.inner.append(...bands, ...lines, halo, path, steps, start, end);
  picture.node.append(s("text", { x: 42, y: 14, "font-weight": 600 }, title), s("text", { x: 330, y: 14, "text-anchor": "end" }, `up: ${up}`));
  const place = ([a, b]) => [picture.px(a), picture.py(b)];
  const shown = ([x, y]) => [Math.max(-1e4, Math.min(1e4, x)), Math.max(-1e4, Math.min(1e4, y))];
  const show = (all) => {
    const places = all.map(place).map(shown);
    for (const node of [halo, path]) put(node, { points: points(places) });
    put(steps, { d: places.slice(1, -1).map(([x, y]) => (kind === "a" ? `M${x.toFixed(1)} ${y.toFixed(1)}m-2.5 0a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0 -5 0` : `M${(x - 2.5).toFixed(1)} ${(y - 2.5).toFixed(1)}h5v5h-5z`)).join("") });
    put(start, { cx: places[0][0].toFixed(1), cy: places[0][1].toFixed(1) });
    put(end, { transform: `translate(${places.at(-1).map((value) => value.toFixed(1)).join(" ")})` });
  };
  const ground = ({ lines: d, bands: fills }) => lines.forEach((line, k) => { put(line, { d: d[k] }); put(bands[k], { d: fills[k] }); });
  return { ...picture, show, ground };
}

function render(context) {
  const keys = ["hidden", "output", "loss", "weights", "across", "up", "slip", "x", "start", "rate", "steps", "reach"];
  const sets = context.model.get("sets");
  const rest = context.model.get("numbers");
  const adjust = (given, state) => {
    const changes = "steps" in given ? { ...given, steps: Math.round(given.steps) } : given; // there is no half step
    const next = { ...state, ...changes };
    if (next.across !== next.up) return changes;
    return changes.across ? { ...changes, up: state.across } : { ...changes, across: state.up };
  };
  const figure = live(context, { title: "Descent with the right gradient and with a wrong one", keys, adjust });
  const all = (state) => ({ ...rest, W1: sets[state.weights][0], W2: sets[state.weights][1], ...state });
  const maps = h("div", { class: "lbl-panels" });
  const curves = h("div", {});
  const activations = { sigmoid: "sigmoid", softmax: "softmax" };
  const names = Object.fromEntries(figure.limits.across.map((name) => [name, name]));
  const pick = (key, label, words) => choice(figure, { key, label, words });
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let playing = 0;
  const play = () => {
    const goal = figure.state().steps || figure.limits.steps[1];
    const turn = (playing += 1);
    if (calm.matches) { figure.update({ steps: goal }); return; }
    const tick = (step) => {
      if (turn !== playing || !figure.root.isConnected) return;
      figure.update({ steps: step });
      if (step < goal) requestAnimationFrame(() => tick(step + 1));
    };
    tick(0);
  };
  const key = (kind, text) => h("span", { class: "lbl-key" }, s("svg", { viewBox: "0 0 34 10", class: "lbl-sample", "aria-hidden": "true" }, s("path", { class: `lbl-curve ${kind}`, d: "M0 5H34" })), text);
  const i = (index) => slider(figure, { key: "x", path: [index], label: rich(`i_${index + 1}`), spoken: `i${index + 1}`, step: 0.05 });
  figure.add(
    h("div", { class: "lbl-choices" }, pick("slip", "the wrong gradient", SLIPS), pick("hidden", "hidden layer", activations), pick("output", "output layer", activations), pick("loss", "error", { squared_error: "squared error", cross_entropy: "cross-entropy" }), pick("across", "across", names), pick("up", "up", names)),
    h("div", { class: "lbl-controls" },
      slider(figure, { key: "rate", label: "learning rate", step: 0.05, log: true }), slider(figure, { key: "steps", label: "steps", step: 1 }),
      slider(figure, { key: "start", path: [0], label: "start across", step: 0.05 }), slider(figure, { key: "start", path: [1], label: "start up", step: 0.05 })),
    maps,
    h("div", { class: "lbl-panels" }, curves, h("div", {}, h("p", { class: "lbl-keys lbl-column" }, key("a", "right gradient, round steps"), key("b", "wrong gradient, square steps")),
      h("p", { class: "lbl-hint" }, "The ring is the start; drag it. The more shade, the larger the error."), h("div", { class: "lbl-bar" }, figure.button("Play the steps", play)))),
    h("details", {}, h("summary", {}, "Inputs, weights and window"), h("div", { class: "lbl-controls" }, i(0), i(1), slider(figure, { key: "reach", label: "window", step: 1 }), pick("weights", "the other weights", { second: "second set", question: "of the question" }))));

  let frame;
  let shape;
  let ground;
  let errorPlot;
  const drag = (event) => {
    if (!event.buttons) return;
    const node = event.currentTarget;
    const box = node.getBoundingClientRect();
    const { reach } = figure.state();
    const to = (value, low, high) => Math.max(-reach, Math.min(reach, Number((-reach + ((value - low) / (high - low)) * 2 * reach).toPrecision(2))));
    const [x, y] = [((event.clientX - box.left) / box.width) * 340, ((event.clientY - box.top) / box.height) * 320];
    figure.update({ start: [to(x, frame.right.px(-reach), frame.right.px(reach)), to(y, frame.right.py(-reach), frame.right.py(reach))] });
  };
  return figure.start((state) => {
    const numbers = all(state);
    const { right, wrong } = compute(numbers);
    const frameNow = [state.reach, state.across, state.up].join();
    if (frameNow !== shape) {
      shape = frameNow;
      frame = { right: map("a", "right", state.reach, state.across, state.up), wrong: map("b", "wrong", state.reach, state.across, state.up) };
      for (const { node } of Object.values(frame)) for (const kind of ["pointerdown", "pointermove"]) node.addEventListener(kind, drag);
      maps.replaceChildren(frame.right.node, frame.wrong.node);
      ground = undefined;
    }
    const groundNow = JSON.stringify([state.hidden, state.output, state.loss, state.weights, state.x]);
    if (groundNow !== ground) {
      ground = groundNow;
      const found = surface(numbers, frame.right.px, frame.right.py);
      frame.right.ground(found);
      frame.wrong.ground(found);
    }
    frame.right.show(right.path);
    frame.wrong.show(wrong.path);

    const top = nice(Math.max(...right.errors, ...wrong.errors));
    if (errorPlot?.top !== top) {
      const picture = plot({ height: 210, left: 46, x: [0, figure.limits.steps[1]], y: [0, top], xTicks: range(0, figure.limits.steps[1], 6), yTicks: range(0, top, 4), xLabel: "step", yLabel: "error", tick: (value) => digits(value, 3) });
      const lines = [s("polyline", { class: "lbl-curve a" }), s("polyline", { class: "lbl-curve b" })];
      const ends = [s("circle", { class: "lbl-dot a", r: 6 }), s("rect", { class: "lbl-dot b", x: -5.5, y: -5.5, width: 11, height: 11 })];
      picture.inner.append(...lines);
      picture.node.append(...ends);
      curves.replaceChildren(picture.node);
      errorPlot = { ...picture, top, lines, ends };
    }
    [right, wrong].forEach(({ errors }, k) => {
      put(errorPlot.lines[k], { points: errorPlot.line(errors.map((error, step) => [step, error])) });
      put(errorPlot.ends[k], { transform: `translate(${errorPlot.px(state.steps).toFixed(1)} ${errorPlot.py(errors.at(-1)).toFixed(1)})` });
    });
    const same = right.path.every((now, step) => now.every((value, axis) => Math.abs(value - wrong.path[step][axis]) < 1e-9));
    const ends = same ? `to ${digits(right.errors.at(-1), 4)}; the slip changes nothing here` : `to ${digits(right.errors.at(-1), 4)}, the wrong one to ${digits(wrong.errors.at(-1), 4)}`;
    const sentence = `${state.steps} steps from error ${digits(right.errors[0], 4)}: the right gradient leads ${ends}.`;
    put(frame.right.node, { "aria-label": `The error over ${state.across} and ${state.up} as shaded bands, more shaded where it is larger, with the path of the right gradient. ${sentence}` });
    put(frame.wrong.node, { "aria-label": `The same with the path of the wrong gradient: ${SLIPS[state.slip]}.` });
    put(errorPlot.node, { "aria-label": `The error against the step for both paths. ${sentence}` });
    put(figure.root, { "data-right": right.errors.at(-1), "data-wrong": wrong.errors.at(-1) });
    return sentence;
  });
}

export default { render };
