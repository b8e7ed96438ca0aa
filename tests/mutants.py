r"""Every single-token mutation of the right derivations, and what the checker says to each.

A mutant is a left side and one right side of ``data/right_derivations.py`` in which one
token was changed: an index, a sign, a factor, a bound, a transpose and so on. The witness
(``witness.py``), which shares no code with the checker, decides whether the change changes
the value. A mutant that changes the value and that the checker still calls right is a
false acceptance.

Run ``python tests/mutants.py`` for all of them; ``--sample N`` takes N at random.
"""

import argparse
import collections
import functools
import json
import os
import random
import re
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from data.right_derivations import RIGHT, SCENES  # noqa: E402
from witness import Meaningless, Unread, truths  # noqa: E402

from linebyline.checker import check  # noqa: E402
from linebyline.network import random_network  # noqa: E402

TOKEN = re.compile(r"\\\\|\\[A-Za-z]+|\\.|[A-Za-z]+|\d+(?:\.\d+)?|\s+|.", re.S)
ARGUMENTS = {
    r"\frac": 2,
    r"\dfrac": 2,
    **dict.fromkeys((r"\hat", r"\mathbf", r"\mathbb", r"\text", r"\operatorname", r"\color", r"\begin", r"\end"), 1),
}
OPENING, CLOSING = {"(": ")", "[": "]", "{": "}", r"\{": r"\}"}, (")", "]", "}", r"\}")
PRODUCTS = ("*", r"\cdot", r"\times", r"\odot", r"\circ", "·")
SIGNS = ("+", "-", "−")
SILENT = (
    r"\left",
    r"\right",
    r"\big",
    r"\Big",
    r"\bigg",
    r"\Bigg",
    r"\limits",
    r"\,",
    r"\!",
    r"\;",
    r"\quad",
    r"\\",
    "&",
    "$",
    r"\leftarrow",
    "∂",
    r"\partial",
    "d",
)
SILENT += ("=", "/", ",", ".", "|", r"\neq", r"\ne", r"\over", ":", "~")
SYMBOL = re.compile(r"\\?[A-Za-zδσ]+|\d+(?:\.\d+)?")
LOOKALIKES = {
    "out": ("net", "target"), "net": ("out",), "target": ("out",), "a": ("z", "y"), "z": ("a", "x"), "y": ("p", "a", r"\hat y"), "p": ("y", "z"),
    "h": ("x", "z_1", r"\hat y"), "x": ("h", "y"), "o": ("p",), "t": ("y",), "w": ("b", r"\delta"), "W": ("w",), "i": ("out_{h1}",),
    r"\delta": ("w", "E"), "δ": ("w",), r"\log": (r"\exp",), r"\ln": (r"\exp",), r"\exp": (r"\log",), "log": ("exp",), r"\eta": ("1",),
    r"\tanh": (r"\sigma", r"\exp"), r"\sigma": (r"\tanh", r"\log"), "sigmoid": ("tanh",), "softmax": ("sigmoid",),
}  # fmt: skip
LETTERS = "ijklm"
EMPTY = re.compile(r"[({\[]\s*[-+]?\s*(?:\\right\s*)?[)}\]]|\\color \\color")


# ---------------------------------------------------------------- the text of one side


def sides(text):
    """Cut a derivation at its top-level equals signs: [(relation before it, text), ...]."""
    found, depth, start, relation, at = [], 0, 0, "", 0
    text = re.sub(r"\[if [^\n]*\]", "", text.strip())
    text = re.sub(r"\\begin\{align\w*\}|\\end\{align\w*\}|\\tag\{\d+\}", "", text).strip()
    for match in TOKEN.finditer(text):
        token = match.group()
        depth += (token in OPENING) - (token in CLOSING)
        depth += 100 * ((token == r"\begin") - (token == r"\end"))
        if depth == 0 and token in ("=", r"\leftarrow"):
            found.append((relation, text[start : match.start()]))
            relation, start = token, match.end()
        at = match.end()
    found.append((relation, text[start:at]))
    return [(relation, re.sub(r"^[\s&$]+|(?:[\s&$.,]|\\\\)+$", "", side)) for relation, side in found]


