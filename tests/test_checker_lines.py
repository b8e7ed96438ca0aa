r"""Lines whose verdict was worked out on paper first: a left side, and right sides that are right, wrong, or right with a reservation.

Each right side is one that a learner could write: the neighbour's index, the weight of the other path, the sign, the slope
that is missing or of another function, the sum that is missing or too long.
"""

import pytest

from linebyline.checker import Scene, check
from linebyline.network import question_network

QUESTION, SOFTMAX_HIDDEN = question_network(), question_network("softmax")
SOFTMAX_OUTPUT, BINARY = Scene(output="softmax", loss="cross_entropy"), Scene(loss="binary_cross_entropy")
WIDE, MEAN_SQUARES, MATRICES = Scene(sizes=(3, 4, 2)), Scene(sizes=(3, 4, 2), loss="mean_squared_error"), Scene(sizes=(3, 5, 2))
TANH, TANH_IDENTITY = Scene(sizes=(3, 4, 2), hidden="tanh", output="tanh"), Scene(sizes=(3, 4, 2), hidden="tanh", output="identity")
DEEP, DEEP_TANH = Scene(sizes=(3, 4, 2, 3)), Scene(sizes=(3, 4, 2, 3), hidden="tanh", output="softmax", loss="cross_entropy")
CLASSES = Scene(sizes=(3, 4, 3), output="softmax", loss="cross_entropy")
ONE_LAYER = Scene(sizes=(3, 4), output="softmax", loss="cross_entropy")
BATCH_SUM = Scene(sizes=(3, 2), output="softmax", loss="cross_entropy", batch=4)
BATCH_MEAN = Scene(sizes=(3, 2), output="softmax", loss="cross_entropy", batch=4, reduction="mean")
LOGISTIC, LINEAR = Scene(sizes=(3, 1), loss="binary_cross_entropy"), Scene(sizes=(3, 1), output="identity")
RELU = Scene(sizes=(3, 4, 2), hidden="relu", output="softmax", loss="cross_entropy")
SOFTPLUS, SCALARS = Scene(sizes=(3, 4, 2), hidden="softplus", output="identity"), Scene(sizes=(1, 1, 1))
DEEPER = Scene(sizes=(2, 3, 4, 2, 3))
HIDDEN_SOFTMAX = Scene(sizes=(3, 4, 3), hidden="softmax", output="softmax", loss="cross_entropy")
CLASSES_SQUARED = Scene(sizes=(3, 4, 3), output="softmax")
LINEAR_WHOLE = Scene(sizes=(3, 1), output="identity", loss="sum_of_squares")

