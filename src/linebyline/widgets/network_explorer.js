import { backward, errorByOutput, layerJacobian } from "./maths.js";
import { choice, digits, freshId, h, live, put, rich, s, settled, slider, write } from "./parts.js";

const BOTH = [0, 1];
const WEIGHTS = BOTH.flatMap((layer) => BOTH.flatMap((to) => BOTH.map((from) => ({ name: `w${4 * layer + 2 * to + from + 1}`, layer, to, from }))));
const weightName = (layer, to, from) => `w_${4 * layer + 2 * to + from + 1}`;
const NAMES = ["w1", "w2", "b1", "w3", "w4", "w5", "w6", "b2", "w7", "w8"];

// The derivative by one weight or bias as a sum over paths: each term a list of factors, each factor with its place in the graph.
export function paths(parameters, passed, selected) {
  const { x, W2, hidden, output, loss } = parameters;
  const { netH, outH, netO, outO, deltaO, deltaH } = passed;
  const term = (label, lines, ...factors) => ({ label, lines, factors, value: factors.reduce((product, factor) => product * factor.value, 1) });
  const factor = (kind, name, value, at) => ({ kind, name, value, at });
  const slopeName = (layer, i, j) => (i === j ? `out_${layer}${i + 1}(1\u2212out_${layer}${i + 1})` : `\u2212out_${layer}${i + 1} out_${layer}${j + 1}`);
  const reached = (activation, from) => (activation === "softmax" ? BOTH : [from]);
  const toError = (k) => reached(output, k).flatMap((j) => [`net_o${k + 1}>out_o${j + 1}`, `out_o${j + 1}>E`]);

  if (selected === "b1" || selected === "b2") {
    const [layer, delta] = selected === "b1" ? ["h", deltaH] : ["o", deltaO];
    return BOTH.map((i) => term(`through ${layer}${i + 1}`, [`${selected}>net_${layer}${i + 1}`],
      factor("a", `\u03b4_${layer}${i + 1}`, delta[i], `net_${layer}${i + 1}`), factor("d", "1", 1, `one_${selected}`)));
  }
  const { layer, to, from } = WEIGHTS.find((weight) => weight.name === selected);
  if (layer === 1) {
    const byOut = errorByOutput(parameters, outO, parameters.target);
    const slopes = layerJacobian(output, netO, outO);
    const byOutName = (j) => {
      const [out, target] = [`out_o${j + 1}`, `target_${j + 1}`];
      if (loss === "squared_error") return `${out} \u2212 ${target}`;
      return output === "softmax" ? `\u2212${target} / ${out}` : `(${out} \u2212 ${target}) / (${out} (1 \u2212 ${out}))`;
    };
    return reached(output, to).map((j) => term(`through out_o${j + 1}`,
      [`out_h${from + 1}>${selected}`, `${selected}>net_o${to + 1}`, `net_o${to + 1}>out_o${j + 1}`, `out_o${j + 1}>E`],
      factor("a", byOutName(j), byOut[j], `out_o${j + 1}`), factor("c", slopeName("o", j, to), slopes[j][to], `net_o${to + 1}>out_o${j + 1}`), factor("d", `out_h${from + 1}`, outH[from], `out_h${from + 1}`)));
  }
  const slopes = layerJacobian(hidden, netH, outH);
  return reached(hidden, to).flatMap((i) => BOTH.map((k) => {
    const weight = weightName(1, k, i).replace("_", "");
    return term(`through ${hidden === "softmax" ? `out_h${i + 1}, ` : ""}o${k + 1}`,
      [`i${from + 1}>${selected}`, `${selected}>net_h${to + 1}`, `net_h${to + 1}>out_h${i + 1}`, `out_h${i + 1}>${weight}`, `${weight}>net_o${k + 1}`, ...toError(k)],
      factor("a", `\u03b4_o${k + 1}`, deltaO[k], `net_o${k + 1}`), factor("b", weightName(1, k, i), W2[k][i], weight),
      factor("c", slopeName("h", i, to), slopes[i][to], `net_h${to + 1}>out_h${i + 1}`), factor("d", `i_${from + 1}`, x[from], `i${from + 1}`));
  }));
}

// Everything the figure shows, for the selected weight or bias too.
export function compute(parameters) {
  const passed = backward(parameters);
  const terms = paths(parameters, passed, parameters.selected);
  return { ...passed, terms: terms.map((term) => term.value), gradient: gradientOf(passed, parameters.selected) };
}