class Scan:
    """Where the items, signs and scripts of a side stand."""

    def __init__(self, text):
        self.text = text
        self.tokens = [(m.group(), m.start(), m.end()) for m in TOKEN.finditer(text) if not m.group().isspace()]
        self.items, self.sums, self.brackets, self.scripts = [], [], [], []
        self.at = 0
        self.run(None)

    def peek(self):
        return self.tokens[self.at][0] if self.at < len(self.tokens) else None

    def run(self, close):
        while self.at < len(self.tokens):
            token, start, end = self.tokens[self.at]
            if token == close:
                self.at += 1
                return end
            if token in SIGNS or token in PRODUCTS or token in SILENT:
                self.at += 1
            elif token == r"\sum":
                self.at += 1
                end = self.trailing(end)
                self.sums.append((start, end))
            else:
                end = self.base()
                end = self.trailing(end)
                self.items.append((start, end))
        return len(self.text)

    def base(self):
        token, start, end = self.tokens[self.at]
        self.at += 1
        if token in OPENING:
            inside = len(self.items)
            end = self.run(OPENING[token])
            if token != "{" and len(self.items) > inside:
                self.brackets.append((start, start + len(token), end - len(OPENING[token]), end))
        for _ in range(ARGUMENTS.get(token, 0)):
            if self.peek() == "{":
                self.at += 1
                quiet = token not in (r"\frac", r"\dfrac")
                mark = len(self.items)
                end = self.run("}")
                if quiet:
                    del self.items[mark:]
            elif self.peek():
                end = self.tokens[self.at][2]
                self.at += 1
        return end

    def trailing(self, end):
        while self.peek() in ("_", "^", "'"):
            mark = self.tokens[self.at][0]
            self.at += 1
            if mark == "'":
                end = self.tokens[self.at - 1][2]
                continue
            if self.peek() is None:
                break
            token, start, end = self.tokens[self.at]
            if token in ("{", "("):
                close, depth = OPENING[token], 0
                first = start
                while True:
                    inner = self.tokens[self.at]
                    depth += (inner[0] == token) - (inner[0] == close)
                    self.at += 1
                    if depth == 0 or self.at >= len(self.tokens):
                        end = inner[2]
                        break
                self.scripts.append((mark, first + 1, end - 1))
            else:
                if len(token) > 1 and not token.startswith("\\") and mark == "_" and token.isalpha():
                    end = start + 1  # `_jk` is `_j k` to TeX; no such spelling stands in the data
                self.at += 1
                self.scripts.append((mark, start, end))
        return end


def mutations(side):
    """All (category, mutated text) of one side, without repetition."""
    seen = {side}
    for category, text in _mutations(side):
        text = text.strip()
        if text and text not in seen and not EMPTY.search(text):
            seen.add(text)
            yield category, text


