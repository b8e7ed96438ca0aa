"""A form to paste a derivation into, in a notebook."""

import os
import re
import sys

from linebyline.checker.checking import check
from linebyline.checker.face.showing import STYLE, as_html, escaped
from linebyline.checker.meaning.letters import FAMILIES, ROWS
from linebyline.checker.numbers.scene import ACTIVATION_NAMES, LOSS_NAMES, LOSS_WORDS, Scene
from linebyline.network import question_network

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
