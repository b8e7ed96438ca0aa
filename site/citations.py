"""Turn links to the bibliography into citations.

A chapter writes ``[Mazur (2015)](references.md#mazur2015)``, a plain link that
JupyterLab shows as it is. Here it becomes the citation of that entry of
``references.bib``, so that a key that does not exist is an error of the build.
"""

import re

LINK = re.compile(r"\[[^\]]*\]\(references\.md#([A-Za-z0-9]+)\)")


def cite(app, docname, source):
    """Replace every link to an entry by a citation of it."""
    source[0] = LINK.sub(r"{cite:t}`\1`", source[0])


def setup(app):
    app.connect("source-read", cite)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
