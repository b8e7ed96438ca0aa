r"""Right derivations, spelled as people spell them, over all notations, activations and losses.

``SCENES`` says which network a derivation is about. ``RIGHT`` holds the derivations: every
side of every one is right in its scene, for every network of the kind. Each was worked out
by hand from the rule named in ``why``; ``tests/witness.py``, which shares no code with the
checker, evaluates every side again (``tests/test_checker_mutants.py``).

A scene's ``names`` says what its letters mean, for the witness only: the checker has to
find out by itself. ``W[l][to, from]``; ``net 1`` is the first hidden layer, ``out 0`` the input.
"""

# ruff: noqa: E501  (a derivation stays on the line it was typed on)
# fmt: off
SCENES = {
    # the question's notation: net_{h1}, out_{oj}, w_5, E_{total}, target_{o1}
    "question": dict(sizes=(2, 2, 2), activations=("sigmoid", "sigmoid"), loss="squared_error", notation="question", shared_bias=True),
    "question_softmax_hidden": dict(sizes=(2, 2, 2), activations=("softmax", "sigmoid"), loss="squared_error", notation="question", shared_bias=True),
    "question_softmax_out_se": dict(sizes=(2, 2, 2), activations=("sigmoid", "softmax"), loss="squared_error", notation="question", shared_bias=True),
    "question_softmax_out_ce": dict(sizes=(2, 2, 2), activations=("sigmoid", "softmax"), loss="cross_entropy", notation="question", shared_bias=True),
    "question_bce": dict(sizes=(2, 2, 2), activations=("sigmoid", "sigmoid"), loss="binary_cross_entropy", notation="question", shared_bias=True),
    "question_both_softmax_ce": dict(sizes=(2, 2, 2), activations=("softmax", "softmax"), loss="cross_entropy", notation="question", shared_bias=True),
    "question_tanh": dict(sizes=(2, 2, 2), activations=("tanh", "identity"), loss="squared_error", notation="question", shared_bias=True),
    "question_identity": dict(sizes=(2, 2, 2), activations=("identity", "identity"), loss="squared_error", notation="question", shared_bias=True),
    "wide": dict(sizes=(3, 4, 2), activations=("sigmoid", "sigmoid"), loss="squared_error", notation="question", shared_bias=False),
    "wide_softmax_hidden": dict(sizes=(2, 4, 3), activations=("softmax", "softmax"), loss="cross_entropy", notation="question", shared_bias=False),
    "wide_tanh": dict(sizes=(2, 3, 4), activations=("tanh", "sigmoid"), loss="binary_cross_entropy", notation="question", shared_bias=False),
    # layers: z^l, a^{(l)}, \delta^{[l]}, w^l_{jk} leads to j from k
    "deep": dict(sizes=(3, 4, 3, 2), activations=("sigmoid",) * 3, loss="squared_error", notation="layers"),
    "deep_tanh_softmax": dict(sizes=(2, 4, 3, 3), activations=("tanh", "tanh", "softmax"), loss="cross_entropy", notation="layers"),
    "deep_bce": dict(sizes=(3, 2, 4, 2), activations=("tanh", "sigmoid", "sigmoid"), loss="binary_cross_entropy", notation="layers"),
    "deep_identity": dict(sizes=(2, 3, 2, 3), activations=("tanh", "sigmoid", "identity"), loss="squared_error", notation="layers"),
    "deep_softmax_middle": dict(sizes=(2, 3, 3, 2), activations=("tanh", "softmax", "sigmoid"), loss="squared_error", notation="layers"),
    # classes: z_k, p_i, \hat y_i, y_i
    "classes": dict(sizes=(4, 3), activations=("softmax",), loss="cross_entropy", notation="classes"),
    "classes_o": dict(sizes=(4, 3), activations=("softmax",), loss="cross_entropy", notation="classes", names={"o": "net 1"}),
    "classes_t": dict(sizes=(2, 4), activations=("softmax",), loss="cross_entropy", notation="classes", names={"y": "out 1", "a": "net 1"}),
    "classes_se": dict(sizes=(3, 4), activations=("softmax",), loss="squared_error", notation="classes"),
    "logistic": dict(sizes=(3, 1), activations=("sigmoid",), loss="binary_cross_entropy", notation="classes"),
    "neuron_se": dict(sizes=(3, 1), activations=("sigmoid",), loss="squared_error", notation="classes"),
    "labels": dict(sizes=(3, 4), activations=("softmax",), loss="cross_entropy", notation="classes", names={"y": "label"}),
    # matrix form: columns, z = W a + b
    "matrix": dict(sizes=(3, 4, 2), activations=("sigmoid", "sigmoid"), loss="squared_error", notation="matrix"),
    "matrix_bce": dict(sizes=(2, 3, 2), activations=("tanh", "sigmoid"), loss="binary_cross_entropy", notation="matrix"),
    "matrix_ce": dict(sizes=(4, 3, 3), activations=("sigmoid", "softmax"), loss="cross_entropy", notation="matrix"),
    "matrix_identity": dict(sizes=(2, 3, 2), activations=("tanh", "identity"), loss="squared_error", notation="matrix"),
    "matrix_softmax_hidden": dict(sizes=(2, 4, 3), activations=("softmax", "identity"), loss="squared_error", notation="matrix"),
    # a batch of examples, the error averaged over them
    "batch_logistic": dict(sizes=(3, 1), activations=("sigmoid",), loss="binary_cross_entropy", notation="classes", reduction="mean"),
    "batch_neuron_se": dict(sizes=(2, 1), activations=("sigmoid",), loss="squared_error", notation="classes", reduction="mean"),
}
# fmt: on

RIGHT = []


def right(name, scene, why, text):
    RIGHT.append({"id": name, "scene": scene, "why": why, "text": text})


# ---------------------------------------------------------------- the question's notation

