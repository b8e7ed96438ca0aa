import { softmax, softmaxJacobian, sum } from "./maths.js";
import { digits, h, live, put, s, slider, symbol, write } from "./parts.js";

// Shares and Jacobian of three scores, after the same constant was added to all of them.
export function compute({ net, constant }) {
  const shifted = net.map((score) => score + constant);
  const out = softmax(shifted);
  const jacobian = softmaxJacobian(out);
  return { shifted, out, jacobian, rowSums: jacobian.map(sum) };
}

const KINDS = ["a", "b", "c"];
const mark = [
  () => s("circle", { class: "lbl-dot a", r: 6 }),
  () => s("rect", { class: "lbl-dot b", x: -5.5, y: -5.5, width: 11, height: 11 }),
  () => s("path", { class: "lbl-dot c", d: "M0 -7L7 6H-7Z" }),
];

// corners of the triangle, in the order of the units
const CORNERS = [[20, 232], [300, 232], [160, 232 - 280 * Math.sqrt(0.75)]];
const place = (out) => [0, 1].map((axis) => sum(out.map((share, i) => share * CORNERS[i][axis])));

function scoresPanel(low, high) {
  const px = (value) => 20 + ((value - low) / (high - low)) * 300;
  const marks = mark.map((one) => one());
  const ticks = [low, low / 2, 0, high / 2, high];
  const names = KINDS.map((_, i) => s("text", { x: 0, y: -11, "text-anchor": "middle" }, String(i + 1)));
  const moving = marks.map((node, i) => s("g", {}, node, names[i]));
  const node = s("svg", { viewBox: "0 0 340 78", role: "img", class: "lbl-plot" },
    s("text", { x: 0, y: 12 }, "scores, with the constant added"),
    ...ticks.map((value) => s("path", { class: "lbl-grid", d: `M${px(value)} 24V56` })),
    ...ticks.map((value) => s("text", { x: px(value), y: 72, "text-anchor": "middle" }, String(value).replace("-", "\u2212"))),
    s("path", { class: "lbl-axis", d: `M${px(low)} 56H${px(high)}` }), ...moving);
  return { node, show: (shifted) => shifted.forEach((score, i) => put(moving[i], { transform: `translate(${px(score).toFixed(1)} 45)` })) };
}

function barsPanel() {
  const bars = KINDS.map((kind, i) => s("rect", { class: `lbl-fill ${kind}`, x: 62, y: 26 + 34 * i, height: 24 }));
  const values = KINDS.map((_, i) => s("text", { y: 42 + 34 * i }));
  const node = s("svg", { viewBox: "0 0 340 132", role: "img", class: "lbl-plot" },
    s("text", { x: 0, y: 12 }, "shares, out = softmax(net)"),
    ...KINDS.map((_, i) => s("g", { transform: `translate(10 ${38 + 34 * i})` }, mark[i]())),
    ...KINDS.map((_, i) => s("text", { x: 22, y: 43 + 34 * i }, symbol(`out_${i + 1}`, s))),
    ...bars, ...values, s("path", { class: "lbl-axis", d: "M62 20V124" }));
  const show = (out) => out.forEach((share, i) => {
    put(bars[i], { width: (share * 210).toFixed(1) });
    put(values[i], { x: (68 + share * 210).toFixed(1) });
    write(values[i], share.toFixed(4));
    values[i].dataset.value = share;
  });
  return { node, show };
}

function trianglePanel() {
  const grid = [0.25, 0.5, 0.75].flatMap((level) => [0, 1, 2].map((i) => {
    const ends = [1, 2].map((step) => { const out = [0, 0, 0]; out[i] = level; out[(i + step) % 3] = 1 - level; return place(out); });
    return s("path", { class: "lbl-grid", d: `M${ends[0]}L${ends[1]}` });
  }));
  const pulls = KINDS.map((kind) => s("path", { class: `lbl-curve ${kind}` }));
  const dot = s("circle", { r: 6.5, class: "lbl-point" });
  const anchors = ["start", "end", "middle"];
  const labels = KINDS.map((_, i) => s("text", { x: CORNERS[i][0] + [-18, 18, 0][i], y: CORNERS[i][1] + [16, 16, -8][i], "text-anchor": anchors[i] }, symbol(`out_${i + 1}`, s), " = 1"));
  const node = s("svg", { viewBox: "0 -32 320 286", role: "img", class: "lbl-plot lbl-triangle" },
    ...grid, s("path", { class: "lbl-axis", d: `M${CORNERS[0]}L${CORNERS[1]}L${CORNERS[2]}Z` }), ...pulls, dot, ...labels);
  const show = (out) => {
    const [x, y] = place(out);
    put(dot, { cx: x.toFixed(1), cy: y.toFixed(1) });
    // the distance to the side opposite a corner is that corner's share
    out.forEach((share, i) => {
      const foot = [0, 1].map((axis) => {
        const others = CORNERS.filter((_, k) => k !== i);
        const middle = (others[0][axis] + others[1][axis]) / 2;
        return [x, y][axis] + share * (middle - CORNERS[i][axis]);
      });
      put(pulls[i], { d: `M${x.toFixed(1)} ${y.toFixed(1)}L${foot[0].toFixed(1)} ${foot[1].toFixed(1)}` });
    });
  };
  return { node, show };
}