# fmt: off
LINES = [
    (QUESTION, "question", r"\frac{\partial E}{\partial w_6} =", {
        r"\delta_{o1} out_{h2}": "ok",
    }),
    (QUESTION, "question", r"\frac{\partial E}{\partial w_7} =", {
        r"\delta_{o1} out_{h1}": "wrong",
    }),
    (QUESTION, "question", r"\frac{\partial E}{\partial w_2} =", {
        r"(\delta_{o1} w_5+\delta_{o2} w_7) out_{h1}(1-out_{h1}) i_2": "ok",
        r"(\delta_{o1} w_5+\delta_{o2} w_6) out_{h1}(1-out_{h1}) i_2": "wrong",
    }),
    (QUESTION, "question", r"\frac{\partial E}{\partial w_4} =", {
        r"(\delta_{o1} w_6+\delta_{o2} w_8) out_{h2}(1-out_{h2}) i_2": "ok",
    }),
    (QUESTION, "question", r"\frac{\partial E}{\partial out_{h2}} =", {
        r"w_6\delta_{o1}+w_8\delta_{o2}": "ok",
        r"w_7\delta_{o1}+w_8\delta_{o2}": "wrong",
    }),
    (QUESTION, "question", r"w_5^+ =", {
        r"w_5-\eta\delta_{o1} out_{h1}": "ok",
        r"w_5+\eta\delta_{o1} out_{h1}": "wrong",
        r"w_5-\eta \frac{\partial E}{\partial w_6}": "wrong",
        r"w_5^+ - \eta \frac{\partial E}{\partial w_5}": "wrong",
    }),
    (QUESTION, "question", r"b_2^+ =", {
        r"b_2-\eta(\delta_{o1}+\delta_{o2})": "ok",
    }),
    (QUESTION, "question", r"b_1^+ =", {
        r"b_1-\eta(\delta_{o1}+\delta_{o2})": "wrong",
    }),
    (SOFTMAX_HIDDEN, "question", r"\delta_{h1} =", {
        r"out_{h1}(1-out_{h1})(\frac{\partial E}{\partial out_{h1}}-\frac{\partial E}{\partial out_{h2}})": "loose",
        r"out_{h1}(1-out_{h1})\frac{\partial E}{\partial out_{h1}}": "wrong",
    }),
    (SOFTMAX_HIDDEN, "question", r"\delta_{hk} =", {
        r"out_{hk}(\frac{\partial E}{\partial out_{hk}}-\sum_i out_{hi}\frac{\partial E}{\partial out_{hi}})": "ok",
        r"out_{hk}(1-out_{hk})\frac{\partial E}{\partial out_{hk}}-\sum_{i\neq k} out_{hk}out_{hi}\frac{\partial E}{\partial out_{hi}}": "ok",
        r"out_{hk}(\frac{\partial E}{\partial out_{hk}}-\sum_{i\neq k} out_{hi}\frac{\partial E}{\partial out_{hi}})": "wrong",
    }),
    (WIDE, "question", r"\delta_{hi} =", {
        r"out_{hi}(1-out_{hi})\sum_j w_{ji}\delta_{oj}": "ok",
        r"out_{hi}(1-out_{hi})\sum_j w_{ij}\delta_{oj}": "loose",
        r"out_{hi}(1-out_{hi})\sum_i w_{ji}\delta_{oj}": "wrong",
        r"out_{hi}(1-out_{hi}) w_{ji}\delta_{oj}": "wrong",
    }),
    (TANH_IDENTITY, "question", r"\delta_{hi} =", {
        r"(1-out_{hi}^2)\sum_j w_{ji}(out_{oj}-target_{oj})": "ok",
        r"(1-out_{hi})^2\sum_j w_{ji}(out_{oj}-target_{oj})": "wrong",
    }),
    (SOFTMAX_OUTPUT, "question", r"\frac{\partial E}{\partial net_{oj}} =", {
        r"out_{oj}-target_{oj}": "ok",
        r"(out_{oj}-target_{oj})out_{oj}(1-out_{oj})": "wrong",
    }),
    (QUESTION, "question", r"E =", {
        r"\frac12\sum_j(out_{oj}-target_{oj})^2": "ok",
        r"\sum_j(out_{oj}-target_{oj})^2": "wrong",
    }),
    (TANH, "question", r"\delta_{oj} =", {
        r"(out_{oj}-target_{oj})(1-out_{oj}^2)": "ok",
        r"(out_{oj}-target_{oj})out_{oj}(1-out_{oj})": "wrong",
    }),
    (BINARY, "question", r"\delta_{oj} =", {
        r"out_{oj}-target_{oj}": "ok",
        r"-\frac{target_{oj}}{out_{oj}}": "wrong",
    }),
    (MEAN_SQUARES, "question", r"\frac{\partial E}{\partial out_{oj}} =", {
        r"\frac{2}{2}(out_{oj}-target_{oj})": "loose",
    }),
    (QUESTION, "question", r"\frac{\partial E}{\partial net_{oj}} =", {
        r"-(target_{oj}-out_{oj})out_{oj}(1-out_{oj})": "ok",
    }),
    (DEEP, "layers", r"\frac{\partial C}{\partial w^l_{jk}} =", {
        r"a^{l-1}_k\delta^l_j": "ok",
        r"a^{l}_k\delta^l_j": "wrong",
        r"a^{l-1}_j\delta^l_k": "loose",
    }),
    (DEEP, "layers", r"\frac{\partial C}{\partial b^l_j} =", {
        r"\delta^l_j": "ok",
        r"\delta^{l+1}_j": "wrong",
        r"\delta^{l}_j a^{l-1}_j": "wrong",
    }),
    (DEEP, "layers", r"\delta^{L} =", {
        r"(a^L-y)\odot\sigma'(z^L)": "ok",
        r"(y-a^L)\odot\sigma'(z^L)": "wrong",
    }),
    (DEEP, "layers", r"\delta^{l} =", {
        r"(W^{l+1})^T\delta^{l+1}\odot\sigma'(z^l)": "ok",
        r"(W^{l+1})^T\delta^{l+1}\odot\sigma(z^l)": "wrong",
        r"(W^{l+1})^T\delta^{l+1}\odot\sigma'(z^{l+1})": "wrong",
        r"(W^{l+1})^T\delta^{L}\odot\sigma'(z^l)": "wrong",
    }),
    (DEEP, "layers", r"\delta^{l-1}_k =", {
        r"\sigma'(z^{l-1}_k)\sum_j w^l_{jk}\delta^l_j": "ok",
        r"\sigma'(z^{l}_k)\sum_j w^l_{jk}\delta^l_j": "wrong",
    }),
    (DEEP, "layers", r"\frac{\partial z^{l+1}_j}{\partial z^l_k} =", {
        r"w^{l+1}_{jk}\sigma'(z^l_k)": "ok",
        r"w^{l+1}_{jk}\sigma'(z^l_j)": "wrong",
        r"w^{l}_{jk}\sigma'(z^l_k)": "loose",
    }),
    (DEEP, "layers", r"\frac{\partial C}{\partial a^l_k} =", {
        r"\sum_j w^{l+1}_{jk}\delta^{l+1}_j": "ok",
        r"\sum_j w^{l+1}_{jk}\delta^{l}_j": "wrong",
    }),
    (DEEP_TANH, "layers", r"\delta^l =", {
        r"(W^{l+1})^T\delta^{l+1}\odot(1-a^l\odot a^l)": "ok",
        r"(W^{l+1})^T\delta^{l+1}\odot(1-a^l)": "wrong",
    }),
    (DEEP_TANH, "layers", r"\delta^L =", {
        r"a^L-y": "ok",
        r"(a^L-y)\odot\sigma'(z^L)": "wrong",
    }),
    (DEEP, "layers", r"W^{(l)} \leftarrow", {
        r"W^{(l)}-\eta\delta^{(l)}(a^{(l-1)})^T": "ok",
        r"W^{(l)}-\eta\delta^{(l)}(a^{(l)})^T": "wrong",
        r"W^{(l)}-\delta^{(l)}(a^{(l-1)})^T": "wrong",
        r"W^{(l)}+\eta\delta^{(l)}(a^{(l-1)})^T": "wrong",
    }),
    (DEEP, "layers", r"b^{(l)} \leftarrow", {
        r"b^{(l)}-\eta\delta^{(l)}": "ok",
        r"b^{(l)}-\eta\delta^{(l+1)}": "wrong",
    }),
    (DEEP, "layers", r"a^l_k =", {
        r"\sigma(\sum_j w^l_{kj}a^{l-1}_j+b^l_k)": "ok",
        r"\sigma(\sum_j w^l_{kj}a^{l-1}_j)": "loose",
        r"\sigma(\sum_j w^l_{kj}a^{l}_j+b^l_k)": "wrong",
    }),
    (DEEP, "layers", r"\frac{\partial C}{\partial z^{L-1}_k} =", {
        r"\sum_j\delta^L_j w^L_{jk}\sigma'(z^{L-1}_k)": "ok",
        r"\sum_j\delta^L_j w^{L-1}_{jk}\sigma'(z^{L-1}_k)": "wrong",
    }),
    (CLASSES, "classes", r"\frac{\partial L}{\partial z_j} =", {
        r"p_j-y_j": "ok",
        r"\sum_i\frac{\partial L}{\partial p_i}p_i(\delta_{ij}-p_j)": "ok",
        r"\sum_i\frac{\partial L}{\partial p_i}p_j(\delta_{ij}-p_i)": "ok",
        r"-y_j(1-p_j)+\sum_{i\neq j}y_ip_j": "ok",
        r"y_j-p_j": "wrong",
        r"p_j-1": "wrong",
        r"\sum_i\frac{\partial L}{\partial p_i}p_i(\delta_{ij}+p_j)": "wrong",
        r"\frac{\partial L}{\partial p_j}p_j(1-p_j)": "wrong",
        r"-y_j(1-p_j)-\sum_{i\neq j}y_ip_j": "wrong",
        r"-y_j(1-p_j)+\sum_{i}y_ip_j": "wrong",
    }),
    (CLASSES, "classes", r"\frac{\partial L}{\partial p_i} =", {
        r"-\frac{y_i}{p_i}": "ok",
        r"-y_i\log p_i": "wrong",
        r"-\frac{1}{p_i}": "wrong",
    }),
    (CLASSES, "classes", r"\frac{\partial \log p_i}{\partial z_j} =", {
        r"\delta_{ij}-p_j": "ok",
        r"\delta_{ij}-p_i": "wrong",
        r"1-p_j": "wrong",
    }),
    (CLASSES, "classes", r"L =", {
        r"-\sum_i y_i\log p_i": "ok",
        r"-\sum_i y_i\log(1-p_i)": "wrong",
        r"\sum_i y_i\log p_i": "wrong",
    }),
    (ONE_LAYER, "classes", r"\frac{\partial L}{\partial W_{jk}} =", {
        r"(p_j-y_j)x_k": "loose",
        r"(p_k-y_k)x_k": "wrong",
    }),
    (CLASSES, "classes", r"\frac{\partial p_i}{\partial z_j} =", {
        r"p_i-p_ip_j": "wrong",
        r"\delta_{ij}p_i-p_i^2": "wrong",
        r"\delta_{ij}p_i-p_ip_j": "ok",
    }),
    (CLASSES, "classes", r"\sum_i\frac{\partial p_i}{\partial z_j} =", {
        r"0": "ok",
        r"1": "wrong",
    }),
    (CLASSES, "classes", r"\sum_i p_i =", {
        r"1": "ok",
    }),
    (CLASSES, "classes", r"\sum_i y_i =", {
        r"1": "ok",
    }),
    (CLASSES, "classes", r"\sum_i z_i =", {
        r"1": "wrong",
    }),
    (MATRICES, "matrix", r"\frac{\partial L}{\partial W_2} =", {
        r"((\hat y-y)\odot\hat y\odot(1-\hat y))h^T": "ok",
        r"((\hat y-y)\odot\hat y\odot(1-\hat y))h": "wrong",
    }),
    (MATRICES, "matrix", r"\frac{\partial L}{\partial W_1} =", {
        r"(W_2^T\delta_2\odot h\odot(1-h))x^T": "ok",
        r"(W_2^T\delta_2\odot h\odot(1-h))x": "wrong",
        r"(W_1^T\delta_2\odot h\odot(1-h))x^T": "wrong",
        r"(W_2^T\delta_2\odot h)x^T": "wrong",
    }),
    (MATRICES, "matrix", r"\frac{\partial L}{\partial b_1} =", {
        r"W_2^T\delta_2\odot h\odot(1-h)": "ok",
        r"\delta_2": "wrong",
    }),
    (MATRICES, "matrix", r"\frac{\partial L}{\partial x} =", {
        r"W_1^T\delta_1": "ok",
        r"W_2^T\delta_1": "wrong",
    }),
    (BATCH_SUM, "matrix", r"\frac{\partial L}{\partial W} =", {
        r"X^T(P-Y)": "loose",
        r"X^T(Y-P)": "wrong",
        r"\frac1n X^T(P-Y)": "wrong",
    }),
    (BATCH_MEAN, "matrix", r"\frac{\partial L}{\partial W} =", {
        r"\frac1n X^T(P-Y)": "loose",
        r"X^T(P-Y)": "wrong",
    }),
    (LOGISTIC, "classes", r"\frac{\partial L}{\partial w_j} =", {
        r"(\hat y-y)x_j": "ok",
        r"\hat y(1-\hat y)(\hat y-y)x_j": "wrong",
    }),
    (LOGISTIC, "classes", r"\frac{\partial L}{\partial \hat y} =", {
        r"\frac{\hat y-y}{\hat y(1-\hat y)}": "ok",
        r"-\frac{y}{\hat y}+\frac{1-y}{1-\hat y}": "ok",
        r"-\frac{y}{\hat y}": "wrong",
        r"-\frac{y}{\hat y}-\frac{1-y}{1-\hat y}": "wrong",
    }),
    (LINEAR, "classes", r"\frac{\partial L}{\partial w_j} =", {
        r"(\hat y-y)x_j": "ok",
        r"2(\hat y-y)x_j": "wrong",
    }),
    (LINEAR_WHOLE, "classes", r"\frac{\partial L}{\partial w_j} =", {
        r"2(\hat y-y)x_j": "ok",
        r"(\hat y-y)x_j": "wrong",
    }),
    ("sigmoid", None, r"\frac{\partial E}{\partial w_{ij}} =", {
        r"o_i\delta_j": "ok",
        r"o_j\delta_i": "loose",
    }),
    ("sigmoid", None, r"\delta_j =", {
        r"o_j(1-o_j)\sum_k w_{jk}\delta_k": "ok",
        r"o_j(1-o_j)\sum_k w_{jk}\delta_j": "wrong",
    }),
    ("tanh", None, r"\delta_j =", {
        r"(1-o_j^2)\sum_k w_{jk}\delta_k": "ok",
    }),
    (WIDE, None, r"\delta_j =", {
        r"(1-o_j^2)\sum_k w_{jk}\delta_k": "wrong",
    }),
    (WIDE, "question", r"\delta_{hi} =", {
        r"f'(net_{hi})\sum_j w_{ji}\delta_{oj}": "ok",
        r"f(net_{hi})\sum_j w_{ji}\delta_{oj}": "wrong",
        r"f'(out_{hi})\sum_j w_{ji}\delta_{oj}": "wrong",
        r"f'(net_{oj})\sum_j w_{ji}\delta_{oj}": "wrong",
    }),
    (RELU, "question", r"\delta_{hi} =", {
        r"f'(net_{hi})\sum_j w_{ji}(out_{oj}-target_{oj})": "ok",
        r"\sum_j w_{ji}(out_{oj}-target_{oj})": "wrong",
    }),
    (SOFTPLUS, "question", r"\delta_{hi} =", {
        r"\frac{1}{1+e^{-net_{hi}}}\sum_j w_{ji}(out_{oj}-target_{oj})": "ok",
        r"\frac{1}{1+e^{net_{hi}}}\sum_j w_{ji}(out_{oj}-target_{oj})": "wrong",
    }),
    (HIDDEN_SOFTMAX, "question", r"\delta_{hk} =", {
        r"\sum_i\sum_j (out_{oj}-target_{oj}) w_{ji} out_{hi}(1_{i=k}-out_{hk})": "ok",
        r"\sum_i\sum_j (out_{oj}-target_{oj}) w_{ji} out_{hk}(1_{i=k}-out_{hk})": "wrong",
        r"\sum_j (out_{oj}-target_{oj}) w_{jk} out_{hk}(1-out_{hk})": "wrong",
        r"out_{hk}\Big(\sum_j(out_{oj}-target_{oj})w_{jk}-\sum_i out_{hi}\sum_j(out_{oj}-target_{oj})w_{ji}\Big)": "ok",
        r"out_{hk}\Big(\sum_j(out_{oj}-target_{oj})w_{jk}-\sum_i out_{hi}\sum_j(out_{oj}-target_{oj})w_{jk}\Big)": "wrong",
    }),
    (HIDDEN_SOFTMAX, "question", r"\sum_k\delta_{hk} =", {
        r"0": "ok",
    }),
    (WIDE, "question", r"\sum_k\delta_{hk} =", {
        r"0": "wrong",
    }),
    (CLASSES_SQUARED, "classes", r"\frac{\partial L}{\partial z_j} =", {
        r"p_j\left((p_j-y_j)-\sum_i(p_i-y_i)p_i\right)": "ok",
        r"(p_j-y_j)p_j(1-p_j)": "wrong",
        r"\sum_i(p_i-y_i)p_i(\delta_{ij}-p_j)": "ok",
        r"\sum_i(p_i-y_i)p_j(\delta_{ij}-p_j)": "wrong",
        r"p_j-y_j": "wrong",
    }),
    (DEEPER, "layers", r"\delta^{l}_j =", {
        r"\sigma'(z^{l}_j)\sum_k w^{l+1}_{kj}\sigma'(z^{l+1}_k)\sum_m w^{l+2}_{mk}\delta^{l+2}_m": "ok",
        r"\sigma'(z^{l}_j)\sum_k w^{l+1}_{kj}\sum_m w^{l+2}_{mk}\delta^{l+2}_m": "wrong",
        r"\sigma'(z^{l}_j)\sum_k w^{l+1}_{jk}\delta^{l+1}_k": "loose",
    }),
    (DEEPER, "layers", r"\frac{\partial C}{\partial W^{l}} =", {
        r"\delta^{l}(a^{l-1})^T": "ok",
        r"a^{l-1}(\delta^{l})^T": "loose",
        r"\delta^{l}(a^{l-2})^T": "wrong",
    }),
    (DEEPER, "layers", r"\frac{\partial C}{\partial W^{1}} =", {
        r"\delta^{1}x^T": "ok",
    }),
    (DEEPER, "layers", r"\frac{\partial C}{\partial z^{3}} =", {
        r"(W^{4})^T\delta^{4}\odot\sigma'(z^{3})": "ok",
        r"(W^{4})^T\delta^{3}\odot\sigma'(z^{3})": "wrong",
        r"(W^{3})^T\delta^{4}\odot\sigma'(z^{3})": "loose",
    }),
    (DEEPER, "layers", r"\frac{\partial C}{\partial z^{2}} =", {
        r"(W^{3})^T((W^{4})^T\delta^{4}\odot\sigma'(z^{3}))\odot\sigma'(z^{2})": "ok",
        r"(W^{3})^T((W^{4})^T\delta^{4}\odot\sigma'(z^{2}))\odot\sigma'(z^{3})": "wrong",
        r"(W^{3})^T(W^{4})^T\delta^{4}\odot\sigma'(z^{2})": "wrong",
    }),
    (SCALARS, "layers", r"\frac{\partial C}{\partial w_1} =", {
        r"(a_2-y)a_2(1-a_2)w_2a_1(1-a_1)x": "ok",
        r"(a_2-y)a_2(1-a_2)w_1a_1(1-a_1)x": "wrong",
        r"(a_2-y)a_2(1-a_2)w_2a_1(1-a_1)": "wrong",
    }),
    (SCALARS, "layers", r"\frac{\partial C}{\partial b_1} =", {
        r"(a_2-y)a_2(1-a_2)w_2a_1(1-a_1)": "ok",
        r"(a_2-y)a_2(1-a_2)a_1(1-a_1)": "wrong",
    }),
    (SCALARS, "layers", r"\frac{\partial C}{\partial w_2} =", {
        r"(a_2-y)\sigma'(z_2)a_1": "ok",
        r"(a_2-y)\sigma'(a_2)a_1": "wrong",
        r"(a_2-y)\sigma'(z_2)x": "wrong",
    }),
    (WIDE, "question", r"w_{ji} \leftarrow", {
        r"w_{ji}-\eta\delta_{oj}out_{hi}": "ok",
        r"w_{ji}-\eta\delta_{oj}out_{hj}": "wrong",
        r"w_{ji}-\eta^{-1}\delta_{oj}out_{hi}": "wrong",
        r"w_{ji}-2\eta\delta_{oj}out_{hi}": "wrong",
        r"\eta\delta_{oj}out_{hi}": "wrong",
    }),
    (WIDE, "question", r"\Delta w_{ji} =", {
        r"-\eta\delta_{oj}out_{hi}": "ok",
        r"\eta\delta_{oj}out_{hi}": "wrong",
        r"\eta(target_{oj}-out_{oj})out_{oj}(1-out_{oj})out_{hi}": "ok",
    }),
    (CLASSES, "classes", r"L =", {
        r"-\log p_y": "ok",
        r"-\log y_p": "wrong",
        r"-\sum_i y_i z_i+\log\sum_k e^{z_k}": "ok",
        r"-\sum_i y_i z_i-\log\sum_k e^{z_k}": "wrong",
        r"-\sum_i y_i z_i+\sum_k\log e^{z_k}": "wrong",
    }),
    (CLASSES, "classes", r"\frac{\partial L}{\partial z_j} =", {
        r"p_j+\mathbb{1}[j=y]": "wrong",
        r"p_j-\mathbb{1}[j\neq y]": "wrong",
        r"\begin{cases}p_j-1&j=y\\p_j&j\neq y\end{cases}": "ok",
        r"\begin{cases}p_j-1&j=y\\-p_j&j\neq y\end{cases}": "wrong",
        r"\begin{cases}p_j&j=y\\p_j-1&j\neq y\end{cases}": "wrong",
    }),
    (CLASSES, "classes", r"\frac{\partial }{\partial z_j}\log\sum_k e^{z_k} =", {
        r"p_j": "ok",
        r"\log p_j": "wrong",
    }),
    (CLASSES, "classes", r"\frac{\partial p_i}{\partial z_i} =", {
        r"p_i-p_i^2": "ok",
        r"p_i-p_j^2": "wrong",
        r"p_i(1-p_j)": "wrong",
    }),
    (LOGISTIC, "classes", r"\frac{\partial L}{\partial z} =", {
        r"\sigma(z)-y": "ok",
        r"y-\sigma(z)": "wrong",
        r"-y(1-\sigma(z))+(1-y)\sigma(z)": "ok",
        r"-y\sigma(z)+(1-y)(1-\sigma(z))": "wrong",
    }),
    (LOGISTIC, "classes", r"L =", {
        r"-y\log\hat y-(1-y)\log(1-\hat y)": "ok",
        r"-y\log\hat y+(1-y)\log(1-\hat y)": "wrong",
    }),
    (LOGISTIC, "classes", r"\hat y =", {
        r"\sigma(\sum_j w_jx_j+b)": "ok",
        r"\sigma(\sum_j w_jx_j)+b": "wrong",
    }),
    (LOGISTIC, "classes", r"\sigma'(z) =", {
        r"\sigma(z)(1-\sigma(z))": "ok",
        r"\sigma(z)(1+\sigma(-z))": "wrong",
    }),
    (LOGISTIC, "classes", r"1-\sigma(z) =", {
        r"\sigma(-z)": "ok",
    }),
    (LOGISTIC, "classes", r"\nabla_w L =", {
        r"(\hat y-y)x": "ok",
        r"(\hat y-y)w": "wrong",
    }),
    (LOGISTIC, "classes", r"\nabla_x L =", {
        r"(\hat y-y)w": "loose",
    }),
    (MATRICES, "matrix", r"z_2 =", {
        r"W_2\sigma(W_1x+b_1)+b_2": "ok",
        r"W_2\sigma(W_1x)+b_2": "wrong",
        r"W_1\sigma(W_2x+b_1)+b_2": "wrong",
    }),
    (MATRICES, "matrix", r"\hat y =", {
        r"\sigma(W_2h+b_1)": "wrong",
    }),
    (MATRICES, "matrix", r"\frac{\partial L}{\partial h} =", {
        r"W_2^T\delta_2": "ok",
        r"\delta_2W_2": "loose",
    }),
    (MATRICES, "matrix", r"\frac{\partial L}{\partial W_2} =", {
        r"h\delta_2^T": "loose",
    }),
    (MATRICES, "matrix", r"\frac{\partial L}{\partial z_1} =", {
        r"\mathrm{diag}(h\odot(1-h))W_2^T\delta_2": "ok",
        r"\mathrm{diag}(h\odot(1-h))W_2\delta_2": "loose",
    }),
    (MATRICES, "matrix", r"\frac{\partial L}{\partial b_2} =", {
        r"\delta_2^T": "loose",
    }),
]
# fmt: on
CASES = [(network, notation, f"{left} {right}", status) for network, notation, left, sides in LINES for right, status in sides.items()]


@pytest.mark.parametrize(("network", "notation", "line", "status"), CASES, ids=[line for _, _, line, _ in CASES])
def test_the_verdict_is_the_one_worked_out_on_paper(network, notation, line, status):
    report = check(line, network, notation)
    assert [side.status for side in report.sides] == ["reference", status], str(report)