right("q01", "question", "chain rule through both outputs; elementwise hidden layer", r"""
\frac{\partial E_{total}}{\partial w_{1}}=\left(\sum_{j}\frac{\partial E_{total}}{\partial net_{oj}}*\frac{\partial net_{oj}}{\partial out_{h1}}\right)*\frac{\partial out_{h1}}{\partial net_{h1}}*\frac{\partial net_{h1}}{\partial w_{1}}
=\left(\sum_{j}\delta_{oj}*\frac{\partial net_{oj}}{\partial out_{h1}}\right)*out_{h1}*(1-out_{h1})*i_1
=\left(\delta_{o1}w_5+\delta_{o2}w_7\right)out_{h1}(1-out_{h1})i_1
""")
right("q02", "question", "one path: w5 feeds only o1", r"""
$$\frac{\partial E_{total}}{\partial w_5} = \frac{\partial E_{total}}{\partial out_{o1}} * \frac{\partial out_{o1}}{\partial net_{o1}} * \frac{\partial net_{o1}}{\partial w_5} = -(target_{o1} - out_{o1}) * out_{o1}(1 - out_{o1}) * out_{h1}$$
""")
right("q03", "question", "derivative of one half of a square", r"""
\frac{\partial E_{total}}{\partial out_{o2}} = 2 * \frac{1}{2}(target_{o2} - out_{o2})^{2 - 1} * -1 = -(target_{o2} - out_{o2}) = out_{o2} - target_{o2}
""")
right("q04", "question", "sigmoid derivative in four spellings", r"""
\frac{d\, out_{h2}}{d\, net_{h2}} = out_{h2} - out_{h2}^2 = out_{h2}\left(1-out_{h2}\right) = \frac{e^{-net_{h2}}}{(1+e^{-net_{h2}})^2} = \frac{1}{1+e^{-net_{h2}}}\Big(1-\frac{1}{1+e^{-net_{h2}}}\Big)
""")
right("q05", "question", "both outputs depend on out_h1; each error depends on its own output", r"""
\frac{\partial E_{total}}{\partial out_{h1}} = \frac{\partial E_{o1}}{\partial out_{h1}} + \frac{\partial E_{o2}}{\partial out_{h1}} = \frac{\partial E_{o1}}{\partial net_{o1}} * w_5 + \frac{\partial E_{o2}}{\partial net_{o2}} * w_7
""")
right("q06", "question", "net is affine in the weights", r"""
\frac{\partial net_{o1}}{\partial w_6} = 0 + out_{h2} + 0 = out_{h2}
""")
right("q07", "question", "a hidden delta spelled with the general index", r"""
\delta_{hi} = \frac{\partial E_{total}}{\partial net_{hi}} = \sum_{j} \delta_{oj}\, w_{ji}\, out_{hi}(1-out_{hi})
""")
right("q08", "question", "the shared hidden bias reaches both hidden units", r"""
\frac{\partial E_{total}}{\partial b_1} = \sum_i \delta_{hi} = \delta_{h1} + \delta_{h2}
""")
right("q09", "question", "descent with the gradient of w5", r"""
w_5^{+} = w_5 - \eta * \frac{\partial E_{total}}{\partial w_5} = w_5 - \eta\, \delta_{o1}\, out_{h1} = w_5 + \eta (target_{o1}-out_{o1}) out_{o1} (1-out_{o1}) out_{h1}.
""")
right("q10", "question", "the change of w8 is minus eta times its gradient", r"""
\Delta w_8 = -\eta\,\frac{\partial E_{total}}{\partial w_8} = -\eta\,\delta_{o2}\,out_{h2}
""")
right("q11", "question", "plain text, no LaTeX at all", r"""
dE/dw5 = dE/dout_o1 * dout_o1/dnet_o1 * dnet_o1/dw5 = (out_o1 - target_o1) * out_o1 * (1 - out_o1) * out_h1
""")
right("q12", "question", "definition of the nets, numbered weights", r"""
net_{h1} = w_1 * i_1 + w_2 * i_2 + b_1 * 1
""")
right("q13", "question", "definition of the error", r"""
E_{total} = \sum \frac{1}{2}(target - output)^{2} = \frac12 (target_{o1} - out_{o1})^2 + \frac12 (target_{o2} - out_{o2})^2
""")
right("q14", "question", "off-diagonal of a sigmoid layer is zero", r"""
\frac{\partial out_{h2}}{\partial net_{h1}} = 0
""")
right("q15", "question", "all of dE/dw1 written out", r"""
\frac{\partial E_{total}}{\partial w_1} = \Bigg(\sum\limits_{o}{\frac{\partial E_{total}}{\partial out_{o}} * \frac{\partial out_{o}}{\partial net_{o}} * \frac{\partial net_{o}}{\partial out_{h1}}}\Bigg) * \frac{\partial out_{h1}}{\partial net_{h1}} * \frac{\partial net_{h1}}{\partial w_1} = \Big(\sum_{o}{\delta_{o} * \frac{\partial net_{o}}{\partial out_{h1}}}\Big) * out_{h1}(1 - out_{h1}) * i_1 = \delta_{h1} i_1
""")
right("q16", "question_softmax_hidden", "every hidden output depends on net_h1: two sums", r"""
\frac{\partial{E_{total}}}{\partial{w_{1}}}=\sum_{i}{\frac{\partial{E_{total}}}{\partial{out_{hi}}}*\frac{\partial{out_{hi}}}{\partial{net_{h1}}}}*\frac{\partial{net_{h1}}}{\partial{w_{1}}}
=\sum_{i}\left(\sum_{j}\delta_{oj}*\frac{\partial net_{oj}}{\partial out_{hi}}\right)*out_{hi}*(1_{i=1}-out_{h1})*i_1
""")
right("q17", "question_softmax_hidden", "the softmax Jacobian, symmetric, indicator as brackets", r"""
\frac{\partial out_{hi}}{\partial net_{hk}} = out_{hi}([i=k] - out_{hk}) = out_{hk}(\delta_{ik} - out_{hi}) = out_{hi}(1\{i=k\} - out_{hk})
""")
right("q18", "question_softmax_hidden", "the same as cases", r"""
\frac{\partial out_{hi}}{\partial net_{hk}} = \begin{cases} out_{hi}(1-out_{hi}) & \text{if } i=k \\ -out_{hi}\,out_{hk} & \text{if } i\neq k \end{cases}
""")
right("q19", "question_softmax_hidden", "softmax vector-Jacobian product, shared form", r"""
\frac{\partial E_{total}}{\partial net_{hk}} = out_{hk}\Big(\frac{\partial E_{total}}{\partial out_{hk}} - \sum_i \frac{\partial E_{total}}{\partial out_{hi}} out_{hi}\Big)
""")
right("q20", "question_softmax_hidden", "softmax ignores a shift of all its scores", r"""
\frac{\partial E_{total}}{\partial b_1} = \sum_i \frac{\partial E_{total}}{\partial net_{hi}} = 0
""")
right("q21", "question_softmax_out_se", "sum over both outputs of a softmax output layer, squared error", r"""
\frac{\partial E_{total}}{\partial net_{ok}} = \sum_j \frac{\partial E_{total}}{\partial out_{oj}} \frac{\partial out_{oj}}{\partial net_{ok}} = \sum_j (out_{oj}-target_{oj})\,out_{oj}\,(\delta_{jk}-out_{ok})
= out_{ok}\left[(out_{ok}-target_{ok})-\sum_j (out_{oj}-target_{oj})\,out_{oj}\right]
""")
right("q22", "question_softmax_out_ce", "softmax with cross-entropy", r"""
\delta_{ok} = \frac{\partial E_{total}}{\partial net_{ok}} = out_{ok} - target_{ok}
""")
right("q23", "question_softmax_out_ce", "from the definition, one-hot or shared targets sum to one", r"""
\frac{\partial E_{total}}{\partial net_{ok}} = -\sum_j target_{oj} \frac{\partial \ln out_{oj}}{\partial net_{ok}} = -\sum_j \frac{target_{oj}}{out_{oj}} \frac{\partial out_{oj}}{\partial net_{ok}} = -\sum_j target_{oj} (1_{j=k} - out_{ok}) = -target_{ok} + out_{ok}\sum_j target_{oj} = out_{ok} - target_{ok}
""")
right("q24", "question_bce", "the sigmoid derivative cancels", r"""
\frac{\partial E_{total}}{\partial net_{oj}} = \frac{out_{oj}-target_{oj}}{out_{oj}(1-out_{oj})}\cdot out_{oj}(1-out_{oj}) = out_{oj}-target_{oj}
""")
right("q25", "question_bce", "derivative of the binary cross-entropy", r"""
\frac{\partial E_{total}}{\partial out_{o1}} = -\frac{target_{o1}}{out_{o1}} + \frac{1-target_{o1}}{1-out_{o1}} = -\left(\frac{target_{o1}}{out_{o1}} - \frac{1-target_{o1}}{1-out_{o1}}\right)
""")
right("q26", "question_tanh", "derivative of tanh in three spellings", r"""
\frac{\partial out_{h1}}{\partial net_{h1}} = 1 - out_{h1}^2 = 1-\tanh^2(net_{h1}) = (1-out_{h1})(1+out_{h1})
""")
right("q27", "question_tanh", "identity outputs: delta is the difference", r"""
\frac{\partial E_{total}}{\partial w_3} = \sum_j (out_{oj} - target_{oj})\, w_{j2}\, (1 - out_{h2}^2)\, i_1
""")
right("q28", "question_identity", "no activation: the weights alone", r"""
\frac{\partial E_{total}}{\partial net_{h1}} = \sum_j (out_{oj}-target_{oj})\,w_{j1} = (out_{o1}-target_{o1}) w_5 + (out_{o2}-target_{o2}) w_7
""")
right("q29", "question_both_softmax_ce", "two softmax layers", r"""
\delta_{hk} = \sum_i \sum_j (out_{oj} - target_{oj}) \frac{\partial net_{oj}}{\partial out_{hi}} out_{hi} (1_{i=k} - out_{hk})
""")
right("q30", "wide", "a weight of the output layer, two indices", r"""
\frac{\partial E}{\partial w_{ji}} = \frac{\partial E}{\partial net_{oj}}\frac{\partial net_{oj}}{\partial w_{ji}} = \delta_{oj}\,out_{hi} = (out_{oj}-target_{oj})\,out_{oj}\,(1-out_{oj})\,out_{hi}
""")
right("q31", "wide", "a hidden delta, chain of five", r"""
\begin{align}
\frac{\partial E}{\partial net_{hi}} &= \sum_j \frac{\partial E}{\partial net_{oj}} \frac{\partial net_{oj}}{\partial net_{hi}} \\
&= \sum_j \delta_{oj} \frac{\partial net_{oj}}{\partial out_{hi}} \frac{\partial out_{hi}}{\partial net_{hi}} \\
&= \frac{\partial out_{hi}}{\partial net_{hi}} \sum_j \delta_{oj} w_{ji} \\
&= out_{hi} (1 - out_{hi}) \sum_j w_{ji} \delta_{oj}.
\end{align}
""")
right("q32", "wide", "the total differential over a whole layer, with the zero terms kept", r"""
\frac{\partial E}{\partial net_{hi}} = \sum_k \frac{\partial E}{\partial out_{hk}} \frac{\partial out_{hk}}{\partial net_{hi}} = \frac{\partial E}{\partial out_{hi}} \frac{\partial out_{hi}}{\partial net_{hi}} + \sum_{k \neq i} \frac{\partial E}{\partial out_{hk}} \frac{\partial out_{hk}}{\partial net_{hi}} = \frac{\partial E}{\partial out_{hi}} \frac{\partial out_{hi}}{\partial net_{hi}}
""")
right("q33", "wide_softmax_hidden", "softmax hidden layer, sum split at k = i", r"""
\frac{\partial E}{\partial net_{hi}} = \frac{\partial E}{\partial out_{hi}} out_{hi}(1-out_{hi}) - \sum_{k\neq i} \frac{\partial E}{\partial out_{hk}} out_{hk}\, out_{hi}
""")
right("q34", "wide_softmax_hidden", "nested sums over a softmax hidden layer", r"""
\frac{\partial E}{\partial net_{hi}} = \sum_{k}\sum_{j} \delta_{oj} \frac{\partial net_{oj}}{\partial out_{hk}} \frac{\partial out_{hk}}{\partial net_{hi}} = \sum_{k}\frac{\partial out_{hk}}{\partial net_{hi}}\sum_{j}\left(out_{oj}-target_{oj}\right)w_{jk}
""")
right("q35", "wide_tanh", "tanh hidden layer, sigmoid outputs with binary cross-entropy", r"""
\delta_{hi} = (1 - out_{hi}^2)\sum_{j}(out_{oj}-target_{oj})w_{ji} = \left(1-\tanh(net_{hi})^{2}\right) \sum_{j}\delta_{oj} w_{ji}
""")
right("q36", "wide_tanh", "per-unit biases", r"""
\frac{\partial E}{\partial b_{oj}} = \frac{\partial E}{\partial net_{oj}} \cdot \frac{\partial net_{oj}}{\partial b_{oj}} = \delta_{oj} \cdot 1 = out_{oj} - target_{oj}
""")
right("q37", "question", "operator in front of a bracket", r"""
\frac{\partial E_{total}}{\partial out_{o1}} = \frac{\partial}{\partial out_{o1}} \left( \frac{1}{2} (target_{o1} - out_{o1})^2 + \frac{1}{2} (target_{o2} - out_{o2})^2 \right) = -(target_{o1}-out_{o1})
""")
right("q38", "question", "with a side note that is true", r"""
\frac{\partial E_{total}}{\partial w_1} = \sum_i \frac{\partial E_{total}}{\partial net_{hi}}\frac{\partial net_{hi}}{\partial w_1} = \frac{\partial E_{total}}{\partial net_{h1}}\frac{\partial net_{h1}}{\partial w_1} [if i\neq 1, \frac{\partial net_{hi}}{\partial w_1} = 0]
""")
right("q39", "question", "w7 by its path", r"""
{\partial E_{total} \over \partial w_7} = {\partial E_{total} \over \partial net_{o2}}\,{\partial net_{o2} \over \partial w_7} = \delta_{o2} \times out_{h1}
""")
right("q40", "question", "unicode, as pasted from a mail", r"""
∂E_total/∂w5 = δ_o1 · out_h1 = (out_o1 − target_o1) · out_o1 · (1 − out_o1) · out_h1
""")