function gradientOf(passed, name) {
  if (name === "b1") return passed.gradB1;
  if (name === "b2") return passed.gradB2;
  const { layer, to, from } = WEIGHTS.find((weight) => weight.name === name);
  return [passed.gradW1, passed.gradW2][layer][to][from];
}

const valueOf = (state, name) => {
  if (name[0] === "b") return state[name];
  const { layer, to, from } = WEIGHTS.find((weight) => weight.name === name);
  return [state.W1, state.W2][layer][to][from];
};

// where things stand in the graph: x of the two columns, y of the rows
const COLUMN = [84, 256];
const PILL = { w1: 34, w2: 102, b1: 170, w3: 238, w4: 306, w5: 34, w6: 102, b2: 170, w7: 238, w8: 306 };
const ROW = { input: 16, pills: [80, 282], net: [136, 338], out: [202, 404], error: 474 };

function graph(figure, hover) {
  const boxes = {};
  const lines = {};
  const values = {};
  const lineLayer = s("g", {});
  const boxLayer = s("g", {});
  const markLayer = s("g", { "aria-hidden": "true" });
  const line = (key, x1, y1, x2, y2) => {
    lines[key] = { node: s("path", { class: "lbl-edge", d: `M${x1} ${y1}L${x2} ${y2}` }), x: (x1 + x2) / 2, y: (y1 + y2) / 2 };
    lineLayer.append(lines[key].node);
  };
  const box = (key, x, y, width, height, ...texts) => {
    boxes[key] = { x: x - width / 2, y, width, height };
    boxLayer.append(s("rect", { class: "lbl-box", x: x - width / 2, y, width, height, rx: 7 }), ...texts);
  };
  const value = (key, x, y, anchor = "end") => (values[key] = s("text", { x, y, "text-anchor": anchor }));
  const label = (x, y, name, anchor = "start") => s("text", { x, y, "text-anchor": anchor }, ...rich(name, s));

  for (const i of BOTH) {
    const x = COLUMN[i];
    box(`i${i + 1}`, x, ROW.input, 110, 28, label(x - 47, ROW.input + 19, `i_${i + 1}`), value(`i${i + 1}`, x + 47, ROW.input + 19));
    box(`target${i + 1}`, [40, 300][i], ROW.error, 72, 40, label([40, 300][i], ROW.error + 16, `target_${i + 1}`, "middle"), value(`target${i + 1}`, [40, 300][i], ROW.error + 33, "middle"));
  }
  for (const [layer, unit] of ["h", "o"].entries()) {
    for (const i of BOTH) {
      const [x, net, out] = [COLUMN[i], ROW.net[layer], ROW.out[layer]];
      const [netName, outName] = [`net_${unit}${i + 1}`, `out_${unit}${i + 1}`];
      box(netName, x, net, 160, 40, label(x - 72, net + 16, netName), value(netName, x + 72, net + 16), label(x - 72, net + 33, `\u25b2 \u03b4_${unit}${i + 1}`), value(`delta_${unit}${i + 1}`, x + 72, net + 33));
      box(outName, x, out, 160, layer ? 28 : 40, label(x - 72, out + (layer ? 19 : 16), outName), value(outName, x + 72, out + (layer ? 19 : 16)),
        ...(layer ? [] : [label(x - 72, out + 33, "\u25b2 \u2202E/\u2202out"), value(`byOut_${unit}${i + 1}`, x + 72, out + 33)]));
      for (const j of BOTH) line(`${netName}>out_${unit}${j + 1}`, x, net + 40, COLUMN[j], out);
      const from = layer ? (k) => [`out_h${k + 1}`, ROW.out[0] + 40] : (k) => [`i${k + 1}`, ROW.input + 28];
      for (const k of BOTH) {
        const pill = weightName(layer, i, k).replace("_", "");
        const [source, y] = from(k);
        line(`${source}>${pill}`, COLUMN[k] + (i === k ? 0 : i - k) * 18, y, PILL[pill], ROW.pills[layer]);
        line(`${pill}>${netName}`, PILL[pill], ROW.pills[layer] + 36, PILL[pill], net);
      }
      line(`b${layer + 1}>${netName}`, 170, ROW.pills[layer] + 36, x + (i ? -60 : 60), net);
    }
    line(`one_b${layer + 1}>b${layer + 1}`, 170, ROW.pills[layer] - 12, 170, ROW.pills[layer]);
    box(`one_b${layer + 1}`, 170, ROW.pills[layer] - 30, 22, 18, s("text", { x: 170, y: ROW.pills[layer] - 17, "text-anchor": "middle" }, "1"));
  }
  for (const i of BOTH) {
    line(`out_o${i + 1}>E`, COLUMN[i] + (i ? -30 : 30), ROW.out[1] + 28, i ? 200 : 140, ROW.error);
    line(`target${i + 1}>E`, i ? 264 : 76, ROW.error + 20, i ? 246 : 94, ROW.error + 20);
  }
  box("E", 170, ROW.error, 152, 40, label(170, ROW.error + 16, "E", "middle"), value("E", 170, ROW.error + 33, "middle"));
  const kinds = ["h", "o"].map((_, layer) => s("text", { x: 4, y: ROW.net[layer] + 57 }));

  const pills = Object.fromEntries(NAMES.map((name) => {
    const [x, y] = [PILL[name], ROW.pills[["w1", "w2", "w3", "w4", "b1"].includes(name) ? 0 : 1]];
    boxes[name] = { x: x - 33, y, width: 66, height: 36 };
    const [first, second] = [s("tspan", {}), s("text", { x, y: y + 30, "text-anchor": "middle" })];
    const node = s("g", { class: "lbl-pill", role: "radio", tabindex: -1, "data-name": name }, s("rect", { class: "lbl-box", x: x - 33, y, width: 66, height: 36, rx: 7 }), s("text", { x, y: y + 15, "text-anchor": "middle" }, ...rich(`${name[0]}_${name[1]} `, s), first), second);
    node.addEventListener("click", () => figure.update({ selected: name }));
    node.addEventListener("pointerenter", (event) => { if (event.pointerType === "mouse") hover(name); });
    node.addEventListener("pointerleave", () => hover(undefined));
    return [name, { node, first, second }];
  }));
  const group = s("g", { role: "radiogroup", "aria-label": "Weight or bias whose gradient is shown" }, ...NAMES.map((name) => pills[name].node));
  group.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const now = NAMES.indexOf(event.target.closest("[data-name]").dataset.name);
    const next = NAMES[(now + step + NAMES.length) % NAMES.length];
    figure.update({ selected: next });
    pills[next].node.focus();
  });
  const node = s("svg", { viewBox: "0 0 340 520", role: "group", class: "lbl-graph", "data-lm-suppress-shortcuts": "true" }, lineLayer, boxLayer, ...kinds, group, markLayer);

  const show = (state, passed) => {
    const { x, target } = state;
    for (const i of BOTH) {
      write(values[`i${i + 1}`], digits(x[i]));
      write(values[`target${i + 1}`], digits(target[i]));
      for (const [unit, net, out, delta] of [["h", passed.netH, passed.outH, passed.deltaH], ["o", passed.netO, passed.outO, passed.deltaO]]) {
        write(values[`net_${unit}${i + 1}`], digits(net[i]));
        write(values[`out_${unit}${i + 1}`], digits(out[i]));
        write(values[`delta_${unit}${i + 1}`], digits(tidy(delta[i], passed)));
      }
      write(values[`byOut_h${i + 1}`], digits(passed.byOutH[i]));
    }
    write(values.E, digits(passed.error, 9));
    write(kinds[0], state.hidden);
    write(kinds[1], state.output);
    for (const [unit, activation] of [["h", state.hidden], ["o", state.output]]) {
      for (const [i, j] of [[1, 2], [2, 1]]) lines[`net_${unit}${i}>out_${unit}${j}`].node.style.display = activation === "softmax" ? "" : "none";
    }
    for (const name of NAMES) {
      const gradient = tidy(gradientOf(passed, name), passed);
      write(pills[name].first, digits(valueOf(state, name), 3));
      write(pills[name].second, digits(gradient, 4));
      put(pills[name].node, { "aria-label": `${name} is ${digits(valueOf(state, name))}, its gradient ${digits(gradient)}`, "data-value": gradient });
    }
  };
  // Mark the places the factors come from: an outline with a colour, a dash and a letter for each kind.
  const highlight = (selected, chosen, terms) => {
    for (const name of NAMES) {
      put(pills[name].node, { "aria-checked": String(name === chosen), tabindex: name === chosen ? 0 : -1 });
      pills[name].node.classList.toggle("lbl-selected", name === selected);
    }
    const on = new Set(terms.flatMap((term) => term.lines));
    for (const [key, { node: path }] of Object.entries(lines)) path.classList.toggle("lbl-on", on.has(key));
    const seen = new Map(terms.flatMap((term) => term.factors).map((factor) => [factor.at, factor.kind]));
    markLayer.replaceChildren(...[...seen].flatMap(([at, kind]) => {
      const place = boxes[at];
      const [x, y] = place ? [place.x + place.width - 4, place.y - 2] : [lines[at].x, lines[at].y];
      const outline = place ? s("rect", { class: `lbl-outline ${kind}`, x: place.x, y: place.y, width: place.width, height: place.height, rx: 7 }) : lines[at].node.cloneNode();
      if (!place) put(outline, { class: `lbl-outline ${kind}` });
      return [outline, s("circle", { class: `lbl-badge ${kind}`, cx: x, cy: y, r: 8 }), s("text", { x, y: y + 4, "text-anchor": "middle", class: "lbl-letter" }, kind.toUpperCase())];
    }));
  };
  return { node, show, highlight };
}

