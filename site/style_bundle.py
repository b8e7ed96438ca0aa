"""Give the pages one style sheet that holds only the rules some page can use.

The theme and the extensions bring a dozen sheets, most of whose rules are for parts this book does not have. A rule
stays if every class in it occurs somewhere: in a page, in a script, in a live figure. What scripts may put together
from pieces is kept by its beginning.
"""

import hashlib
import posixpath
import re
from pathlib import Path

LINK = re.compile(r'[ \t]*<link (?=[^>]*rel="stylesheet")[^>]*href="([^"?]+)[^"]*"[^>]*>\n?')
IMPORT = re.compile(r"""@import\s+(?:url\()?["']?([^"')]+)["']?\)?\s*;""")
ADDRESS = re.compile(r"""url\((["']?)(?!data:|#|[a-z]+:)([^)"']+)\1\)""")
COMMENT = re.compile(r"/\*.*?\*/", re.S)
CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
WORD = re.compile(r"[A-Za-z_][\w-]*")
PUT_TOGETHER = ("bs-tooltip", "tooltip", "dropdown", "collaps", "pst-", "show", "fade", "active")
NESTED = ("@media", "@supports", "@layer", "@container")


def rules(css):
    """Yield the top-level rules of a style sheet without comments, as (what stands before the brace, body or None)."""
    start = depth = 0
    head = opened = 0
    quote = ""
    for place, letter in enumerate(css):
        if quote:
            if letter == quote and css[place - 1] != "\\":
                quote = ""
        elif letter in "\"'":
            quote = letter
        elif letter == "{":
            if depth == 0:
                head, opened = start, place
            depth += 1
        elif letter == "}":
            depth -= 1
            if depth == 0:
                yield css[head:opened].strip(), css[opened + 1 : place]
                start = place + 1
        elif letter == ";" and depth == 0:
            yield css[start : place + 1].strip(), None
            start = place + 1


def selectors(text):
    """Split a list of selectors at its commas, not at those inside brackets.

    >>> selectors("a, b:is(c, d) e")
    ['a', 'b:is(c, d) e']
    """
    parts, depth, start = [], 0, 0
    for place, letter in enumerate(text):
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and depth == 0:
            parts.append(text[start:place].strip())
            start = place + 1
    return [*parts, text[start:].strip()]


def usable(selector, words):
    """Tell whether everything a selector names may occur.

    Classes inside ``:not()``, ``:is()`` and ``:where()`` decide nothing, and what is escaped is kept.
    """
    if "\\" in selector:
        return True
    bare = selector
    while True:
        shorter = re.sub(r":(?:not|is|where|has)\([^()]*\)", "", bare)
        if shorter == bare:
            break
        bare = shorter
    return all(name in words or name.startswith(PUT_TOGETHER) for name in CLASS.findall(re.sub(r"\[[^\]]*\]|\"[^\"]*\"", "", bare)))


def purge(css, words):
    """Return a style sheet without the rules nothing can use.

    >>> purge(".a,.b{x:y}.c{x:y}@media print{.c{x:y}}", {"a"})
    '.a{x:y}'
    """
    kept = []
    for head, body in rules(COMMENT.sub("", css)):
        if body is None:
            kept.append(head)
        elif head.startswith(NESTED):
            inner = purge(body, words)
            if inner:
                kept.append(f"{head}{{{inner}}}")
        elif head.startswith("@"):
            kept.append(f"{head}{{{body}}}")
        else:
            fitting = [selector for selector in selectors(head) if usable(selector, words)]
            if fitting:
                kept.append(f"{','.join(fitting)}{{{body.strip()}}}")
    return "".join(kept)


def read_sheet(path, target):
    """Return a style sheet with what it imports, its addresses as seen from the folder `target`."""
    css = COMMENT.sub("", path.read_text(encoding="utf-8"))

    def moved(match):
        return f'url("{posixpath.relpath(posixpath.join(path.parent.as_posix(), match[2]), target.as_posix())}")'

    css = IMPORT.sub(lambda match: f"@import-here {match[1]};", css)
    css = ADDRESS.sub(moved, css)
    return re.sub(r"@import-here ([^;]+);", lambda match: read_sheet(path.parent / match[1].strip(), target), css)


def words_of(pages, static):
    """Return every word of the pages and of the scripts: whatever may be a class."""
    words = set()
    for source in [*pages, *static.rglob("*.js")]:
        if source.name not in ("search-index.js", "searchindex.js"):
            words.update(WORD.findall(source.read_text(encoding="utf-8")))
    return words


def bundle(out, pages):
    """Replace the style sheets of each page by one, written to ``_static/site``; pages with the same sheets share it."""
    static = out / "_static"
    words = words_of(pages, static)
    made = {}
    for path in pages:
        page = path.read_text(encoding="utf-8")
        sheets = tuple((path.parent / address).resolve() for address in LINK.findall(page))
        if len(sheets) < 2:
            continue
        if sheets not in made:
            css = "".join(purge(read_sheet(sheet, (static / "site").resolve()), words) for sheet in sheets)
            name = f"pages-{hashlib.sha256(css.encode()).hexdigest()[:10]}.css"
            (static / "site" / name).write_text(css, encoding="utf-8")
            made[sheets] = name
        up = posixpath.relpath(".", path.parent.relative_to(out).as_posix())
        link = f'    <link rel="stylesheet" href="{posixpath.join(up, "_static/site", made[sheets]).removeprefix("./")}">\n'
        first = LINK.search(page)
        page = page[: first.start()] + link + LINK.sub("", page[first.start() :])
        path.write_text(page, encoding="utf-8")


def finish(app, exception):
    if not exception and app.builder.format == "html":
        out = Path(app.outdir)
        fresh = [
            page
            for page in sorted(out.rglob("*.html"))
            if "_static" not in page.relative_to(out).parts and "Content-Security-Policy" not in page.read_text(encoding="utf-8")
        ]
        bundle(out, fresh)


def setup(app):
    app.connect("build-finished", finish, priority=570)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