right("q41", "question", "the error of one output by its own weight, decimals and powers", r"""
\frac{\partial E_{total}}{\partial w_6} = \frac{\partial}{\partial w_6}\, 0.5\,(target_{o1}-out_{o1})^2 = -1.0 \times (target_{o1}-out_{o1})\,\frac{\partial out_{o1}}{\partial w_6} = (out_{o1}-target_{o1})\,out_{o1}\,(1-out_{o1})\,out_{h2}
""")
right("q42", "question_softmax_hidden", "the derivative of a hidden softmax unit by another's score, written with exponentials", r"""
\frac{\partial out_{h1}}{\partial net_{h2}} = \frac{0\cdot\sum_k e^{net_{hk}} - e^{net_{h1}}e^{net_{h2}}}{\left(\sum_k e^{net_{hk}}\right)^2} = -out_{h1}\,out_{h2}
""")
right("q43", "question_softmax_hidden", "two units: the second share is what the first leaves", r"""
\frac{\partial E_{total}}{\partial net_{h1}} = out_{h1}\,out_{h2}\left(\frac{\partial E_{total}}{\partial out_{h1}} - \frac{\partial E_{total}}{\partial out_{h2}}\right)
""")
right("q44", "question_softmax_out_se", "a weight behind a softmax output layer moves both outputs", r"""
\frac{\partial E_{total}}{\partial w_5} = \left(\frac{\partial E_{total}}{\partial out_{o1}}\frac{\partial out_{o1}}{\partial net_{o1}} + \frac{\partial E_{total}}{\partial out_{o2}}\frac{\partial out_{o2}}{\partial net_{o1}}\right)\frac{\partial net_{o1}}{\partial w_5} = \Big((out_{o1}-target_{o1})\,out_{o1}(1-out_{o1}) - (out_{o2}-target_{o2})\,out_{o1}\,out_{o2}\Big)\,out_{h1}
""")
right("q45", "question_bce", "a hidden weight under binary cross-entropy", r"""
\frac{\partial E_{total}}{\partial w_2} = \big[(out_{o1}-target_{o1})w_5 + (out_{o2}-target_{o2})w_7\big]\,out_{h1}(1-out_{h1})\,i_2
""")
right("q46", "question_tanh", "a hidden weight, all factors kept", r"""
\frac{\partial E_{total}}{\partial w_{2}} = \frac{\partial E_{total}}{\partial net_{h1}} \cdot \frac{\partial net_{h1}}{\partial w_{2}} = \left[\sum_{j=1}^{2}(out_{oj}-target_{oj})\frac{\partial net_{oj}}{\partial out_{h1}}\right]\cdot\left(1-out_{h1}^{2}\right)\cdot i_2
""")
right("q47", "question_identity", "an identity hidden layer passes everything on", r"""
\frac{\partial E_{total}}{\partial w_{1}} = \frac{\partial E_{total}}{\partial out_{h1}} \cdot 1 \cdot i_1 = \left(\delta_{o1}w_5+\delta_{o2}w_7\right)i_1
""")
right("q48", "wide_softmax_hidden", "an input weight below a softmax layer", r"""
\frac{\partial E}{\partial w_{il}} = \frac{\partial E}{\partial net_{hi}}\,i_l = \left(\sum_k \frac{\partial E}{\partial out_{hk}}\,out_{hk}\,(1_{k=i}-out_{hi})\right) i_l
""")
right("q49", "wide", "an input weight, three letters", r"""
\frac{\partial E}{\partial w_{il}} = \left(\sum_j (out_{oj}-target_{oj})\,out_{oj}(1-out_{oj})\,w_{ji}\right)out_{hi}(1-out_{hi})\,i_l
""")
right("q50", "wide_tanh", "the loss of independent yes/no targets", r"""
E = -\sum_j \left(target_{oj}\ln out_{oj} + (1-target_{oj})\ln(1-out_{oj})\right)
""")