def _mutations(side):
    scan = Scan(side)
    scripted = {place for _, a, b in scan.scripts for place in range(a, b)}
    matrices = bool(re.search(r"\\odot|\\circ|\^\{?(?:T|\\top)|\\partial (?:W|z_|b_|h|\\mathbf)", side))

    def put(start, end, new):
        return side[:start] + new + side[end:]

    for token, start, end in scan.tokens:
        if token in SIGNS:
            yield "sign", put(start, end, "-" if token == "+" else "+")
        if token in PRODUCTS:
            yield "product to sum", put(start, end, " + ")
            if token == r"\odot":
                yield "elementwise to matrix product", put(start, end, " ")
        if token == "/":
            yield "division to product", put(start, end, " * ")
        if token == "'" or token == r"\prime":
            yield "prime dropped", put(start, end, "") if token == "'" else side.replace(r"^{\prime}", "", 1)
        if token == r"\sigma" and not side[end:].startswith(("'", "^")):
            yield "prime added", put(start, end, r"\sigma'")
        if token in ("=", r"\neq", r"\ne"):
            yield "condition", put(start, end, r" \neq " if token == "=" else "=")
        for other in LOOKALIKES.get(token, ()):
            if (start not in scripted or token == r"\delta") and not (
                r"\hat" in other and side[:start].rstrip().endswith(("\\hat", "\\hat{", "{"))
            ):
                yield "look-alike", put(start, end, other + (" " if other.startswith("\\") else ""))
    for start, end in scan.items:
        item = side[start:end]
        if re.fullmatch(r"\d+(?:\.\d+)?", item):
            for new in {str(int(float(item)) + 1), "0" if item != "0" else "1", str(int(float(item)) + 2)}:
                yield "number", put(start, end, new)
        yield "factor dropped", drop(side, start, end)
        if item != "1":
            yield "factor doubled", put(start, end, f"{item} {item}" if not item[0].isdigit() else f"{item} \\cdot {item}")
        match = re.search(r"\^\{?(?:T|\\top)\}?$", item)
        if match:
            yield "transpose dropped", put(start, end, item[: match.start()])
        elif matrices and re.match(r"\\?[Wwha]|\\hat|\\delta|[(]|\\left", item) and not item.startswith(("w_", "out")):
            yield "transpose added", put(start, end, ("{" + item + "}" if "^" in item and item[0] != "(" else item) + "^T")
        if "^" not in item and SYMBOL.match(item) and item != "1":
            yield "exponent", put(start, end, item + "^2")
    for start, end in scan.sums:
        yield "sum removed", put(start, end, "")
        script = side[start:end]
        if "^" in script:
            for new in (
                script.replace("{4}", "{3}"),
                script.replace("{2}", "{1}"),
                re.sub(r"=\s*1", "=2", script),
                re.sub(r"=\s*1", "=0", script),
            ):
                yield "bound", put(start, end, new)
        if r"\neq" in script:
            yield "bound", put(start, end, re.sub(r"\s*\\neq?\s*\w", "", script))
    for mark, start, end in scan.scripts:
        script = side[start:end]
        if mark == "_":
            for match in re.finditer(r"[A-Za-z]|\d", script):
                letter = match.group()
                if script in ("total", "{total}") or letter == "l" and "total" in script:
                    continue
                places = (start + match.start(), start + match.end())
                if letter in "ho":
                    others = {"h": "o", "o": "h"}[letter]
                elif letter.isdigit():
                    others = [d for d in ("12345678" if side[:start].rstrip("{").endswith("w_") else "123") if d != letter]
                else:
                    others = [k for k in LETTERS if k != letter] + ["1", "2"]
                for other in others:
                    yield "index", put(*places, other)
            if len(re.findall(r"[A-Za-z0-9]", script)) == 2 and script[0] not in "ho":
                yield "index order", put(start, end, script[::-1])
            yield "index dropped", put(start - 1, end, "") if side[start - 1] == "_" else put(start - 2, end + 1, "")
        else:
            power = script.strip("{}()[]")
            if re.fullmatch(r"\d", power):
                yield "exponent", put(start, end, script.replace(power, str(int(power) + 1)))
                yield "exponent", put(start, end, script.replace(power, "1"))
            layer = re.fullmatch(r"([lL])([+-]\d)?", power)
            if layer:
                for other in ("l", "l+1", "l-1", "L", "L-1"):
                    if other != power:
                        new = script.replace(power, other)
                        yield "layer", put(start, end, new if side[start - 1] in "{(" or len(new) == 1 else "{" + new + "}")
    for start, inner, close, end in scan.brackets:
        before = re.sub(r"\\(?:left|[bB]ig+)\s*$", "", side[:start])
        inside = re.sub(r"\\(?:right|[bB]ig+)\s*$", "", side[inner:close])
        yield "bracket dropped", f"{before} {inside} {side[end:]}"


