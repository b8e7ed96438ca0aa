"""Typeset every equation when the book is built, with KaTeX, so that pages need no mathematics script.

A mistake in the TeX is a Sphinx warning with file and line, hence an error under ``-W``. Labels and numbers are
Sphinx's. Each displayed equation sits in a box of its own, ``div.equation-scroll``, which scrolls if it is too wide.
"""

import base64
import html
import json
import re
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path

from docutils import nodes
from node_tools import SITE, install_packages, node_command
from sphinx.locale import _
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

logger = logging.getLogger(__name__)
# environments that KaTeX would number line by line; Sphinx numbers the whole block already
NUMBERED = re.compile(r"\\(begin|end)\{(align|alignat|gather|equation)\}")

# what a cell's output marks as mathematics, such as the lines in a report of the derivation checker
IN_OUTPUT = re.compile(r'(<span class="lbl-maths"[^>]*>)\$(.*?)\$(</span>)', re.DOTALL)
FONTS_OF_MOST_FORMULAS = ("KaTeX_Main-Regular", "KaTeX_Math-Italic", "KaTeX_Size1-Regular", "KaTeX_Size2-Regular", "KaTeX_Size3-Regular")


class Katex:
    """One Node.js process that typesets; the answer to a formula is kept, because formulas repeat."""

    def __init__(self, node_modules, macros):
        self.macros = macros
        self.process = subprocess.Popen(
            [*node_command(), str(SITE / "katex_server.js"), str(node_modules / "katex")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            bufsize=1,
        )
        self.render = lru_cache(maxsize=None)(self._render)

    def _render(self, tex, display):
        self.process.stdin.write(json.dumps({"tex": tex, "display": display, "macros": self.macros}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(timeout=10)


def display_tex(source, nowrap=False):
    r"""Return what KaTeX is given for a displayed block.

    Blank lines part the block into rows; a ``\\`` outside an environment breaks a line, as Sphinx does it for LaTeX.

    >>> display_tex(r"a &= b \\ c &= d")
    '\\begin{split}a &= b \\\\ c &= d\\end{split}'
    >>> display_tex(r"\begin{align}a &= b\end{align}")
    '\\begin{align*}a &= b\\end{align*}'
    """
    tex = NUMBERED.sub(r"\\\1{\2*}", source)
    if nowrap or tex.lstrip().startswith(r"\begin{"):
        return tex
    parts = [part for part in re.split(r"\n[ \t]*\n", tex) if part.strip()]
    parts = [rf"\begin{{split}}{part}\end{{split}}" if r"\\" in part and r"\begin{" not in part else part for part in parts]
    if len(parts) == 1:
        return parts[0]
    return r"\begin{gathered}" + r"\\".join(parts) + r"\end{gathered}"


def katex_of(app):
    if getattr(app, "_katex", None) is None:
        app._katex = Katex(install_packages(), app.config.static_math_macros)
    return app._katex


def located(node):
    """Return the nearest node that knows its line, so that a message can name it."""
    while node.parent is not None and node.line is None:
        node = node.parent
    return node


def render(self, node, tex, display):
    answer = katex_of(self.builder.app).render(tex, display)
    if "error" in answer:
        logger.warning("%s in $%s$", answer["error"], " ".join(tex.split()), location=located(node), type="math", subtype="katex")
        return f"<code>{html.escape(tex)}</code>"
    return answer["html"]


def visit_inline(self, node):
    self.body.append(self.starttag(node, "span", "", CLASS="math notranslate nohighlight"))
    self.body.append(render(self, node, node.astext(), False) + "</span>")
    raise nodes.SkipNode


def visit_block(self, node):
    source = node.astext()
    attributes = {"data-latex": " ".join(source.split())}
    self.body.append(self.starttag(node, "div", "", CLASS="math notranslate nohighlight", **attributes))
    self.body.append('<div class="equation-scroll">' + render(self, node, display_tex(source, node["nowrap"]), True) + "</div>")
    self.body.append('<div class="equation-side">')
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, _("Link to this equation"))
        self.body.append("</span>")
    name = f"equation ({get_node_equation_number(self, node)})" if node["number"] else "this equation"
    self.body.append(f'<button type="button" class="copy-latex pst-js-only" title="Copy LaTeX of {name}">LaTeX</button>')
    self.body.append("</div><!--equation ends--></div>\n")
    raise nodes.SkipNode


def typeset_outputs(app, doctree, docname):
    """Typeset the mathematics in outputs; a formula that KaTeX cannot read is left out, its source stands beside it."""
    if app.builder.format != "html":
        return

    def typeset(match):
        answer = katex_of(app).render(r"\displaystyle " + html.unescape(match[2]), False)
        return match[1] + answer["html"] + match[3] if "html" in answer else ""

    for node in list(doctree.findall(nodes.raw)):
        if "html" in node.get("format", "") and 'class="lbl-maths"' in node.astext():
            node.parent.replace(node, nodes.raw("", IN_OUTPUT.sub(typeset, node.astext()), format="html"))


def copy_katex(app):
    """Put KaTeX's style sheet and its fonts into the site; only the format every browser reads.

    The fonts of nearly every formula go into the style sheet: they are there at the first paint, so no line moves when
    they arrive.
    """
    if app.builder.format != "html":
        return
    source = install_packages() / "katex" / "dist"
    target = Path(app.outdir) / "_static" / "vendor" / "katex"
    (target / "fonts").mkdir(parents=True, exist_ok=True)
    css = (source / "katex.min.css").read_text(encoding="utf-8")
    css = re.sub(r'(url\(fonts/[\w-]+\.woff2\) format\("woff2"\))(,url\(fonts/[\w.-]+\) format\("\w+"\))+', r"\1", css)
    for name in FONTS_OF_MOST_FORMULAS:
        content = base64.b64encode((source / "fonts" / f"{name}.woff2").read_bytes()).decode()
        css = css.replace(f"url(fonts/{name}.woff2)", f"url(data:font/woff2;base64,{content})")
    (target / "katex.min.css").write_text(css, encoding="utf-8")
    for font in (source / "fonts").glob("*.woff2"):
        shutil.copyfile(font, target / "fonts" / font.name)


def use_renderer(app, config):
    config.html_math_renderer = "static_katex"


def close(app, exception):
    if getattr(app, "_katex", None) is not None:
        app._katex.close()
        app._katex = None


def setup(app):
    app.add_html_math_renderer("static_katex", (visit_inline, None), (visit_block, None))
    app.add_config_value("static_math_macros", {}, "html", [dict])
    app.add_css_file("vendor/katex/katex.min.css")
    app.connect("config-inited", use_renderer)
    app.connect("builder-inited", copy_katex)
    app.connect("doctree-resolved", typeset_outputs)
    app.connect("build-finished", close)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": False}
