"""Right derivations are called right, and their single-token mutants are not; `python tests/mutants.py` tries all mutants."""

import collections
import random
import re

import pytest
from data.right_derivations import RIGHT, SCENES
from mutants import REFUSED, UNEXPLAINED, Mutant, all_mutants, judge, mutations, network_of, renamed, sides, witness_says
from witness import Meaningless, truths

from linebyline.checker import check

SAMPLE = 500
OF_THIS_SIZE = {"q43"}  # true because the layer has two units, and said to be
IDS = [record["id"] for record in RIGHT]


def test_there_are_at_least_200_right_sides_over_all_notations_activations_and_losses():
    assert sum(len(sides(record["text"])) - 1 for record in RIGHT) >= 280
    assert len(set(IDS)) == len(IDS)
    used = [SCENES[record["scene"]] for record in RIGHT]
    assert {scene["notation"] for scene in used} == {"question", "layers", "classes", "matrix"}
    assert {name for scene in used for name in scene["activations"]} == {"sigmoid", "tanh", "softmax", "identity"}
    assert {scene["loss"] for scene in used} == {"squared_error", "binary_cross_entropy", "cross_entropy"}


@pytest.mark.parametrize("record", RIGHT, ids=IDS)
def test_the_witness_finds_every_right_side_right(record):
    scene = SCENES[record["scene"]]
    for seed in (1, 2):
        assert truths(scene, record["text"], seed) == [True] * (len(sides(record["text"])) - 1)
    if scene["sizes"] != (2, 2, 2):
        assert all(verdict is True for verdict in truths(scene, record["text"], grow=1))


@pytest.mark.parametrize(
    ("scene", "text"),
    [
        ("question", r"\frac{\partial E_{total}}{\partial w_5} = \delta_{o1} out_{h2}"),
        ("question_softmax_hidden", r"\frac{\partial out_{h1}}{\partial net_{h2}} = 0"),
        ("wide", r"\delta_{hi} = out_{hi}(1-out_{hi})\sum_j w_{ij}\delta_{oi}"),
        ("deep", r"\delta^l_j = \sum_k \delta^{l+1}_k w^{l+1}_{kj} \sigma'(z^{L-1}_j)"),
        ("classes", r"\frac{\partial p_i}{\partial z_j} = p_i(1-p_j)"),
        ("matrix", r"\delta_1 = W_2 \delta_2 \odot \sigma'(z_1)"),
        ("batch_logistic", r"\frac{\partial J}{\partial b} = \sum_i (a^{(i)}-y^{(i)})"),
    ],
)
def test_the_witness_refuses_known_slips(scene, text):
    try:
        verdicts = truths(SCENES[scene], text)
    except Meaningless:
        return
    assert verdicts[0] is False or isinstance(verdicts[0], Meaningless)


@pytest.mark.parametrize("record", RIGHT, ids=IDS)
def test_the_checker_calls_every_right_side_right(record):
    report = check(record["text"], network=network_of(record["scene"]), notation=SCENES[record["scene"]]["notation"])
    expected = "loose" if record["id"] in OF_THIS_SIZE else "ok"
    assert report.first_wrong is None
    assert [side.status for side in report.sides if side.status != "note-ok"] == ["reference"] + [expected] * (
        len(sides(record["text"])) - 1
    ), str(report)


