r"""Throw hostile text at the checker: token soup, spliced derivations, raw characters.

For every input: no exception, no more than one second of work, and HTML in which no byte
of the input is markup. The strategies are Hypothesis's, so a failure comes back shrunk.

Run ``python tests/fuzz_checker.py --count 1000000 --jobs 2``; it stops at the first trouble.
"""

# ruff: noqa: E501  (two vocabularies)
import argparse
import json
import multiprocessing
import os
import re
import signal
import sys
import time
import warnings
from html.parser import HTMLParser
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from data.right_derivations import RIGHT, SCENES  # noqa: E402
from hypothesis import HealthCheck, Phase, given, seed, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from mutants import TOKEN, network_of  # noqa: E402

from linebyline.checker import check  # noqa: E402

LIMIT_SECONDS = 1.0

HOSTILE = [
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "<b>", "</div>", "&lt;", "&#60;script&#62;", "&", "<!--", "]]>", "'\"", r"\href{javascript:alert(1)}{x}",
    r"\unicode{60}", r"\style{color:red}{x}", r"\class{a}{b}", r"\cssId{a}{b}", r"\require{html}", r"\def\a{\a\a}\a", r"\newcommand{\x}{\x\x}\x", r"\input{/etc/passwd}",
    "__import__('os').system('true')", "eval(1)", "{}.__class__", "lambda: 0", "%s%s%n", "${7*7}", "\x00", "\x1b[31m", "\u202e", "\ud7ff", "\ufeff", "\U0001f9e0", "\u0302", "𝟙", "½", "²", "²³", "x̂",
    "9" * 400, "1e999", "1e-999", "10^{10^{10^{10}}}", "0/0", r"\frac{1}{0}", "e^{e^{e^{e^{9}}}}", r"\log(-1)", "0^0", r"\sum_{i=1}^{999999999} i", r"\sum_{i=-5}^{9999}", "\\" * 50,
    "{" * 200, "}" * 200, "(" * 500, "[" * 100, r"\frac" * 60, r"\frac{" * 60, "^" * 60, "_" * 60, "'" * 60, "-" * 300, "=" * 200, r"\sum_i" * 12, r"\sum_{i}\sum_{j}\sum_{k}\sum_{l}\sum_{m}", "$" * 40,
    r"\begin{cases}" * 15, r"\begin{align}", r"\end{align}", r"\end{cases}", r"\left(", r"\right)", r"\left", r"\right.", r"\\", "&", r"\over", r"\tag{1}", r"\text{if", r"\text{", "%", "% comment\n", "\n\n", "\r\n", "\t",
]  # fmt: skip
WORDS = [
    r"\frac", r"\partial ", r"\sum", r"\sum_{i}", r"\sum_{k\neq i}", r"\sum_{i=1}^{n}", r"\delta", r"\delta_{ij}", r"\sigma", r"\sigma'", r"\odot", r"\cdot", r"\times", r"\hat", r"\hat y", r"\log", r"\exp", "e^", "^{(l)}",
    "^{[l]}", "^{l+1}", "^L", "^T", r"^\top", "_i", "_{j}", "_{h1}", "_{oj}", "_{ij}", "_{ji}", "net", "out", "target", "E_{total}", "E", "L", "C", "w", "w_5", "w_{ij}", "W", "W_2", "b", "x", "y", "z", "a", "p", "h", "t", "o", "i1",
    "1_{i=k}", r"1\{y=k\}", "[i=k]", "[if i\\neq 1, x=0]", "0", "1", "2", "0.5", "3.14159", "(", ")", "[", "]", "{", "}", r"\{", r"\}", "+", "-", "*", "/", "=", ",", ".", " ", r"\,", r"\quad", "'", r"\prime", r"\leftarrow", r"\eta", r"\Delta ",
    r"\nabla_", r"\begin{cases}", r"\end{cases}", r"\text{if }", "&", r"\\", "softmax", r"\operatorname{softmax}", r"\mathbb{1}", r"\tanh", "diag", "d", "dE/dw_5", "∂", "δ", "Σ", "·", "ŷ", "−", "′", "₁", "ᵀ", "\n", "\n=", "$", "$$",
]  # fmt: skip


