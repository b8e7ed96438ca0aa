// The book's formulas for the browser: the same stable forms, in the same order, as the Python package.

export const sum = (values) => values.reduce((total, value) => total + value, 0);

export function sigmoid(net) {
  const e = Math.exp(-Math.abs(net));
  return (net >= 0 ? 1 : e) / (1 + e);
}

export function sigmoidDerivative(net) {
  const e = Math.exp(-Math.abs(net));
  return e / ((1 + e) * (1 + e));
}

export function softmax(net) {
  const top = Math.max(...net);
  const e = net.map((score) => Math.exp(score - top));
  const total = sum(e);
  return e.map((value) => value / total);
}

export function logSoftmax(net) {
  const top = Math.max(...net);
  const winner = net.indexOf(top);
  const others = sum(net.map((score, i) => (i === winner ? 0 : Math.exp(score - top))));
  return net.map((score) => score - top - Math.log1p(others));
}

// J[i][j] = d out_i / d net_j
export const softmaxJacobian = (out) => out.map((outI, i) => out.map((outJ, j) => outI * ((i === j ? 1 : 0) - outJ)));

export function softmaxVjp(out, upstream) {
  const average = sum(upstream.map((g, i) => g * out[i]));
  return out.map((value, i) => value * (upstream[i] - average));
}

export const squaredError = (out, target) => 0.5 * sum(out.map((value, k) => (target[k] - value) * (target[k] - value)));

export const binaryCrossEntropy = (net, target) =>
  sum(net.map((score, k) => (score >= 0 ? (1 - target[k]) * score : -target[k] * score) + Math.log1p(Math.exp(-Math.abs(score)))));

export const crossEntropy = (net, target) => -sum(logSoftmax(net).map((log, k) => target[k] * log));

const activate = (name, net) => (name === "softmax" ? softmax(net) : net.map(sigmoid));

// d out_i / d net_j of a layer, as a matrix: full for a softmax, diagonal for a sigmoid
export const layerJacobian = (name, net, out) =>
  name === "softmax" ? softmaxJacobian(out) : net.map((score, i) => net.map((_, j) => (i === j ? sigmoidDerivative(score) : 0)));

const layer = (W, b, inputs) => W.map((row) => sum(row.map((w, i) => w * inputs[i])) + b);

export function networkError({ output, loss }, net, out, target) {
  if (loss === "squared_error") return squaredError(out, target);
  return output === "softmax" ? crossEntropy(net, target) : binaryCrossEntropy(net, target);
}

// The question's 2-2-2 network, with one bias a layer: every score, output and the error.
export function forward({ x, target, W1, W2, b1, b2, hidden, output, loss }) {
  const netH = layer(W1, b1, x);
  const outH = activate(hidden, netH);
  const netO = layer(W2, b2, outH);
  const outO = activate(output, netO);
  return { netH, outH, netO, outO, error: networkError({ output, loss }, netO, outO, target) };
}

// dE/dout of the output layer, the other outputs held
export function errorByOutput({ output, loss }, out, target) {
  if (loss === "squared_error") return out.map((value, k) => value - target[k]);
  if (output === "softmax") return out.map((value, k) => -target[k] / value);
  return out.map((value, k) => (1 - target[k]) / (1 - value) - target[k] / value);
}

const back = (name, net, out, upstream) =>
  name === "softmax" ? softmaxVjp(out, upstream) : net.map((score, i) => upstream[i] * sigmoidDerivative(score));

// Everything forward() gives, and the derivative of the error by every score, weight and bias.
export function backward(parameters) {
  const { x, target, W2, hidden, output, loss } = parameters;
  const passed = forward(parameters);
  const { netH, outH, netO, outO } = passed;
  const deltaO = loss === "cross_entropy" ? outO.map((value, k) => value - target[k]) : back(output, netO, outO, errorByOutput(parameters, outO, target));
  const byOutH = outH.map((_, i) => sum(deltaO.map((delta, k) => delta * W2[k][i])));
  const deltaH = back(hidden, netH, outH, byOutH);
  const outer = (delta, inputs) => delta.map((d) => inputs.map((value) => d * value));
  return { ...passed, deltaO, byOutH, deltaH, gradW1: outer(deltaH, x), gradW2: outer(deltaO, outH), gradB1: sum(deltaH), gradB2: sum(deltaO) };
}