// rounding leaves crumbs where the terms cancel: next to the largest delta they are nothing
const tidy = (value, passed) => settled(value, [...passed.deltaO, ...passed.deltaO]);

function panel(isolate) {
  const heading = h("p", { class: "lbl-result" });
  const list = h("div", { class: "lbl-terms" });
  const total = h("p", { class: "lbl-total" });
  let shape = "";
  let cells = [];
  const show = (selected, terms, gradient) => {
    const wanted = selected + terms.map((term) => term.label + term.factors.map((factor) => factor.name)).join();
    if (wanted !== shape) {
      shape = wanted;
      heading.replaceChildren(h("span", {}, ...rich(`\u2202E/\u2202${selected[0]}_${selected[1]} = `)), h("b", { "data-name": "gradient" }));
      cells = terms.map((term, index) => {
        const values = term.factors.map(() => h("b"));
        const product = h("b");
        const node = h("button", { type: "button", class: "lbl-term", "aria-pressed": "false" }, h("span", { class: "lbl-path" }, h("span", {}, ...rich(term.label)), product),
          ...term.factors.flatMap((factor, i) => [i ? " \u00d7 " : "", h("span", { class: `lbl-chip ${factor.kind}` }, h("span", {}, h("i", {}, factor.kind.toUpperCase()), ...rich(factor.name)), values[i])]));
        node.addEventListener("pointerenter", (event) => { if (event.pointerType === "mouse") isolate(index); });
        node.addEventListener("pointerleave", () => isolate(undefined));
        node.addEventListener("click", () => {
          const pressed = node.getAttribute("aria-pressed") === "true";
          for (const other of cells) put(other.node, { "aria-pressed": String(other.node === node && !pressed) });
          isolate(undefined);
        });
        return { node, values, product };
      });
      list.replaceChildren(...cells.map((cell) => cell.node));
    }
    terms.forEach((term, i) => {
      term.factors.forEach((factor, k) => write(cells[i].values[k], digits(factor.value, 4)));
      write(cells[i].product, `= ${digits(term.value, 4)}`);
    });
    const result = heading.querySelector("b");
    write(result, digits(gradient));
    result.dataset.value = gradient;
    write(total, terms.length === 1 ? "One path leads from here to the error." : `${terms.length} paths, added: ${terms.map((term) => digits(term.value, 4)).join(" + ").replaceAll("+ \u2212", "\u2212 ")} = ${digits(gradient, 4)}`);
  };
  const pressed = () => cells.findIndex((cell) => cell.node.getAttribute("aria-pressed") === "true");
  return { heading, list, total, show, pressed };
}

