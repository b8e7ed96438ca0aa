"""Turn links to the bibliography into citations.

A chapter writes ``[Mazur (2015)](references.md#mazur2015)``, or in brackets
``([Mazur, 2015](references.md#mazur2015))``: plain links, which JupyterLab shows
as they are. Here they become citations of that entry of ``references.bib``, so
that a key that does not exist is an error of the build.
"""

import re

LINK = r"\[[^\[\]\n]*\]\(references\.md#([A-Za-z0-9]+)\)"  # in one line: a notebook is JSON, full of brackets


def cite(app, docname, source):
    """Replace every link to an entry by a citation of it."""
    in_brackets = re.sub(rf"\({LINK}\)", r"{cite:p}`\1`", source[0])
    source[0] = re.sub(LINK, r"{cite:t}`\1`", in_brackets)


def setup(app):
    app.connect("source-read", cite)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
