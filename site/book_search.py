"""Write an index that finds equations by name or by their TeX, and sections, questions, exercises, figures by their words.

Sphinx's own index knows which page holds a word; this one knows which section, equation or exercise. It is one script,
``_static/site/search-index.js``, loaded by the search page alone, so that search also works in a folder on disk.
``assets/search.js`` reads it.
"""

import json
import re
from pathlib import Path

from docutils import nodes
from exercise_memory import exercise_key
from sphinx import addnodes
from sphinx.transforms import SphinxTransform

SYMBOLS = {
    "partial": "∂", "sigma": "σ", "delta": "δ", "eta": "η", "alpha": "α", "beta": "β", "lambda": "λ", "theta": "θ", "mu": "μ", "epsilon": "ε",
    "Delta": "Δ", "nabla": "∇", "sum": "∑", "prod": "∏", "log": "log", "ln": "ln", "exp": "exp", "max": "max", "cdot": "·", "times": "×",
    "odot": "⊙", "infty": "∞", "in": "∈", "neq": "≠", "ne": "≠", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "approx": "≈", "to": "→",
    "rightarrow": "→", "pm": "±", "quad": " ", "qquad": " ", "ldots": "…", "dots": "…", "prime": "′", "top": "ᵀ",
}  # fmt: skip
SPOKEN = {
    "partial": "partial derivative gradient", "sigma": "sigma sigmoid", "delta": "delta", "eta": "eta learning rate", "nabla": "nabla gradient",
    "sum": "sum", "prod": "product", "log": "log logarithm", "ln": "log logarithm", "exp": "exponential", "odot": "elementwise hadamard product",
    "max": "maximum",
}  # fmt: skip
# a fraction whose two parts hold braces one deep at most
FRACTION = re.compile(r"\\[dt]?frac" + 2 * r"\s*\{((?:[^{}]|\{(?:(?!\\[dt]?frac)[^{}])*\})*)\}")
COMMAND = re.compile(r"\\([A-Za-z]+)")
WORD = re.compile(r"\w[\w'’]*\w|\w")


def plain(text):
    r"""Return text in which TeX is readable in one line.

    >>> plain(r"the \frac{\partial E}{\partial w_{1}} of one weight")
    'the ∂E/∂w_1 of one weight'
    """
    while True:  # the innermost fraction first
        shorter = FRACTION.sub(lambda match: "/".join(f"({part})" if re.search(r"[-+]|\\sum", part) else part for part in match.groups()), text)
        if shorter == text:
            break
        text = shorter
    text = re.sub(r"\\\\\s*&\s*(?==|[-+]|\\q?quad\b|\\[;:,])", " ", text)  # a row that goes on with the formula of the row above
    text = re.sub(r"\\(begin|end)\{\w+\*?\}|\\(left|right|big|Big|bigl|bigr|mathrm|text|operatorname|mathbf|boldsymbol|tfrac|frac)\b|[{}&]", "", text)
    text = text.replace("\\\\", "; ").replace("\\,", " ").replace("\\;", " ").replace("\\!", "")
    text = COMMAND.sub(lambda match: SYMBOLS.get(match[1], match[1]), text)
    text = re.sub(r"([∂∇∑∏]) ", r"\1", text)
    return " ".join(text.split())


def spoken(tex):
    r"""Return words by which somebody may look for a formula.

    >>> spoken(r"\sum_k \partial E")
    'sum partial derivative gradient E'
    """
    words = [SPOKEN.get(command, command) for command in COMMAND.findall(tex)]
    words += [word for word in re.findall(r"[A-Za-z]+", COMMAND.sub(" ", tex)) if len(word) > 1 or word in "EL"]
    return " ".join(dict.fromkeys(" ".join(words).split()))


def own_text(section, code=True):
    """Return the words of a section: not those of the sections in it, nor raw markup, equations and outputs of cells."""
    words = []
    left_out = (nodes.section, nodes.raw, nodes.math_block, nodes.title, nodes.comment, nodes.image, nodes.Invisible)

    def walk(node):
        for child in node.children:
            if isinstance(child, left_out) or (isinstance(child, nodes.literal_block) and not code):
                continue
            if isinstance(child, nodes.Element) and child.get("nb_element") == "cell_code_output":
                continue
            if isinstance(child, addnodes.pending_xref) and child.get("reftype") in ("eq", "numref", "cite"):
                continue
            if isinstance(child, nodes.Admonition) and "exercise" in child.get("classes", []):
                continue
            if isinstance(child, nodes.Text):
                words.append(child.astext())
            elif isinstance(child, nodes.math):
                words.append(plain(child.astext()))
            else:
                walk(child)
                words.append(" ")

    walk(section)
    return re.sub(r"(?<=[\w)”]) (?=[,.;:?)](?: |$))", "", " ".join("".join(words).split()))


def shorten(text, length=180):
    """Cut a text at a word.

    >>> shorten("one two three", 9)
    'one two …'
    """
    return text if len(text) <= length else text[: length - 1].rsplit(" ", 1)[0] + " …"


def label_words(label):
    """Return the words of a label: ``eq-05-softmax-gradient``, in chapter 5, is the softmax gradient.

    >>> label_words("eq-05-softmax-gradient")
    'softmax gradient'
    """
    return re.sub(r"^(eq|eqn|equation|fig|figure|tab|table|ex)\b *(\d\d\b *)?", "", re.sub(r"[-_:]+", " ", label)).strip()