def test_mutations_change_one_token_each_way():
    found = collections.defaultdict(set)
    for category, text in mutations(r"\sum_{k=1}^{4} w^{l+1}_{kj} \odot (1 - \hat y_k^2)^T \sigma'(z_1)"):
        found[category].add(text)
    assert r"\sum_{k=1}^{4} w^{l+1}_{kj} \odot (1 + \hat y_k^2)^T \sigma'(z_1)" in found["sign"]
    assert r"\sum_{k=1}^{3} w^{l+1}_{kj} \odot (1 - \hat y_k^2)^T \sigma'(z_1)" in found["bound"]
    assert r"w^{l+1}_{kj} \odot (1 - \hat y_k^2)^T \sigma'(z_1)" in found["sum removed"]
    assert r"\sum_{k=1}^{4} w^{l+1}_{jk} \odot (1 - \hat y_k^2)^T \sigma'(z_1)" in found["index order"]
    assert r"\sum_{k=1}^{4} w^{l}_{kj} \odot (1 - \hat y_k^2)^T \sigma'(z_1)" in found["layer"]
    assert r"\sum_{k=1}^{4} w^{l+1}_{kj}   (1 - \hat y_k^2)^T \sigma'(z_1)" in found["elementwise to matrix product"]
    assert r"\sum_{k=1}^{4} w^{l+1}_{kj} \odot (1 - \hat y_k^2) \sigma'(z_1)" in found["transpose dropped"]
    assert r"\sum_{k=1}^{4} w^{l+1}_{kj} \odot (1 - \hat y_k^2)^T \sigma(z_1)" in found["prime dropped"]
    assert r"\sum_{k=1}^{4} w^{l+1}_{kj} \odot (1 - \hat y_k^3)^T \sigma'(z_1)" in found["exponent"]
    assert r"\sum_{k=1}^{4} w^{l+1}_{kj} \odot (1 - \hat y_i^2)^T \sigma'(z_1)" in found["index"]
    assert r"\sum_{k=1}^{4} w^{l+1}_{kj} \odot (2 - \hat y_k^2)^T \sigma'(z_1)" in found["number"]
    assert r"\sum_{k=1}^{4} w^{l+1}_{kj} \odot (1 - \hat y_k^2)^T (z_1)" in found["factor dropped"]


def test_a_letter_with_a_new_name_throughout_is_no_mutant():
    record = {"text": r"\frac{\partial L}{\partial b} = a - y"}
    assert renamed(Mutant(record, 1, "", (("", r"\frac{\partial L}{\partial b}"), ("=", "a - t"))))
    assert not renamed(Mutant(record, 1, "", (("", r"\frac{\partial L}{\partial b}"), ("=", "a - a"))))


@pytest.fixture(scope="module")
def sample():
    """A fixed sample with every kind of mutation in it, judged."""
    mutants = list(all_mutants())
    random.Random(0).shuffle(mutants)
    kinds = collections.defaultdict(list)
    for mutant in mutants:
        kinds[mutant.category].append(mutant)
    chosen = [m for kind in kinds.values() for m in kind[:6]]
    chosen += [m for m in mutants if m not in chosen][: SAMPLE - len(chosen)]
    return [(mutant, *judge(mutant)) for mutant in chosen]


def test_there_are_more_than_5000_mutants_that_change_the_value():
    assert len(list(all_mutants())) > 12_000


def test_no_value_changing_mutant_is_called_right(sample):
    changed = [row for row in sample if row[1] in ("changed", "meaningless", "same here")]
    assert len(changed) > SAMPLE / 2
    assert [(row[0].record["id"], row[0].pair) for row in changed if row[2] == "ok"] == []


def test_no_mutant_makes_the_checker_raise(sample):
    assert [(row[0].pair, row[3]) for row in sample if row[2] == "raised"] == []


def test_nine_refusals_in_ten_are_explained(sample):
    wrong = [row for row in sample if row[2] in ("wrong", "carries") and row[1] != "same"]
    explained = [row for row in wrong if row[3].strip().rstrip(".") not in UNEXPLAINED]
    assert len(explained) >= 0.9 * len(wrong)
    assert all(row[3] for row in sample if row[2] in REFUSED)


def test_the_first_wrong_side_of_a_chain_is_the_changed_one():
    found = tried = 0
    for mutant in random.Random(1).sample(list(all_mutants()), 150):
        if mutant.side and len(mutant.chain) > 2 and witness_says(mutant.record, mutant.pair) == "changed":
            tried += 1
            report = check(mutant.text, network=network_of(mutant.record["scene"]), notation=SCENES[mutant.record["scene"]]["notation"])
            judged = [side for side in report.sides if not side.status.startswith("note")]
            assert [side.status for side in judged[: mutant.side]] == ["reference"] + ["ok"] * (mutant.side - 1), str(report)
            found += judged[mutant.side].status in ("wrong", "unreadable")
    assert tried > 30 and found >= 0.97 * tried


def test_every_record_says_why_it_is_right():
    assert all(re.search(r"\w{3}", record["why"]) for record in RIGHT)
