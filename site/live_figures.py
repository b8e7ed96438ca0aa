"""Show live figures (anywidget) without a kernel, and their still form where scripts are off and in print.

myst-nb puts the state of every widget of a notebook into the page. ``assets/live-figures.js`` mounts from it each view
that follows the anywidget front-end module protocol (https://anywidget.dev/en/afm/). A control that would need a kernel
is refused: it would move and change nothing.
"""

import json
import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

logger = logging.getLogger(__name__)
VIEW = "application/vnd.jupyter.widget-view+json"
MODEL_ID = re.compile(r'"model_id": ?"(\w+)"')
STATE = re.compile(r'(<script[^>]*type="application/vnd\.jupyter\.widget-state\+json"[^>]*>)(.*?)(</script>)', re.S)


def is_live(model):
    """Tell whether the page can run a model by itself."""
    return model["model_module"] == "anywidget"


def is_link(model):
    """Tell whether a model joins a value of one widget to a value of another (`jslink`, `jsdlink`)."""
    return model["model_name"] in ("LinkModel", "DirectionalLinkModel")


def prune_state(page):
    """Drop from a page the widget models that nobody can see there: layouts, styles, figures made and not shown."""
    shown = {match[1] for script in re.findall(rf'<script type="{re.escape(VIEW)}">.*?</script>', page) for match in MODEL_ID.finditer(script)}

    def shorter(match):
        state = json.loads(match[2])
        models = state["state"]
        ends = {
            reference.removeprefix("IPY_MODEL_")
            for model in models.values()
            if is_link(model)
            for reference in (model["state"]["source"][0], model["state"]["target"][0])
        }
        kept = shown | ends
        state["state"] = {key: model for key, model in models.items() if is_link(model) or (is_live(model) and key in kept)}
        return match[1] + json.dumps(state, separators=(",", ":")).replace("</", "<\\/") + match[3]

    return STATE.sub(shorter, page)


class StillFigures(SphinxPostTransform):
    """Put the still form of each live figure beside its view; refuse views that would be dead on the page."""

    default_priority = 3  # before myst-nb keeps one form of each output
    formats = ("html",)

    def run(self, **kwargs):
        state = widget_state(self.env, self.env.docname)
        for bundle in list(self.document.findall(nodes.container)):
            if bundle.get("nb_element") != "mime_bundle":
                continue
            forms = {child["mime_type"]: child for child in bundle.children}
            if VIEW not in forms:
                continue
            view, still = forms[VIEW], forms.get("text/html")
            found = MODEL_ID.search(view.astext())
            model = state.get(found[1] if found else None, {"model_module": "an unknown module", "model_name": "an unknown widget"})
            if not is_live(model):
                logger.warning(
                    "%s of %s needs a kernel and would be dead on the page: use an anywidget, or show a still figure",
                    model["model_name"],
                    model["model_module"],
                    location=bundle,
                    type="live_figures",
                    subtype="dead",
                )
                bundle.remove(view)
            elif still is None:
                logger.warning(
                    "a live figure without a still form: give its bundle a text/html",
                    location=bundle,
                    type="live_figures",
                    subtype="still",
                )
            else:
                view += [
                    nodes.raw("", '<div class="live-figure-still">', format="html"),
                    *still.children,
                    nodes.raw("", "</div>", format="html"),
                ]


def widget_state(env, docname):
    """Return the models that myst-nb found in a notebook, by id."""
    files = getattr(env, "nb_metadata", {}).get(docname, {}).get("js_files", {})
    _, attributes = files.get("ipywidgets_state", (None, {}))
    return json.loads(attributes.get("body", "{}")).get("state", {})


def use_own_host(app, config):
    """Replace require.js and the widget manager, which myst-nb would fetch from a third party."""
    config.nb_ipywidgets_js = {"site/live-figures.js": {"async": "async", "fetchpriority": "high"}}


def setup(app):
    app.add_post_transform(StillFigures)
    app.connect("config-inited", use_own_host)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