function jacobianPanel() {
  const cells = KINDS.map(() => KINDS.map(() => h("td")));
  const sums = KINDS.map(() => h("td", { class: "lbl-sum" }));
  const table = h("table", { class: "lbl-heat" },
    h("caption", {}, "Jacobian: row i, column j holds ", symbol("∂out_i"), " / ", symbol("∂net_j")),
    h("tr", {}, h("td"), ...KINDS.map((_, j) => h("th", { scope: "col" }, symbol(`net_${j + 1}`))), h("th", { scope: "col" }, "sum")),
    ...KINDS.map((_, i) => h("tr", {}, h("th", { scope: "row" }, symbol(`out_${i + 1}`)), ...cells[i], sums[i])));
  const show = ({ jacobian, rowSums }) => jacobian.forEach((row, i) => {
    row.forEach((value, j) => {
      write(cells[i][j], (value < 0 ? "\u2212" : "+") + Math.abs(value).toFixed(4));
      cells[i][j].style.setProperty("--heat", `${(Math.min(1, Math.abs(value) * 4) * 60).toFixed(1)}%`);
      put(cells[i][j], { class: value < 0 ? "lbl-minus" : "lbl-plus", "data-value": value });
    });
    // three terms that cancel leave nothing but rounding
    write(sums[i], Math.abs(rowSums[i]) < 1e-15 ? "0" : digits(rowSums[i], 2));
    sums[i].dataset.value = rowSums[i];
  });
  return { node: h("div", {}, table), show };
}

function render(context) {
  const figure = live(context, { title: "Three scores, one simplex", keys: ["net", "constant"] });
  const reach = figure.limits.net[1] + figure.limits.constant[1];
  const scores = scoresPanel(-reach, reach);
  const bars = barsPanel();
  const triangle = trianglePanel();
  const heat = jacobianPanel();
  // drag the point: scores are the logarithms of its shares, with the mean they had before
  const drag = (event) => {
    if (!event.buttons) return;
    const box = triangle.node.getBoundingClientRect();
    const [x, y] = [((event.clientX - box.left) / box.width) * 320, ((event.clientY - box.top) / box.height) * 286 - 32];
    const top = (232 - y) / (232 - CORNERS[2][1]);
    const right = (x - 20 - 140 * top) / 280;
    const logs = [1 - top - right, right, top].map((share) => Math.log(Math.max(share, 1e-3)));
    const { net } = figure.state();
    const lift = (sum(net) - sum(logs)) / 3;
    const [low, high] = figure.limits.net;
    figure.update({ net: logs.map((log) => Math.round(Math.min(high, Math.max(low, log + lift)) * 100) / 100) });
  };
  for (const kind of ["pointerdown", "pointermove"]) triangle.node.addEventListener(kind, drag);
  figure.add(
    h("div", { class: "lbl-controls" },
      ...[0, 1, 2].map((i) => slider(figure, { key: "net", path: [i], label: symbol(`net_${i + 1}`), spoken: `net ${i + 1}`, step: 0.1 })),
      slider(figure, { key: "constant", label: "added to all", step: 0.1 })),
    h("div", { class: "lbl-panels" }, h("div", {}, scores.node, bars.node, heat.node), triangle.node));

  let before;
  return figure.start((state) => {
    const computed = compute(state);
    const { shifted, out } = computed;
    scores.show(shifted);
    bars.show(out);
    triangle.show(out);
    heat.show(computed);
    const shares = `The shares are ${out.map((share) => digits(share, 4)).join(", ")}`;
    put(scores.node, { "aria-label": `Three scores with the constant added: ${shifted.map((score) => digits(score, 4)).join(", ")}.` });
    put(bars.node, { "aria-label": `Three bars. ${shares}.` });
    put(triangle.node, { "aria-label": `A point in a triangle; its distance from each side is the share of the corner opposite. ${shares}.` });
    const still = before && before.constant !== state.constant && before.net === state.net;
    before = state;
    return `${shares}, which sum to 1.${still ? " The constant moved every score and no share." : ""} Every row of the Jacobian sums to 0.`;
  });
}

export default { render };
