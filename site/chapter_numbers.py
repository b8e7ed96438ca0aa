"""Let a chapter say its number in its title, so that it shows in JupyterLab too, and see that it is the right one.

On the site the table of contents numbers the chapters. The number typed in a title, ``# 3. Derive ...``, is taken off
there, or it would stand twice; a number that is not the chapter's is a warning.
"""

import re

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

logger = logging.getLogger(__name__)
TYPED = re.compile(r"^(\d+)\.\s+")


class TypedNumber(SphinxTransform):
    """Take the typed number off the title of a page and remember it."""

    default_priority = 210

    def apply(self, **kwargs):
        self.env.metadata[self.env.docname].pop("typed_number", None)
        section = next(self.document.findall(nodes.section), None)
        title = None if section is None else next((child for child in section.children if isinstance(child, nodes.title)), None)
        if title is None or not title.children or not isinstance(title.children[0], nodes.Text):
            return
        found = TYPED.match(title.children[0])
        if found:
            title.replace(title.children[0], nodes.Text(title.children[0][found.end() :]))
            self.env.metadata[self.env.docname]["typed_number"] = found[1]


def check_numbers(app, env):
    """Warn of each title whose typed number is not the one the table of contents gives."""
    for docname in env.found_docs:
        typed = env.metadata.get(docname, {}).get("typed_number")
        given = ".".join(map(str, env.toc_secnumbers.get(docname, {}).get("", ())))
        if typed and typed != given:
            logger.warning(
                "the title says chapter %s, the table of contents %s", typed, given or "gives no number", location=docname, type="chapter_numbers"
            )


def setup(app):
    app.add_transform(TypedNumber)
    app.connect("env-check-consistency", check_numbers)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