def enclosing(node):
    """Return the title of the section a node stands in."""
    while node is not None and not isinstance(node, nodes.section):
        node = node.parent
    title = None if node is None else next((child for child in node.children if isinstance(child, nodes.title)), None)
    return "" if title is None else plain(title.astext())


def questions_of(doctree):
    """Yield the questions of a page that lists them, as (list item, question, answer): an item that starts in italics."""
    for item in doctree.findall(nodes.list_item):
        first = item.children[0] if item.children else None
        if isinstance(first, nodes.paragraph) and first.children and isinstance(first.children[0], nodes.emphasis):
            cut = next((place for place, part in enumerate(first.children) if isinstance(part, nodes.raw)), 0)
            answer = "".join(part.astext() for part in first.children[cut + 1 :] if not isinstance(part, nodes.raw))
            yield item, plain(first.children[0].astext()), plain(answer)


class QuestionAnchors(SphinxTransform):
    """Give each question an id, so that the search leads to it and not to the top of its page."""

    default_priority = 870

    def apply(self, **kwargs):
        if not self.env.docname.endswith("questions"):
            return
        for item, question, _ in questions_of(self.document):
            name = nodes.make_id(question)[:70].rstrip("-")
            if name and not item["ids"] and name not in self.document.ids:
                item["ids"].append(name)
                self.document.ids[name] = item


def entries_of(doctree, docname, page_title, number_of):
    """Return what the search can find on one page, a dictionary each."""
    entries = []
    for section in doctree.findall(nodes.section):
        title = next((child for child in section.children if isinstance(child, nodes.title)), None)
        if title is None or not section["ids"]:
            continue
        text = own_text(section)
        first = section.parent is doctree
        kind = "page" if first else "section"
        words = " ".join(dict.fromkeys(word.lower() for word in WORD.findall(text)))
        anchor = "" if first else section["ids"][0]
        entries.append({"k": kind, "t": plain(title.astext()), "a": anchor, "d": shorten(own_text(section, code=False)), "w": words})
    if docname.endswith("questions"):
        for item, question, answer in questions_of(doctree):
            words = " ".join(dict.fromkeys(word.lower() for word in WORD.findall(f"{answer} {enclosing(item)}")))
            entries.append({"k": "question", "t": question, "a": (item["ids"] or [""])[0], "d": shorten(answer), "w": words})
    for position, node in enumerate((n for n in doctree.findall(nodes.Admonition) if "exercise" in n.get("classes", [])), start=1):
        title = next(node.findall(nodes.title), None)
        name = plain(title.astext()) if title is not None else f"Exercise {exercise_key('', position)}"
        text = own_text(node)
        words = " ".join(dict.fromkeys(word.lower() for word in WORD.findall(text)))
        anchor = node["ids"][0] if node["ids"] else next((s["ids"][0] for s in ancestors(node) if isinstance(s, nodes.section)), "")
        entries.append({"k": "exercise", "t": name, "a": anchor, "d": shorten(text), "w": words})
    for node in doctree.findall(nodes.math_block):
        label = node.get("label") or ""
        if not label or not node["ids"]:
            continue
        number = number_of(node)
        name = label_words(label) if re.match(r"[A-Za-z]", label) else enclosing(node)
        tex = " ".join(node.astext().split())
        entries.append(
            {
                "k": "equation",
                "t": f"Equation ({number}): {name}" if number else f"Equation: {name}",
                "a": node["ids"][0],
                "d": shorten(plain(tex)),
                "w": f"{spoken(tex)} {enclosing(node)}".lower(),
                "x": re.sub(r"\s", "", tex),
            }
        )
    for node in doctree.findall(nodes.figure):
        caption = next((child.astext() for child in node.children if isinstance(child, nodes.caption)), "")
        if caption and node["ids"]:
            entries.append({"k": "figure", "t": "Figure: " + shorten(plain(caption), 80), "a": node["ids"][0], "d": enclosing(node), "w": ""})
    return [{**entry, "p": page_title, "u": f"{docname}.html" + ("#" + entry["a"] if entry["a"] else "")} for entry in entries]


def ancestors(node):
    while node.parent is not None:
        node = node.parent
        yield node


def write_index(app, exception):
    if exception or app.builder.format != "html":
        return
    domain = app.env.get_domain("math")
    numbers = getattr(app.env, "toc_fignumbers", {})
    entries = []
    for docname in sorted(app.env.found_docs):
        doctree = app.env.get_doctree(docname)

        def number_of(node, docname=docname):
            numbered = numbers.get(docname, {}).get("displaymath", {})
            found = numbered.get(node["ids"][0])
            if found:
                return ".".join(map(str, found))
            equation = domain.equations.get(node.get("label"))
            return str(equation[1]) if equation else ""

        entries += entries_of(doctree, docname, plain(app.env.titles[docname].astext()), number_of)
    for entry in entries:
        entry.pop("a", None)
    path = Path(app.outdir) / "_static" / "site" / "search-index.js"
    path.write_text("window.BOOK_INDEX = " + json.dumps(entries, ensure_ascii=False, separators=(",", ":")) + ";\n", encoding="utf-8")


def load_on_search_page(app, pagename, templatename, context, doctree):
    """Add the index and its reader to the search page only."""
    if pagename == "search":
        app.add_js_file("site/search-index.js", defer="defer")
        app.add_js_file("site/search.js", defer="defer")


def setup(app):
    app.add_transform(QuestionAnchors)
    app.connect("html-page-context", load_on_search_page)
    app.connect("build-finished", write_index, priority=600)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