# ---------------------------------------------------------------- layers

right("l01", "deep", "the four equations of backpropagation, hidden layers", r"""
\delta^l_j = \frac{\partial C}{\partial z^l_j} = \sum_k \frac{\partial C}{\partial z^{l+1}_k}\frac{\partial z^{l+1}_k}{\partial z^l_j} = \sum_k \delta^{l+1}_k \frac{\partial z^{l+1}_k}{\partial z^l_j} = \sum_k \delta^{l+1}_k w^{l+1}_{kj} \sigma'(z^l_j)
""")
right("l02", "deep", "the last layer", r"""
\delta^L_j = \frac{\partial C}{\partial a^L_j}\sigma'(z^L_j) = (a^L_j - y_j)\,\sigma'(z^L_j) = (a_j^L-y_j)\,a_j^L\,(1-a_j^L)
""")
right("l03", "deep", "the gradient of a weight", r"""
\frac{\partial C}{\partial w^l_{jk}} = \frac{\partial C}{\partial z^l_j}\frac{\partial z^l_j}{\partial w^l_{jk}} = \delta^l_j a^{l-1}_k
""")
right("l04", "deep", "the gradient of a bias", r"""
\frac{\partial C}{\partial b^l_j} = \frac{\partial C}{\partial z^l_j} \cdot 1 = \delta^l_j
""")
right("l05", "deep", "matrix form of the recursion", r"""
\delta^l = ((w^{l+1})^T \delta^{l+1}) \odot \sigma'(z^l) = \left( (w^{l+1})^T \delta^{l+1} \right) \odot a^l \odot (1 - a^l)
""")
right("l06", "deep", "matrix form of the last layer", r"""
\delta^{L} = \nabla_a C \odot \sigma'(z^L) = (a^L - y)\odot\sigma'(z^L)
""")
right("l07", "deep", "brackets for the layer, capital letters", r"""
\delta^{[l]} = \left(W^{[l+1]}\right)^{\top}\delta^{[l+1]} \odot \sigma'\!\left(z^{[l]}\right)
""")
right("l08", "deep", "the gradient of a weight matrix, outer product", r"""
\frac{\partial C}{\partial W^{(l)}} = \delta^{(l)}\,(a^{(l-1)})^T
""")
right("l09", "deep", "round brackets for the layer", r"""
\frac{\partial E}{\partial a^{(l)}_j} = \sum_k w^{(l+1)}_{kj}\,\delta^{(l+1)}_k
""")
right("l10", "deep", "affine layer, its definition and its derivative", r"""
z^{(l)}_j = \sum_k w^{(l)}_{jk} a^{(l-1)}_k + b^{(l)}_j
""")
right("l11", "deep", "from an earlier output to the next score", r"""
\frac{\partial z^{l+1}_k}{\partial z^l_j} = \frac{\partial z^{l+1}_k}{\partial a^l_j}\frac{\partial a^l_j}{\partial z^l_j} = w^{l+1}_{kj}\,\sigma'(z^l_j) = w_{kj}^{l+1} a_j^l (1 - a_j^l)
""")
right("l12", "deep", "descent on a weight", r"""
w^l_{jk} \leftarrow w^l_{jk} - \eta\, \frac{\partial C}{\partial w^l_{jk}} = w^l_{jk} - \eta\, \delta^l_j\, a^{l-1}_k
""")
right("l13", "deep_tanh_softmax", "tanh hidden layers", r"""
\delta^{l}_j = (1-(a^l_j)^2)\sum_k w^{l+1}_{kj}\,\delta^{l+1}_k
""")
right("l14", "deep_tanh_softmax", "softmax with cross-entropy at the end", r"""
\delta^{L}_j = \frac{\partial C}{\partial z^L_j} = \sum_k \frac{\partial C}{\partial a^L_k}\frac{\partial a^L_k}{\partial z^L_j} = a^L_j - y_j
""")
right("l15", "deep_tanh_softmax", "the sum cannot be dropped at a softmax layer", r"""
\frac{\partial C}{\partial z^L_j} = -\sum_k \frac{y_k}{a^L_k}\, a^L_k\,(\delta_{kj} - a^L_j) = -\sum_k y_k(\delta_{kj}-a_j^L) = a^L_j\sum_k y_k - y_j
""")
right("l16", "deep_tanh_softmax", "matrix form of the last weights", r"""
\frac{\partial C}{\partial W^{L}} = (a^L - y)\,(a^{L-1})^{\top}
""")
right("l17", "deep_bce", "sigmoid outputs with binary cross-entropy", r"""
\delta^{(L)} = a^{(L)} - y
""")
right("l18", "deep_bce", "the derivative of the loss by the last outputs", r"""
\frac{\partial J}{\partial a^{(L)}_j} = \frac{a^{(L)}_j - y_j}{a^{(L)}_j(1-a^{(L)}_j)} = -\frac{y_j}{a_j^{(L)}}+\frac{1-y_j}{1-a_j^{(L)}}
""")
right("l19", "deep_identity", "identity output layer", r"""
\frac{\partial C}{\partial w^{L}_{jk}} = (a^L_j - y_j)\,a^{L-1}_k
""")
right("l20", "deep_softmax_middle", "a softmax layer in the middle: its Jacobian in full", r"""
\delta^{L-1}_j = \sum_i \sum_k \delta^{L}_k\, w^{L}_{ki}\, \frac{\partial a^{L-1}_i}{\partial z^{L-1}_j} = \sum_i a^{L-1}_i(\delta_{ij}-a^{L-1}_j)\sum_k \delta^{L}_k\, w^{L}_{ki}
""")
right("l21", "deep", "two layers at once", r"""
\frac{\partial C}{\partial a^{L-2}_j} = \sum_k w^{L-1}_{kj} \sigma'(z^{L-1}_k) \sum_m w^{L}_{mk} \delta^{L}_m
""")
right("l22", "deep", "the last weights, numerator spelled with d", r"""
\frac{dC}{dw^L_{jk}} = (a^L_j - y_j)\, a^L_j (1-a^L_j)\, a^{L-1}_k
""")
right("l23", "deep", "a line that starts with = continues the chain above", r"""
\frac{\partial C}{\partial z^{l}_j}
= \frac{\partial C}{\partial a^{l}_j} \frac{\partial a^{l}_j}{\partial z^{l}_j}
= \left[ \sum_{k} \delta^{l+1}_k w^{l+1}_{kj} \right] a^{l}_j (1-a^{l}_j)
""")
right("l24", "deep_bce", "bias of the last layer", r"""
\frac{\partial J}{\partial b^{[L]}} = \frac{\partial J}{\partial z^{[L]}} = a^{[L]} - y
""")

