import { softmax, softmaxVjp, sum } from "./maths.js";
import { digits, h, live, put, rich, s, settled, slider, write } from "./parts.js";

// One hidden softmax layer and one score of the next layer, with the constant unit beside the softmax and inside it.
// `moved` goes from the next bias into both weights.
export function compute({ net, bias, weights, next_bias: nextBias, moved, constant }) {
  const scores = net.map((score) => score + bias);
  const w = weights.map((weight) => weight + moved);
  const answer = (all) => {
    const out = all.slice(0, 2);
    const pushed = softmaxVjp(all, [...w, 0].slice(0, all.length)).slice(0, 2);
    return {
      out: all,
      sum: sum(out),
      next: sum(out.map((share, i) => w[i] * share)) + (nextBias - moved),
      byBias: settled(sum(pushed), w),
      gap: settled(1 - sum(out), [1]),
    };
  };
  return { beside: answer(softmax(scores)), inside: answer(softmax([...scores, constant])) };
}

const KINDS = ["a", "b", "d"];
const LENGTH = 320;
const AXIS = [-5, 5];
const px = (value) => 10 + ((value - AXIS[0]) / (AXIS[1] - AXIS[0])) * LENGTH;

function column(title, names) {
  const rects = names.map((_, i) => s("rect", { class: `lbl-fill ${KINDS[i]}`, y: 26, height: 30 }));
  const words = names.map(() => s("text", { y: 74 }));
  const numbers = names.map(() => s("text", { y: 90 }));
  const ghosts = names.map(() => s("path", { class: "lbl-start" }));
  const alone = names.length === 2 ? [s("rect", { class: "lbl-fill d", x: 10, y: 102, width: LENGTH, height: 12 }), s("text", { x: 10, y: 130 }, "the constant 1, beside: no share of the softmax")] : [s("text", { x: 10, y: 116 }, "the constant competes and holds a share")];
  const dot = s("circle", { class: "lbl-dot c", r: 6.5, cy: 176 });
  const ghost = s("path", { class: "lbl-start" });
  const node = s("svg", { viewBox: "0 0 340 214", role: "img", class: "lbl-plot" },
    s("text", { x: 10, y: 14, "font-weight": "600" }, title), ...rects, ...ghosts, ...words, ...numbers, ...alone,
    s("text", { x: 10, y: 158 }, ...rich("next score, net_o1", s)),
    ...[-4, -2, 0, 2, 4].map((value) => s("path", { class: "lbl-grid", d: `M${px(value)} 166V186` })),
    ...[-4, -2, 0, 2, 4].map((value) => s("text", { x: px(value), y: 202, "text-anchor": "middle" }, String(value).replace("-", "\u2212"))),
    s("path", { class: "lbl-axis", d: `M10 186H330` }), ghost, dot);
  names.forEach((name, i) => words[i].append(...rich(name, s)));
  const show = ({ out, next }, first) => {
    const roomy = out.every((share) => share * LENGTH > 62);
    let from = 10;
    let start = 10;
    out.forEach((share, i) => {
      const width = share * LENGTH;
      put(rects[i], { x: from.toFixed(1), width: width.toFixed(1) });
      const middle = (roomy ? from + width / 2 : 10 + (LENGTH * (i + 0.5)) / out.length).toFixed(1);
      for (const text of [words[i], numbers[i]]) put(text, { x: middle, "text-anchor": "middle" });
      write(numbers[i], share.toFixed(6));
      start += first.out[i] * LENGTH;
      put(ghosts[i], { d: i < out.length - 1 ? `M${start.toFixed(1)} 20V62` : null });
      from += width;
    });
    put(dot, { cx: px(next).toFixed(1) });
    put(ghost, { d: `M${px(first.next).toFixed(1)} 162V188` });
  };
  return { node, show };
}

function render(context) {
  const figure = live(context, { title: "The constant beside the softmax, and inside it", keys: ["net", "bias", "weights", "next_bias", "moved", "constant"] });
  const first = compute(figure.state());
  const beside = column("Beside: two units share one", ["out_h1", "out_h2"]);
  const inside = column("Inside: three units share one", ["out_h1", "out_h2", "constant"]);
  const rows = { sum: "out_h1 + out_h2", next: "next score, net_o1", byBias: "\u2202net_o1 / \u2202b_1", gap: "\u2202net_o1/\u2202b_2 \u2212 \u03a3 \u2202net_o1/\u2202w_i" };
  const cells = Object.fromEntries(Object.keys(rows).map((key) => [key, ["beside", "inside"].map(() => h("td"))]));
  const table = h("table", { class: "lbl-heat lbl-close" }, h("tr", {}, h("td"), h("th", { scope: "col" }, "beside"), h("th", { scope: "col" }, "inside")),
    ...Object.entries(rows).map(([key, name]) => h("tr", {}, h("th", { scope: "row", class: "lbl-name" }, ...rich(name)), ...cells[key])));
  const one = (key, path, label, spoken) => slider(figure, { key, path, label: rich(label), spoken, step: key === "net" ? 0.05 : 0.1 });
  figure.add(
    h("div", { class: "lbl-controls" },
      one("bias", [], "shared bias, b_1", "shared bias b1"), one("moved", [], "moved from b_2 into w_5 and w_6", "moved from b2 into both weights"),
      one("net", [0], "net_h1 without it", "net h1"), one("net", [1], "net_h2 without it", "net h2"), one("constant", [], "score of the constant inside", "score of the constant")),
    h("div", { class: "lbl-panels" }, beside.node, inside.node),
    h("p", { class: "lbl-keys" }, h("span", { class: "lbl-key" }, s("svg", { viewBox: "0 0 12 16", class: "lbl-sample lbl-short", "aria-hidden": "true" }, s("path", { class: "lbl-start", d: "M6 0V16" })), "where the figure started")),
    table,
    h("details", {}, h("summary", {}, "The next layer's numbers"), h("div", { class: "lbl-controls" }, one("weights", [0], "w_5", "w5"), one("weights", [1], "w_6", "w6"), one("next_bias", [], "b_2", "b2"))));

  return figure.start((state) => {
    const computed = compute(state);
    beside.show(computed.beside, first.beside);
    inside.show(computed.inside, first.inside);
    for (const key of Object.keys(rows)) {
      ["beside", "inside"].forEach((place, i) => {
        write(cells[key][i], digits(computed[place][key]));
        put(cells[key][i], { "data-value": computed[place][key], "data-name": `${place}.${key}` });
      });
    }
    const say = (place) => `the two units hold ${digits(computed[place].sum, 4)}, the next score is ${digits(computed[place].next, 5)}, its derivative by the shared bias ${digits(computed[place].byBias, 4)}`;
    put(beside.node, { "aria-label": `The constant beside the softmax: ${say("beside")}.` });
    put(inside.node, { "aria-label": `The constant inside the softmax: ${say("inside")}.` });
    return `With shared bias ${digits(state.bias)} and ${digits(state.moved)} moved. Beside: ${say("beside")}. Inside: ${say("inside")}.`;
  });
}

export default { render };