def reference_lines():
    """Lines to splice: the right derivations, and whatever corpus stands in tests/data."""
    lines = [record["text"] for record in RIGHT]
    for path in sorted((Path(__file__).parent / "data").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            lines += [value for key, value in json.loads(line).items() if key in ("latex", "text") and isinstance(value, str)]
    return lines


LINES = reference_lines()
CUT = [[match.group() for match in TOKEN.finditer(line)] for line in LINES]
pieces = st.builds(lambda line, start, length: "".join(CUT[line][start % len(CUT[line]) :][:length]), st.integers(0, len(CUT) - 1), st.integers(0, 200), st.integers(1, 40))
soup = st.lists(st.sampled_from(WORDS), max_size=40).map("".join)
spliced = st.lists(st.one_of(pieces, pieces, pieces, st.sampled_from(WORDS), st.sampled_from(HOSTILE)), min_size=1, max_size=6).map("".join)
with_left_side = st.builds(lambda left, right: left + "=" + right, st.sampled_from([r"\frac{\partial E}{\partial w_5}", r"\delta^l_j", r"\frac{\partial L}{\partial z_k}", r"\delta_1", "E", "w_5^+"]), st.one_of(soup, spliced))
raw = st.text(max_size=80)
repeated = st.builds(lambda piece, times: piece * times, st.one_of(st.sampled_from(HOSTILE), st.sampled_from(WORDS), pieces), st.integers(2, 60))
texts = st.one_of(soup, spliced, spliced, with_left_side, with_left_side, raw, repeated)
scenes = st.sampled_from([None, *SCENES])

NETWORKS = {}


class Tags(HTMLParser):
    """All tags and attributes of a page, and its text outside code, which no maths renderer touches."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found, self.text, self.open = [], [], []

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, tuple(attributes)))
        self.open.append(tag)

    def handle_endtag(self, tag):
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.found.append((f"/{tag} that closes nothing", ()))

    def handle_data(self, data):
        if not {"code", "pre", "style"} & set(self.open):
            self.text.append(data)

    def handle_comment(self, data):
        self.found.append(("!--", ()))

    def handle_decl(self, data):
        self.found.append(("!", ()))

    handle_pi = unknown_decl = handle_decl


ALLOWED_TAGS = set("div span p table thead tbody tr th td caption ol ul li code pre strong em b i small sub sup br h3 h4 h5 details summary section figure figcaption style abbr".split())
ALLOWED_ATTRIBUTES = set("class style role scope colspan rowspan title open aria-label aria-hidden".split())


MARKUP_IN_MATHS = re.compile(r"\\(?:href|url|html\w*|includegraphics|require|def|let|newcommand|cssId|style|class|unicode|data|input|csname)(?![A-Za-z])|[<>]")


def html_trouble(page):
    """What in a report's HTML could come from the input as markup, or None."""
    if re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]", page):
        return "a control character in the HTML"
    reader = Tags()
    reader.feed(page)
    reader.close()
    for tag, attributes in reader.found:
        if tag not in ALLOWED_TAGS:
            return f"the tag <{tag}>"
        for name, value in attributes:
            if name not in ALLOWED_ATTRIBUTES:
                return f"the attribute {name} in <{tag}>"
            if name == "style" and re.search(r"url|expression|javascript|@", value or "", re.I):
                return "a style that loads something"
    if reader.open:
        return f"the tag <{reader.open[-1]}> is not closed"
    if MARKUP_IN_MATHS.search(maths_of("".join(reader.text))):
        return "a command for the maths renderer that makes markup"
    return None


def maths_of(text):
    r"""The parts of a page's text that a maths renderer would take: \( \), \[ \], $ $."""
    return " ".join(re.findall(r"\\\(.*?\\\)|\\\[.*?\\\]|\$\$.*?\$\$|\$[^$]*\$", text, re.S))


class TooSlow(BaseException):
    pass


def _stop(*_):
    raise TooSlow


def trouble(text, scene):
    """What goes wrong with this input, or None."""
    if scene not in NETWORKS:
        NETWORKS[scene] = network_of(scene or "question")
    notation = SCENES[scene]["notation"] if scene else None
    signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, 10 * LIMIT_SECONDS)
    start = time.process_time()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a floating-point warning stops a chapter
            report = check(text, network=NETWORKS[scene], notation=notation)
        spent = time.process_time() - start
        page, plain = report._repr_html_(), str(report)
        json.dumps(report.to_dict())
    except TooSlow:
        return f"stopped after {10 * LIMIT_SECONDS:.0f} s"
    except Exception as error:  # any exception is a finding, but for a text that is refused at the door for its length
        if isinstance(error, ValueError) and str(error).startswith("text: expected at most"):
            return None
        return f"{type(error).__name__}: {error}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    if spent > LIMIT_SECONDS:
        return f"took {spent:.1f} s"
    if len(page) > 100_000 + 60 * len(text) or len(plain) > 100_000 + 60 * len(text):
        return "a report far longer than its input"
    return html_trouble(page)


class Trouble(AssertionError):
    pass


def run(number, count):
    """One process's share; gives (inputs tried, slowest)."""
    tried = [0]

    @seed(number)
    @settings(max_examples=count, database=None, deadline=None, phases=[Phase.generate, Phase.shrink], suppress_health_check=list(HealthCheck), report_multiple_bugs=False)
    @given(texts, scenes)
    def attempt(text, scene):
        tried[0] += 1
        found = trouble(text, scene)
        if found:
            raise Trouble(f"{found}\n  scene {scene}, text {text!r}")

    try:
        attempt()
    except Trouble as error:
        return tried[0], str(error)
    return tried[0], None


def share(task):
    return run(*task)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=1_000_000, help="inputs in all")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes")
    parser.add_argument("--seed", type=int, default=0, help="number of the first share")
    parser.add_argument("--share", type=int, default=5_000, help="inputs a share")
    parser.add_argument("--go-on", action="store_true", help="do not stop at the first trouble")
    options = parser.parse_args()
    shares = -(-options.count // options.share)
    done, bad, begun = 0, [], time.time()
    # a process is replaced now and then, so that none grows; the executor of concurrent.futures can hang when it does that
    with multiprocessing.get_context("spawn").Pool(options.jobs, maxtasksperchild=20) as pool:
        for tried, error in pool.imap_unordered(share, [(options.seed + number, options.share) for number in range(shares)]):
            done += tried
            if error:
                bad.append(error)
                print(f"trouble: {error}", flush=True)
                if not options.go_on:
                    break
            if sys.stderr.isatty() or done // options.share % 10 == 0:
                print(f"{done:,} inputs, {len(bad)} in trouble, {time.time() - begun:.0f} s", flush=True)
    print(f"{done:,} random and spliced inputs: {len(bad)} in trouble")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