right("l25", "deep", "numbers as labels and line breaks", r"""
\delta^l_j & = & \frac{\partial C}{\partial z^l_j} \tag{40}\\
& = & \sum_k \frac{\partial C}{\partial z^{l+1}_k} \frac{\partial z^{l+1}_k}{\partial z^l_j} \tag{41}\\
& = & \sum_k \frac{\partial z^{l+1}_k}{\partial z^l_j} \delta^{l+1}_k, \tag{42}
""")
right("l26", "deep", "upper limit first, primes as commands", r"""
\delta^{(l)}_j = \sigma^{\prime}(z^{(l)}_j)\sum^{n}_{k=1} \delta^{(l+1)}_k\, w^{(l+1)}_{kj}
""")
right("l27", "deep", "circles and stars for the elementwise product", r"""
\delta^{L} = (a^{L}-y)\circ\sigma'(z^{L}) = (a^{L}-y)\odot a^{L}\odot(1-a^{L})
""")
right("l28", "deep_tanh_softmax", "matrix form, a square for the tanh derivative", r"""
\delta^{[l]} = (W^{[l+1]})^T\delta^{[l+1]}\odot\left(1-(a^{[l]})^2\right)
""")
right("l29", "deep_identity", "matrix form with linear outputs", r"""
\frac{\partial C}{\partial W^L} = \delta^L (a^{L-1})^T = (a^L-y)(a^{L-1})^T
""")
right("l30", "deep_bce", "the loss", r"""
J = -\sum_k \left[ y_k \log a^{(L)}_k + (1-y_k)\log(1-a^{(L)}_k)\right]
""")
right("l31", "deep", "roman d, a derivative through the layer's own sum", r"""
\frac{dz^{l}_j}{dw^{l}_{jk}} = \frac{d\left(\sum_m w^l_{jm}a^{l-1}_m + b^l_j\right)}{dw^l_{jk}} = a^{l-1}_k
""")

