"""Let a reader mark exercises as solved; the browser remembers, and nothing is sent anywhere.

An admonition of class ``exercise`` gets a checkbox, and a page with exercises a line that counts them, with a way to
forget. A cell of tag ``hide-cell`` is a solution, and what unfolds it says so. Checkbox
and line are drawn into the page when it is built, so that nothing moves when ``assets/reader.js`` fills them; where
scripts are off they are hidden.
"""

import html
import re

from docutils import nodes
from sphinx.transforms import SphinxTransform

NUMBER = re.compile(r"exercise\s+([\w.]*\w)", re.I)
COUNT = '<meta name="book-exercises" content="{}">'


def exercise_key(title, position):
    """Return what an exercise is remembered by: its number, else its place on the page.

    >>> exercise_key("Exercise 3.1: the second weight", 1), exercise_key("Try it", 2)
    ('3.1', '2')
    """
    found = NUMBER.match(title.strip())
    return found[1] if found else str(position)


class Checkboxes(SphinxTransform):
    """Add the checkboxes of a page and the line that counts them."""

    default_priority = 880

    def apply(self, **kwargs):
        for cell in self.document.findall(lambda node: isinstance(node, nodes.container) and node.get("hide_mode") == "all"):
            cell["prompt_show"], cell["prompt_hide"] = "Show the solution", "Hide the solution"
        exercises = [node for node in self.document.findall(nodes.Admonition) if "exercise" in node.get("classes", [])]
        self.env.metadata[self.env.docname].pop("exercises", None)
        if not exercises:
            return
        self.env.metadata[self.env.docname]["exercises"] = len(exercises)
        for position, node in enumerate(exercises, start=1):
            title = next(node.findall(nodes.title), None)
            key = html.escape(exercise_key(title.astext() if title is not None else "", position))
            node += nodes.raw(
                "",
                f'<p class="exercise-solved pst-js-only"><label><input type="checkbox" data-exercise="{key}">'
                f" I have solved exercise {key}</label></p>",
                format="html",
            )
        last = next(self.document.findall(nodes.section), self.document)
        last += nodes.raw(
            "",
            '<section class="exercise-progress pst-js-only" aria-label="Your exercises">'
            '<p role="status"><span class="exercise-count"></span> <span class="exercise-note">Your browser remembers this; '
            "it is sent nowhere.</span></p>"
            '<p><button type="button" data-forget="page">Forget this page</button> '
            '<button type="button" data-forget="book">Forget the whole book</button></p></section>',
            format="html",
        )


def tell_the_total(app, pagename, templatename, context, doctree):
    """Write into each page with exercises how many the whole book has."""
    if pagename in app.env.metadata and app.env.metadata[pagename].get("exercises"):
        total = sum(int(data.get("exercises", 0)) for data in app.env.metadata.values())
        context["metatags"] = context.get("metatags", "") + COUNT.format(total)


def setup(app):
    app.add_transform(Checkboxes)
    app.connect("html-page-context", tell_the_total)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