function render(context) {
  const presets = context.model.get("presets");
  const keys = ["hidden", "output", "loss", "selected", "x", "target", "W1", "W2", "b1", "b2"];
  // the likelihood of classes wants targets that sum to one: move one and the other follows
  const adjust = (changes, state) => {
    const next = { ...state, ...changes };
    if (next.output !== "softmax" || next.loss !== "cross_entropy" || Math.abs(next.target[0] + next.target[1] - 1) < 1e-9) return changes;
    const kept = changes.target && changes.target[0] === state.target[0] ? 1 : 0;
    const other = Number((1 - next.target[kept]).toPrecision(15));
    return { ...changes, target: kept ? [other, next.target[1]] : [next.target[0], other] };
  };
  const figure = live(context, { title: "The network, with every path from a weight to the error", keys, adjust });
  let hovered;
  let isolated;
  let now;
  const terms = () => {
    const selected = hovered ?? now.state.selected;
    return { selected, all: paths(now.state, now.passed, selected) };
  };
  const explain = () => {
    const { selected, all } = terms();
    formula.show(selected, all, tidy(gradientOf(now.passed, selected), now.passed));
    const only = isolated ?? formula.pressed();
    picture.highlight(selected, now.state.selected, all[only] ? [all[only]] : all);
    return { selected, all };
  };
  const picture = graph(figure, (name) => { hovered = name; explain(); });
  const formula = panel((index) => { isolated = index; explain(); });

  const activations = { sigmoid: "sigmoid", softmax: "softmax" };
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const own = "your own numbers";
  const preset = h("select", { id: freshId(), "data-key": "preset", "data-lm-suppress-shortcuts": "true" }, ...[...Object.keys(presets), own].map((name) => h("option", { value: name }, name)));
  preset.addEventListener("change", () => { if (presets[preset.value]) figure.update(presets[preset.value]); });
  figure.controls.push((state) => { preset.value = Object.keys(presets).find((name) => Object.entries(presets[name]).every(([key, value]) => same(value, state[key]))) ?? own; });

  const one = (key, path, name) => slider(figure, { key, path, label: rich(name), spoken: name.replace("_", ""), step: key === "target" ? 0.01 : 0.05, focus: () => { const pill = name.replace("_", ""); if (NAMES.includes(pill)) figure.update({ selected: pill }); } });
  const weight = ({ layer, to, from, name }) => one(layer ? "W2" : "W1", [to, from], `w_${name[1]}`);
  const quick = Object.fromEntries(NAMES.map((name) => [name, name[0] === "b" ? one(name, [], `b_${name[1]}`) : weight(WEIGHTS.find((entry) => entry.name === name))]));
  figure.controls.push((state) => { for (const name of NAMES) quick[name].hidden = name !== state.selected; });
  const all = h("details", {}, h("summary", {}, "All fourteen numbers"),
    h("div", { class: "lbl-controls lbl-narrow" },
      h("fieldset", {}, h("legend", {}, "inputs and targets"), ...BOTH.map((i) => one("x", [i], `i_${i + 1}`)), ...BOTH.map((i) => one("target", [i], `target_${i + 1}`))),
      ...BOTH.map((layer) => h("fieldset", {}, h("legend", {}, ["hidden layer", "output layer"][layer]), ...WEIGHTS.filter((entry) => entry.layer === layer).map(weight), one(`b${layer + 1}`, [], `b_${layer + 1}`)))));
  figure.add(
    h("div", { class: "lbl-choices" }, h("div", { class: "lbl-choice" }, h("label", { for: preset.id }, "start from"), preset),
      choice(figure, { key: "hidden", label: "hidden layer", words: activations }), choice(figure, { key: "output", label: "output layer", words: activations }),
      choice(figure, { key: "loss", label: "error", words: { squared_error: "squared error", cross_entropy: "cross-entropy" } })),
    h("div", { class: "lbl-panels" }, picture.node, h("div", {}, formula.heading, ...Object.values(quick), formula.list, formula.total,
      h("p", { class: "lbl-hint" }, "Upper number: forward. \u25b2 and lower number: backward. Point at a weight or a bias, or choose it with the arrow keys. Point at a path to see it alone."))),
    all);
  const stop = figure.start((state) => {
    now = { state, passed: backward(state) };
    picture.show(state, now.passed);
    const { all: every } = explain();
    const gradient = digits(tidy(gradientOf(now.passed, state.selected), now.passed));
    const sentence = `Hidden ${state.hidden}, output ${state.output}: the error is ${digits(now.passed.error, 9)}. At ${state.selected} = ${digits(valueOf(state, state.selected))} its derivative by ${state.selected} is ${gradient}, the sum over ${every.length} path${every.length > 1 ? "s" : ""}.`;
    put(picture.node, { "aria-label": `The network as a graph, from two inputs at the top to the error at the bottom. ${sentence}` });
    return sentence;
  });
  all.open = innerWidth > 620; // asked of the window: to ask the figure would lay the whole page out
  return stop;
}

export default { render };