# ---------------------------------------------------------------- classes

right("c01", "classes", "quotient rule, then the softmax Jacobian, one index", r"""
\frac{\partial p_i}{\partial z_i} = \frac{e^{z_i}\sum_k e^{z_k} - e^{z_i}e^{z_i}}{\left(\sum_k e^{z_k}\right)^2} = \frac{e^{z_i}}{\sum_k e^{z_k}}\cdot\frac{\sum_k e^{z_k}-e^{z_i}}{\sum_k e^{z_k}} = p_i(1-p_i)
""")
right("c02", "classes", "softmax Jacobian with a Kronecker delta", r"""
\frac{\partial p_i}{\partial z_j} = p_i(\delta_{ij}-p_j) = p_j (\delta_{ij} - p_i) = p_i \delta_{ij} - p_i p_j
""")
right("c03", "classes", "softmax Jacobian as cases", r"""
\frac{\partial p_i}{\partial z_k} = \begin{cases} p_i(1-p_k) & i = k \\ -p_k p_i & i \ne k \end{cases}
""")
right("c04", "classes", "softmax with cross-entropy, every step", r"""
\begin{aligned}
\frac{\partial L}{\partial z_k} &= -\sum_i y_i \frac{\partial \log p_i}{\partial z_k} \\
&= -\sum_i \frac{y_i}{p_i}\frac{\partial p_i}{\partial z_k} \\
&= -y_k(1-p_k) + \sum_{i\neq k} y_i p_k \\
&= -y_k + p_k \sum_i y_i \\
&= p_k - y_k
\end{aligned}
""")
right("c05", "classes", "hats for the shares", r"""
\frac{\partial L}{\partial z_i} = \sum_j \frac{\partial L}{\partial \hat{y}_j}\frac{\partial \hat{y}_j}{\partial z_i} = -\sum_j \frac{y_j}{\hat y_j}\,\hat y_j(1_{i=j}-\hat y_i) = \hat{y_i} - y_i
""")
right("c06", "classes", "the loss and its derivative by a share", r"""
\frac{\partial L}{\partial p_i} = -\frac{y_i}{p_i}
""")
right("c07", "classes", "the definition of the loss, log and ln", r"""
L = -\sum_{i} y_i \log(p_i) = -\sum_i y_i \ln p_i = -\sum_i y_i z_i + \log \sum_k e^{z_k}
""")
right("c08", "classes", "weights of the softmax layer, w_{ki} leads to class k", r"""
\frac{\partial L}{\partial w_{ki}} = \frac{\partial L}{\partial z_k}\frac{\partial z_k}{\partial w_{ki}} = (p_k - y_k)\,x_i
""")
right("c09", "classes", "bias of the softmax layer", r"""
\frac{\partial L}{\partial b_k} = p_k - y_k
""")
right("c10", "classes", "the logarithm of a share", r"""
\frac{\partial \log p_i}{\partial z_j} = \frac{1}{p_i}\frac{\partial p_i}{\partial z_j} = \delta_{ij} - p_j = \mathbb{1}\{i=j\} - p_j
""")
right("c11", "classes_o", "o for the scores", r"""
\frac{\partial L}{\partial o_i} = -\sum_k y_k\frac{\partial \log p_k}{\partial o_i} = -\sum_k y_k\frac{1}{p_k}\frac{\partial p_k}{\partial o_i} = -y_i(1-p_i)-\sum_{k\neq i}y_k\frac{1}{p_k}({\color{red}{-p_kp_i}}) = -y_i(1-p_i)+\sum_{k\neq i}y_k p_i = p_i\left(\sum_k y_k\right)-y_i = p_i-y_i
""")
right("c12", "classes_o", "exp in the quotient rule", r"""
\frac{\partial p_i}{\partial o_i} = \frac{\exp(o_i)\sum_j\exp(o_j) - \exp(o_i)\exp(o_i)}{(\sum_j \exp(o_j))^2} = \frac{\exp(o_i)}{\sum_j\exp(o_j)} - \left(\frac{\exp(o_i)}{\sum_j\exp(o_j)}\right)^2 = p_i - p_i^2
""")
right("c13", "classes_t", "y for the outputs, t for the targets, a for the scores", r"""
\frac{\partial E}{\partial a_k} = \sum_i \frac{\partial E}{\partial y_i}\frac{\partial y_i}{\partial a_k} = -\sum_i \frac{t_i}{y_i}\,y_i(\delta_{ik}-y_k) = y_k - t_k
""")
right("c14", "classes_t", "weights, with limits on the sum", r"""
\frac{\partial E}{\partial a_k} = -t_k + \sum_{i=1}^{4} t_i\, y_k = y_k - t_k
""")
right("c15", "classes_se", "squared error after a softmax, the sum kept", r"""
\frac{\partial L}{\partial z_k} = \sum_i (p_i-y_i)\frac{\partial p_i}{\partial z_k} = \sum_i (p_i - y_i)\, p_i\, (\delta_{ik} - p_k) = p_k\Big((p_k-y_k)-\sum_i (p_i-y_i)p_i\Big)
""")
right("c16", "classes_se", "split of the same sum", r"""
\frac{\partial L}{\partial z_k} = (p_k-y_k)p_k(1-p_k)-\sum_{i\neq k}(p_i-y_i)p_i p_k
""")
right("c17", "logistic", "logistic regression, the loss by its output", r"""
\frac{dL}{da} = -\frac{y}{a} + \frac{1-y}{1-a} = \frac{-y(1-a) + a(1-y)}{a(1-a)} = \frac{a-y}{a(1-a)}
""")
right("c18", "logistic", "logistic regression, the loss by its score", r"""
\frac{dL}{dz} = \frac{dL}{da}\frac{da}{dz} = \frac{a-y}{a(1-a)}\times a(1-a) = a - y
""")
right("c19", "logistic", "logistic regression, the loss by a weight", r"""
\frac{\partial L}{\partial w_j} = \frac{\partial L}{\partial a}\,\frac{\partial a}{\partial z}\,\frac{\partial z}{\partial w_j} = (\sigma(z)-y)\,x_j
""")
right("c20", "logistic", "the derivative of the logistic function", r"""
\sigma'(z) = \frac{d}{dz}\frac{1}{1+e^{-z}} = \frac{e^{-z}}{(1+e^{-z})^2} = \sigma(z)(1-\sigma(z))
""")
right("c21", "logistic", "the loss written out", r"""
L = -(y\log(a)+(1-y)\log(1-a)) = -y\log a-(1-y)\log(1-a) = -y z + \log(1+e^{z})
""")
right("c22", "logistic", "bias", r"""
\frac{\partial L}{\partial b} = a - y
""")
right("c23", "neuron_se", "one sigmoid neuron with squared error", r"""
\frac{\partial L}{\partial w_i} = -(y-\sigma(z))\,\sigma(z)\,(1-\sigma(z))\,x_i = (\hat y - y)\,\hat y\,(1-\hat y)\,x_i
""")
right("c24", "neuron_se", "half a square by the chain rule", r"""
\frac{dL}{dz} = \frac{d}{dz}\frac{1}{2}(y-\sigma(z))^2 = (y-\sigma(z))\cdot(-\sigma'(z)) = -(y-\sigma(z))\sigma'(z)
""")
right("c25", "labels", "class label y, indicator of the label", r"""
\frac{\partial L}{\partial z_k} = p_k - 1\{y=k\}
""")
right("c26", "labels", "the loss of the labelled class", r"""
L = -\log p_y
""")
right("c27", "classes", "softmax spelled as a name", r"""
\frac{\partial L}{\partial z_i} = \text{softmax}(z)_i - y_i
""")
right("c28", "classes", "the derivatives of all shares sum to nothing", r"""
\sum_i \frac{\partial p_i}{\partial z_k} = \sum_i p_i(\delta_{ik}-p_k) = p_k - p_k\sum_i p_i = 0
""")
right("c29", "classes", "update of a bias", r"""
b_k \leftarrow b_k - \eta\,(p_k-y_k)
""")
right("c30", "batch_logistic", "the mean over the examples", r"""
\frac{\partial J}{\partial w_j} = \frac{1}{n}\sum_{i=1}^{n}(a^{(i)}-y^{(i)})\,x^{(i)}_j
""")
right("c31", "batch_logistic", "the mean over the examples, m of them", r"""
\frac{\partial J}{\partial b} = \frac1m\sum_{i=1}^m (\hat y^{(i)}-y^{(i)}) = \frac{1}{m}\sum_{i} (\sigma(z^{(i)}) - y^{(i)})
""")
right("c32", "batch_logistic", "the loss of the batch", r"""
J = -\frac{1}{m}\sum_{i=1}^{m}\left[y^{(i)}\log a^{(i)}+(1-y^{(i)})\log(1-a^{(i)})\right]
""")
right("c33", "batch_neuron_se", "squared error, averaged", r"""
\frac{\partial J}{\partial w_j} = \frac1n\sum_i (a^{(i)}-y^{(i)})\,a^{(i)}(1-a^{(i)})\,x_j^{(i)} = -\frac{1}{n}\sum_i (y^{(i)}-a^{(i)})\,a^{(i)}(1-a^{(i)})\,x_j^{(i)}
""")