def drop(side, start, end):
    """Drop a factor together with the sign that joins it."""
    before = re.search(r"(?:\*|\\cdot|\\times|\\odot|\\circ|·|/)\s*$", side[:start])
    after = re.match(r"\s*(?:\*|\\cdot|\\times|\\odot|\\circ|·)", side[end:])
    if before:
        return side[: before.start()] + side[end:]
    if after:
        return side[:start] + side[end + after.end() :]
    return side[:start] + side[end:]


@dataclass(frozen=True)
class Mutant:
    """A derivation with one token of one side changed; side 0 is the left side."""

    record: dict
    side: int
    category: str
    chain: tuple  # (relation before it, text) of every side

    @property
    def text(self):
        """The whole chain."""
        return " ".join(f"{relation} {side}" for relation, side in self.chain).strip()

    @property
    def pair(self):
        """The left side and the changed side alone (or the first one, if the left side is what changed)."""
        relation, side = self.chain[self.side or 1]
        return f"{self.chain[0][1]} {relation} {side}"


def all_mutants(rights=RIGHT):
    """Yield every mutant of the derivations."""
    for record in rights:
        chain = sides(record["text"])
        for number, (relation, side) in enumerate(chain):
            for category, mutant in mutations(side):
                changed = (*chain[:number], (relation, mutant), *chain[number + 1 :])
                yield Mutant(record, number, category if number else f"left: {category}", changed)


# ---------------------------------------------------------------- the witness's judgement


def renamed(mutant):
    """Whether the change gives one letter another name throughout: the same line in another notation."""
    before = collections.Counter(letters_of(" ".join(side for _, side in sides(mutant.record["text"]))))
    after = collections.Counter(letters_of(" ".join(side for _, side in mutant.chain)))
    gone, new = before - after, after - before
    return len(gone) == len(new) == 1 and not set(gone) & set(after) and not set(new) & set(before)


def letters_of(text):
    return [token for token in TOKEN.findall(text) if re.fullmatch(r"[A-Za-z]", token)]


def witness_says(record, text):
    """``same``, ``changed``, ``meaningless``, ``same here`` (at these layer sizes only) or ``unread``."""
    scene = SCENES[record["scene"]]
    try:
        verdicts = [truths(scene, text, seed=seed)[0] for seed in (1, 2)]
    except Unread:
        return "unread"
    except Meaningless:
        return "meaningless"
    except (OverflowError, ZeroDivisionError, RecursionError):
        return "unread"
    if all(v is True for v in verdicts):
        fixed = scene["notation"] == "question" and scene["sizes"] == (2, 2, 2)
        try:
            return "same" if fixed or truths(scene, text, seed=3, grow=1)[0] is True else "same here"
        except (Unread, Meaningless):
            return "same here"
    verdict = next(v for v in verdicts if v is not True)
    return "changed" if verdict is False else "unread" if isinstance(verdict, Unread) else "meaningless"


# ---------------------------------------------------------------- the checker's judgement


@functools.cache
def network_of(name):
    """The network of a scene, as `check` takes it."""
    scene = SCENES[name]
    if scene.get("reduction") == "mean":
        return {"sizes": scene["sizes"], "activations": scene["activations"], "loss": scene["loss"], "reduction": "mean", "batch": 5}
    return random_network(
        scene["sizes"], scene["activations"], scene["loss"], rng=np.random.default_rng(0), shared_bias=scene.get("shared_bias", False)
    )


def checker_says(mutant, alone=False):
    """The status the checker gives to the changed side, and its message."""
    name = mutant.record["scene"]
    report = check(mutant.pair if alone else mutant.text, network=network_of(name), notation=SCENES[name]["notation"])
    judged = [side for side in report.sides if not side.status.startswith("note")]
    side = judged[1 if alone or not mutant.side else mutant.side] if len(judged) > 1 else judged[0]
    if judged[0].status == "unreadable":
        side = judged[0]
    return side.status, side.message


def judge(mutant, alone=False):
    """(witness, status, message, seconds) of one mutant."""
    start = time.process_time()
    try:
        status, message = checker_says(mutant, alone)
    except Exception as error:  # counted and printed: the checker must never raise
        status, message = "raised", f"{type(error).__name__}: {error}"
    witness = witness_says(mutant.record, mutant.pair)
    if witness not in ("same", "unread") and renamed(mutant):
        witness = "renamed"
    return witness, status, message, time.process_time() - start


