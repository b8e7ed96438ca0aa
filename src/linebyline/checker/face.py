"""Show a report: as plain text, as HTML that can be read without typesetting, and as a form in a notebook."""

import html
import os
import re
import sys
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
    lines.append(HONEST)
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


def typeset(text):
    """LaTeX to be rendered where the page can, or nothing if it holds a command that a page must not be given."""
    text = " ".join(text.replace("&", " ").replace("\\\\", " ").split())
    if UNSAFE.search(text) or "\\" not in text or text.count("{") != text.count("}") or len(text) > 2000:
        return ""
    return f'<span class="lbl-maths" aria-hidden="true">${escaped(text)}$</span>'


def as_html(report):
    """Give a report as HTML: every status in words, the source as escaped code, the formula rendered where the page can."""
    rows = []
    for number, side in enumerate(report.sides, start=1):
        sign, word, explained = SIGNS[side.status]
        css = ' class="lbl-wrong"' if side.status in ("wrong", "note-wrong") else ""
        row = [
            f'<li{css}><span class="lbl-word" title="{explained}">{number}. {sign} {word}</span> <code>{escaped(side.text)}</code>',
            typeset(side.text),
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


# ---------------------------------------------------------------- the form in a notebook

EXAMPLE = r"""\frac{\partial E}{\partial w_1}
= \sum_j \delta_j w_{j1} \, out_{h1}(1 - out_{h1}) \, i_1"""

HOW_TO = """<div class="lbl-check">{style}<p><strong>This form needs a running kernel.</strong> On this page it is only described.
To use it, open the notebook in JupyterLab and run the cell. Or check a derivation from the command line:</p>
<p><code>python -m linebyline check my_derivation.tex --hidden softmax</code></p>
<p>or in any Python session:</p>
<p><code>import linebyline; print(linebyline.check(r"\\frac{{\\partial E}}{{\\partial w_5}} = \\delta_{{o1}} out_{{h1}}"))</code></p></div>"""


def has_front_end():
    """Whether a notebook front end is likely to be listening: a form without one would be a dead control."""
    return sys.platform == "emscripten" or any(name in os.environ for name in ("JPY_SESSION_NAME", "VSCODE_PID", "VSCODE_CWD", "COLAB_RELEASE_TAG"))


class Interface:
    """A form: choose the network and the notation, paste a derivation, see the verdict beside it.

    Show it as the last line of a cell. Without a kernel (on the book's site) it
    shows how to use it instead. Every control is an ordinary one and can be
    reached and used by keyboard.

    Parameters
    ----------
    text : str
        What the form starts with.

    Examples
    --------
    >>> form = Interface()
    >>> form.report.ok
    True
    """

    def __init__(self, text=EXAMPLE):
        self.text = text
        self.settings = {"hidden": "sigmoid", "output": "sigmoid", "loss": "squared_error", "sizes": "2, 2, 2", "notation": "", "aliases": ""}
        self.problem = ""
        self._form = None
        self.check()

    def check(self):
        """Check the present text with the present settings; a setting that cannot be used becomes `problem`."""
        from linebyline.checker.judge import check
        from linebyline.checker.scene import Scene

        self.report, self.problem = None, ""
        try:
            sizes = tuple(int(n) for n in re.findall(r"\d+", self.settings["sizes"]))
            aliases = dict(line.split("=", 1) for line in self.settings["aliases"].splitlines() if "=" in line)
            aliases = {k.strip(): v.strip() for k, v in aliases.items()}
            scene = self._question(sizes) or Scene(self.settings["hidden"], self.settings["output"], self.settings["loss"], sizes)
            self.report = check(self.text, scene, self.settings["notation"] or None, aliases=aliases)
        except (ValueError, TypeError) as error:
            self.problem = str(error)
        return self.report

    def _question(self, sizes):
        """The question's own network, so that lines with its numbers can be checked, where the settings are its."""
        from linebyline.network import question_network

        if sizes != (2, 2, 2) or self.settings["loss"] not in ("squared_error", "cross_entropy", "binary_cross_entropy"):
            return None
        try:
            return question_network(self.settings["hidden"], self.settings["output"], self.settings["loss"])
        except ValueError:
            return None

    def result(self):
        """The verdict as HTML."""
        if self.problem:
            return f'<div class="lbl-check">{STYLE}<p><strong>This cannot be checked:</strong> {escaped(self.problem)}</p></div>'
        return as_html(self.report)

    def form(self):
        """Build the widgets (once)."""
        if self._form is not None:
            return self._form
        import ipywidgets as widgets
        from IPython.display import HTML

        from linebyline.checker.notation import FAMILIES, ROWS
        from linebyline.checker.scene import ACTIVATION_NAMES, LOSS_NAMES, LOSS_WORDS

        wide = widgets.Layout(width="100%")
        style = {"description_width": "9em"}
        controls = {
            "hidden": widgets.Dropdown(options=ACTIVATION_NAMES, value="sigmoid", description="Hidden layer", style=style),
            "output": widgets.Dropdown(options=ACTIVATION_NAMES, value="sigmoid", description="Output layer", style=style),
            "loss": widgets.Dropdown(
                options=[(LOSS_WORDS[name], name) for name in LOSS_NAMES], value="squared_error", description="Error", style=style
            ),
            "sizes": widgets.Text(value="2, 2, 2", description="Units a layer", style=style),
            "notation": widgets.Dropdown(
                options=[("guess it", ""), *[(f, f) for f in FAMILIES], *[(r, r) for r in ROWS if r not in FAMILIES]],
                value="",
                description="Notation",
                style=style,
            ),
            "aliases": widgets.Textarea(placeholder=r"s_i = out_hi", description="Own symbols", rows=2, style=style),
        }
        box = widgets.Textarea(value=self.text, description="Derivation", rows=10, layout=wide, style=style)
        button = widgets.Button(description="Check", button_style="", tooltip="Check the derivation")
        result = widgets.Output(layout=widgets.Layout(flex="1 1 22em", min_width="18em"))

        def run(_=None):
            self.text = box.value
            self.settings.update({key: control.value for key, control in controls.items()})
            self.check()
            result.outputs = ()
            result.append_display_data(HTML(self.result()))

        button.on_click(run)
        for control in controls.values():
            control.observe(run, names="value")
        left = widgets.VBox([*controls.values(), box, button], layout=widgets.Layout(flex="1 1 22em", min_width="18em"))
        self._form = widgets.HBox([left, result], layout=widgets.Layout(flex_flow="row wrap", width="100%"))
        self.controls, self.box, self.button, self.output = controls, box, button, result
        run()
        return self._form

    def _repr_mimebundle_(self, **kwargs):
        still = {"text/plain": "linebyline.checker.interface(): needs a running kernel", "text/html": HOW_TO.format(style=STYLE)}
        if not has_front_end():
            return still
        bundle = self.form()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**still, **data}, metadata


def interface(text=EXAMPLE):
    """Give the form to paste a derivation into; see :class:`Interface`."""
    return Interface(text)
