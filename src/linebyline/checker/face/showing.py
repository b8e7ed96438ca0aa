"""Show a report: as plain text, and as HTML that can be read without typesetting."""

import html
import re
import textwrap

SIGNS = {
    "reference": ("=", "the truth here", "taken as the truth"),
    "ok": ("✓", "right", "equal to the left side"),
    "loose": ("≈", "right, if", "right with a reservation"),
    "wrong": ("✗", "wrong", "not equal to the left side"),
    "carries": ("↳", "carries the error on", "equal to the wrong side before it"),
    "unreadable": ("?", "not read", "could not be read"),
    "note-ok": ("✓", "note: right", "the side note is true"),
    "note-wrong": ("✗", "note: wrong", "the side note is not true"),
}
HONEST = (
    "Each side is tested for being true, on random networks. "
    "Whether a step is justified is not tested: a right line after a nonsense step still passes."
)
# commands a page's typesetting must never get from pasted text
UNSAFE = re.compile(
    r"\\(?:href|url|html\w*|class|style|cssId|data|require|def|edef|gdef|let|newcommand|renewcommand|providecommand|DeclareMathOperator|newenvironment|unicode|input|include\w*|begin|end|verb|text\w*|mbox|hbox|label|ref|eqref|tag|toggle|action|mmltoken|texttip|mathchoice|csname|expandafter|futurelet|bbox|enclose|color|colorbox|fcolorbox|definecolor|Rule|Space)(?![A-Za-z])|[$<>%#~]"
)


# characters that a page must not hold, or that turn the reading direction
CONTROLS = {
    c: "\ufffd" for c in [*range(9), 11, 12, *range(14, 32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xD800, 0xE000)]
}


def escaped(text):
    """Escape a text for HTML; control characters are replaced."""
    return html.escape(text.translate(CONTROLS))


def verdict(report):
    """The report in one line."""
    if not report.sides:
        return "No formula was found in the text."
    unread = sum(s.status == "unreadable" for s in report.sides)
    tail = f" {unread} of {len(report.sides)} sides could not be read." if unread else ""
    if report.first_wrong is not None:
        return f"Side {report.first_wrong + 1} is the first that is wrong.{tail}"
    if any(s.status == "note-wrong" for s in report.sides):
        return f"A side note is wrong.{tail}"
    if unread:
        return f"Nothing that was read is wrong.{tail}"
    if any(s.status == "loose" for s in report.sides):
        return "Nothing is wrong, but not every side is right without a reservation."
    return "Every side is right." if len(report.sides) > 1 else "There is only one side: nothing to compare it with."


def as_text(report):
    """Give a report as plain text."""
    lines = [verdict(report), f"Network: {report.scene.describe()}."]
    lines += [f"Assumed: {a}." for a in report.assumptions]
    for number, side in enumerate(report.sides, start=1):
        sign, word, _ = SIGNS[side.status]
        text = " ".join(side.text.split())
        lines.append(f"{number:3}  {sign} {word:22} line {side.line:<3} {text}")
        for note in filter(None, [side.message, f"repaired: {side.repair}" if side.repair else ""]):
            lines += textwrap.wrap(note, 100, initial_indent=" " * 8, subsequent_indent=" " * 8, break_long_words=False)
    lines += textwrap.wrap(HONEST, 100)
    return "\n".join(lines)


STYLE = """<style>
.lbl-check{border:1px solid currentColor;border-radius:.3em;padding:.6em .9em;margin:.6em 0;color:inherit;background:transparent;overflow-x:auto}
.lbl-check p{margin:.3em 0}
.lbl-check ol{list-style:none;margin:.5em 0;padding:0}
.lbl-check li{border-top:1px dotted currentColor;padding:.35em 0}
.lbl-check code{white-space:pre-wrap;overflow-wrap:anywhere;color:inherit;background:transparent;border:0;padding:0}
.lbl-check .lbl-word{display:inline-block;min-width:11.5em;font-weight:600}
.lbl-check .lbl-wrong{border-left:.3em solid currentColor;padding-left:.5em}
.lbl-check .lbl-say{margin-left:1.4em}
.lbl-maths{display:block;margin:.2em 0 .2em 1.4em}
.lbl-maths:not(:has(mjx-container,.MathJax,.katex)){position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
</style>"""


WORDS = re.compile(r"[A-Za-z]{2,}|\*|@|\w\.\w")


def typeset(text, latex=True):
    """LaTeX to be rendered where the page can, or nothing if it is not LaTeX or holds a command that a page must not be given."""
    text = " ".join(text.replace("&", " ").replace("\\\\", " ").split())
    if UNSAFE.search(text) or (not latex and WORDS.search(text)) or text.count("{") != text.count("}") or len(text) > 2000:
        return ""
    return f'<span class="lbl-maths" aria-hidden="true">${escaped(text)}$</span>'


def as_html(report):
    """Give a report as HTML: every status in words, the source as escaped code, the formula rendered where the page can."""
    rows, latex = [], any("\\" in side.text for side in report.sides)
    for number, side in enumerate(report.sides, start=1):
        sign, word, explained = SIGNS[side.status]
        css = ' class="lbl-wrong"' if side.status in ("wrong", "note-wrong") else ""
        row = [
            f'<li{css}><span class="lbl-word" title="{explained}">{number}. {sign} {word}</span> <code>{escaped(side.text)}</code>',
            typeset(side.text, latex),
        ]
        if side.message:
            row.append(f'<p class="lbl-say">{_with_code(side.message)}</p>')
        if side.repair:
            row.append(f'<p class="lbl-say">Repaired: <code>{escaped(side.repair)}</code></p>{typeset(side.repair)}')
        if side.holds_for:
            row.append(f'<p class="lbl-say">Holds for hidden activations: {escaped(", ".join(side.holds_for))}.</p>')
        if side.reading:
            row.append(f'<details class="lbl-say"><summary>How it was read</summary>{_with_code(side.reading, symbols=True)}</details>')
        rows.append("".join(row) + "</li>")
    assumed = "".join(f"<p>Assumed: {_with_code(a)}.</p>" for a in report.assumptions)
    head = f"<p><strong>{escaped(verdict(report))}</strong></p><p>Network: {escaped(report.scene.describe())}.</p>{assumed}"
    return f'<div class="lbl-check tex2jax_process">{STYLE}{head}<ol>{"".join(rows)}</ol><p><small>{HONEST}</small></p></div>'


def _with_code(text, symbols=False):
    """Escape a message; what stands between dollars, or before a colon in a reading, becomes code."""
    if symbols:
        parts = [p.partition(": ") for p in text.split("; ")]
        return "; ".join(f"<code>{escaped(a)}</code>: {escaped(c)}" if b else escaped(a) for a, b, c in parts)
    parts = text.split("$")
    if len(parts) % 2 == 0:
        return escaped(text)
    return "".join(escaped(p) if k % 2 == 0 else f"<code>{escaped(p)}</code>" for k, p in enumerate(parts))