right("c34", "classes", "the name of the function, operators and bars of spelling", r"""
\frac{\partial}{\partial z_j}p_i = \frac{\partial}{\partial z_j}\frac{e^{z_i}}{\sum_k e^{z_k}} = \operatorname{softmax}(z)_i\left(1_{i=j}-\operatorname{softmax}(z)_j\right)
""")
right("c35", "classes", "bare upper limit", r"""
\frac{\partial L}{\partial z_i} = -y_i + p_i\sum_{k}^{C} y_k = p_i - y_i
""")
right("c36", "classes", "sum with limits and an excluded index", r"""
\frac{\partial L}{\partial z_i} = -\frac{y_i}{p_i}\,p_i(1-p_i) - \sum_{j\neq i}^{K}\frac{y_j}{p_j}\left(-p_j p_i\right) = -y_i + y_i p_i + \sum_{j\neq i} y_j p_i
""")
right("c37", "classes", "the log-sum-exp", r"""
\frac{\partial}{\partial z_j}\log\sum_k e^{z_k} = \frac{e^{z_j}}{\sum_k e^{z_k}} = p_j
""")
right("c38", "classes_t", "the same with a hat-free spelling", r"""
\frac{\partial y_i}{\partial a_j} = y_i(1\{i=j\} - y_j) = y_i([i = j]-y_j)
""")
right("c39", "logistic", "loss by the score, from the loss by the exponential", r"""
\frac{\partial L}{\partial z} = -y + \frac{e^{z}}{1+e^{z}} = -y + \frac{1}{1+e^{-z}} = \sigma(z) - y
""")
right("c40", "neuron_se", "slashes and stars, plain text", r"""
dL/dz = -(y - a) * a * (1 - a) = (a - y) * a * (1 - a)
""")
right("c41", "logistic", "descent", r"""
w_j \leftarrow w_j - \eta\,(a-y)\,x_j
""")
right("c42", "classes_se", "the loss", r"""
L = \frac{1}{2}\sum_k (p_k-y_k)^2 = \frac12\sum_k (y_k-p_k)^2
""")

