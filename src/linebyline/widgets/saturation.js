import { sigmoid, sigmoidDerivative } from "./maths.js";
import { digits, h, live, plot, put, range, readouts, s, slider, symbol } from "./parts.js";

// At one score: the output, the slope there, and what each loss sends back through it.
export function compute({ score, target }) {
  const out = sigmoid(score);
  const slope = sigmoidDerivative(score);
  return { out, slope, squares: (out - target) * slope, likelihood: out - target };
}

function render(context) {
  const figure = live(context, { title: "Sigmoid and saturation", keys: ["score", "target"] });
  const [low, high] = figure.limits.score;
  const scores = range(low, high, 120);
  const ticks = [-12, -6, 0, 6, 12];
  const width = 3.2;

  const left = plot({ x: [low, high], y: [-0.05, 1.09], xTicks: ticks, yTicks: [0, 0.25, 0.5, 0.75, 1], xLabel: "net" });
  const now = s("path", { class: "lbl-now" });
  const tangent = s("polyline", { class: "lbl-curve c" });
  const outDot = s("circle", { class: "lbl-dot a", r: 5.5 });
  const slopeDot = s("rect", { class: "lbl-dot b", width: 10, height: 10 });
  left.inner.append(now,
    s("polyline", { class: "lbl-curve a", points: left.line(scores.map((net) => [net, sigmoid(net)])) }),
    s("polyline", { class: "lbl-curve b", points: left.line(scores.map((net) => [net, sigmoidDerivative(net)])) }), tangent);
  left.node.append(outDot, slopeDot, s("text", { x: left.px(11.6), y: left.py(0.92), "text-anchor": "end" }, "out"), s("text", { x: left.px(3.2), y: left.py(0.13) }, "slope"));

  const right = plot({ x: [low, high], y: [-1.09, 1.09], xTicks: ticks, yTicks: [-1, -0.5, 0, 0.5, 1], xLabel: "net" });
  const nowRight = s("path", { class: "lbl-now" });
  const squares = s("polyline", { class: "lbl-curve b" });
  const likelihood = s("polyline", { class: "lbl-curve a" });
  const squaresDot = s("rect", { class: "lbl-dot b", width: 10, height: 10 });
  const likelihoodDot = s("circle", { class: "lbl-dot a", r: 5.5 });
  right.inner.append(nowRight, likelihood, squares);
  right.node.append(likelihoodDot, squaresDot);
  const key = (kind, text) => h("span", { class: "lbl-key" }, s("svg", { viewBox: "0 0 34 10", class: "lbl-sample", "aria-hidden": "true" }, s("path", { class: `lbl-curve ${kind}`, d: "M0 5H34" })), text);

  const numbers = readouts({ out: "out", slope: ["slope ", symbol("σ′(net)")], likelihood: "∂E/∂net, cross-entropy", squares: "∂E/∂net, squared error" });
  figure.add(
    h("div", { class: "lbl-controls" },
      slider(figure, { key: "score", label: "score, net", step: 0.1 }),
      slider(figure, { key: "target", label: "target", step: 0.01 })),
    h("div", { class: "lbl-panels" },
      h("div", {}, left.node, h("p", { class: "lbl-keys" }, key("a", "out = σ(net)"), key("b", "its slope"), key("c", "tangent"))),
      h("div", {}, right.node, h("p", { class: "lbl-keys" }, key("a", "cross-entropy: out − target"), key("b", "squared error: (out − target) × slope")))),
    numbers.node);

  return figure.start(({ score, target }) => {
    const { out, slope, squares: bySquares, likelihood: byLikelihood } = compute({ score, target });
    const x = left.px(score);
    put(now, { d: `M${x} ${left.py(1.09)}V${left.py(-0.05)}` });
    put(nowRight, { d: `M${x} ${right.py(1.09)}V${right.py(-1.09)}` });
    put(tangent, { points: left.line([[score - width, out - width * slope], [score + width, out + width * slope]]) });
    put(outDot, { cx: x, cy: left.py(out) });
    put(slopeDot, { x: x - 5, y: left.py(slope) - 5 });
    const sent = scores.map((net) => compute({ score: net, target }));
    put(squares, { points: right.line(sent.map((value, i) => [scores[i], value.squares])) });
    put(likelihood, { points: right.line(sent.map((value, i) => [scores[i], value.likelihood])) });
    put(likelihoodDot, { cx: x, cy: right.py(byLikelihood) });
    put(squaresDot, { x: x - 5, y: right.py(bySquares) - 5 });
    numbers.show({ out, slope, likelihood: byLikelihood, squares: bySquares });
    const where = `At net ${digits(score)} the output is ${digits(out)} and the slope ${digits(slope)}.`;
    put(left.node, { "aria-label": `The sigmoid, its slope and its tangent. ${where}` });
    const sentence = `With target ${digits(target)}, cross-entropy sends back ${digits(byLikelihood)}, squared error ${digits(bySquares)}.`;
    put(right.node, { "aria-label": `The gradient by the score for both losses. ${sentence}` });
    return `${where} ${sentence}`;
  });
}

export default { render };