REFUSED = ("wrong", "carries", "unreadable", "note-wrong")
UNEXPLAINED = ("", "not equal to the left side")


def run(mutants, jobs, alone=False):
    """Yield (mutant, witness, status, message, seconds) of every one."""
    with ProcessPoolExecutor(jobs) as pool:
        for mutant, result in zip(mutants, pool.map(functools.partial(judge, alone=alone), mutants, chunksize=50)):
            yield mutant, *result


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sample", type=int, help="take this many at random")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--list", help="write every mutant with its verdicts to this file (JSON lines)")
    parser.add_argument("--only", help="id of one derivation")
    parser.add_argument(
        "--alone", action="store_true", help="give the checker the left side and the changed side without the rest of the chain"
    )
    options = parser.parse_args()
    mutants = list(all_mutants([r for r in RIGHT if options.only in (None, r["id"])]))
    if options.sample and options.sample < len(mutants):
        mutants = random.Random(options.seed).sample(mutants, options.sample)
    results = list(run(mutants, options.jobs, options.alone))
    if options.list:
        with open(options.list, "w", encoding="utf-8") as file:
            for mutant, witness, status, message, seconds in results:
                row = {
                    "id": mutant.record["id"],
                    "scene": mutant.record["scene"],
                    "side": mutant.side,
                    "category": mutant.category,
                    "text": mutant.pair,
                }
                row.update(witness=witness, status=status, message=message)
                file.write(json.dumps({**row, "seconds": round(seconds, 4)}, ensure_ascii=False) + "\n")
    return report_on(results)


def report_on(results):
    """Print the figures; 1 if a value-changing mutant is accepted more often than once in a thousand."""
    table = collections.Counter((witness, status) for _, witness, status, _, _ in results)
    statuses = ("ok", "loose", "wrong", "carries", "unreadable", "raised")
    print(f"{len(results):,} mutants of {len(RIGHT)} derivations\n{'witness':14}" + "".join(f"{s:>12}" for s in statuses))
    for witness in ("changed", "meaningless", "same here", "unread", "renamed", "same"):
        print(f"{witness:14}" + "".join(f"{table[witness, s]:12,}" for s in statuses))
    changed = [r for r in results if r[1] in ("changed", "meaningless", "same here")]
    accepted = [r for r in changed if r[2] == "ok"]
    refused = [r for r in changed if r[2] in REFUSED]
    explained = [r for r in refused if r[2] == "unreadable" or r[3].strip().rstrip(".") not in UNEXPLAINED]
    wrong = [r for r in refused if r[2] in ("wrong", "carries")]
    named = [r for r in wrong if r[3].strip().rstrip(".") not in UNEXPLAINED]
    share = len(accepted) / max(len(changed), 1)
    reserved = sum(r[2] == "loose" for r in changed)
    print(f"value-changing: {len(changed):,}; called right: {len(accepted)} ({share:.3%}); with a reservation: {reserved}")
    print(
        f"refusals explained: {len(explained) / max(len(refused), 1):.1%} of all, {len(named) / max(len(wrong), 1):.1%} of those called wrong"
    )
    times = sorted(r[4] for r in results)
    if times:
        print(f"seconds of work: median {times[len(times) // 2]:.4f}, worst {times[-1]:.3f}")
    for mutant, witness, _, message, _ in accepted[:60]:
        print(
            f"  accepted ({witness}) {mutant.record['id']} {mutant.record['scene']} [{mutant.category}]: {' '.join(mutant.pair.split())}  {message}"
        )
    raised = [r for r in results if r[2] == "raised"]
    for mutant, _, _, message, _ in raised[:5]:
        print(f"  raised {message}: {mutant.record['id']} {mutant.pair}")
    return int(len(accepted) > len(changed) / 1000 or bool(raised))


if __name__ == "__main__":
    sys.exit(main())