# ---------------------------------------------------------------- matrix form

right("m01", "matrix", "hidden delta in matrix form", r"""
\delta_1 = W_2^\top \delta_2 \odot \sigma'(z_1) = (W_2^{\top}\delta_2)\odot h\odot(1-h)
""")
right("m02", "matrix", "output delta in matrix form", r"""
\delta_2 = (\hat{y}-y)\odot\sigma'(z_2) = (\hat y - y)\odot \hat y\odot(1-\hat y)
""")
right("m03", "matrix", "weights of the second layer", r"""
\frac{\partial L}{\partial W_2} = \delta_2 h^\top = \left((\hat y - y)\odot\sigma'(z_2)\right)h^T
""")
right("m04", "matrix", "weights of the first layer", r"""
\frac{\partial L}{\partial W_1} = \delta_1 x^T = \left(W_2^T \delta_2 \odot h \odot (1-h)\right) x^T
""")
right("m05", "matrix", "biases", r"""
\frac{\partial L}{\partial b_1} = \delta_1 = W_2^T\delta_2\odot\sigma'(z_1)
""")
right("m06", "matrix_ce", "softmax with cross-entropy, all in one go", r"""
\frac{\partial L}{\partial W_1} = \left(W_2^\top(\hat y-y)\odot h\odot(1-h)\right)x^\top
""")
right("m07", "matrix_ce", "scores and outputs", r"""
\frac{\partial L}{\partial z_2} = \hat{\mathbf{y}} - \mathbf{y}
""")
right("m08", "matrix_ce", "the gradient that reaches the hidden outputs", r"""
\frac{\partial L}{\partial h} = W_2^\top(\hat y-y)
""")
right("m09", "matrix_bce", "tanh hidden layer", r"""
\frac{\partial L}{\partial z_1} = W_2^T(\hat y - y)\odot(1-h\odot h) = W_2^T(\hat y - y)\odot(1-h^2) = W_2^T(\hat y - y)\odot(1-\tanh^2(z_1))
""")
right("m10", "matrix_bce", "weights of the second layer", r"""
\nabla_{W_2} L = (\hat y-y)h^\top
""")
right("m11", "matrix_identity", "linear outputs", r"""
\frac{\partial L}{\partial b_2} = \hat y - y = W_2 h + b_2 - y
""")
right("m12", "matrix_identity", "descent on a matrix", r"""
W_2 \leftarrow W_2 - \eta\,(\hat y-y)h^\top
""")
right("m13", "matrix_softmax_hidden", "the softmax Jacobian as a matrix", r"""
\frac{\partial L}{\partial z_1} = \left(\text{diag}(h)-hh^\top\right)W_2^\top(\hat y-y)
""")
right("m14", "matrix_softmax_hidden", "the same without the matrix", r"""
\frac{\partial L}{\partial z_1} = h\odot W_2^\top(\hat y-y) - h\,h^\top W_2^\top(\hat y-y)
""")
right("m15", "matrix", "numbered layers, the definition written out", r"""
z_2 = W_2 h + b_2 = W_2\,\sigma(W_1 x + b_1) + b_2
""")
right("m16", "matrix_ce", "bold letters", r"""
\frac{\partial L}{\partial \mathbf{W}_2} = (\hat{\mathbf{y}}-\mathbf{y})\,\mathbf{h}^{\top}
""")
right("m17", "matrix_bce", "output delta", r"""
\delta_2 = \frac{\partial L}{\partial z_2} = \hat{y}-y
""")
right("m18", "matrix_softmax_hidden", "from the hidden outputs", r"""
\frac{\partial L}{\partial h} = W_2^\top\delta_2 = W_2^\top(\hat y-y)
""")
right("m19", "matrix", "the error signal of the hidden layer without names", r"""
\frac{\partial L}{\partial b_1} = \left(W_2^\top\left((\hat y-y)\odot\hat y\odot(1-\hat y)\right)\right)\odot\sigma'(W_1x+b_1)
""")
