// What a reader's browser adds to a page: copy an equation's LaTeX, scroll a wide one by keyboard, preview what a
// reference leads to, remember solved exercises, and help on the page for lost readers. Without scripts the page reads on.
(() => {
  "use strict";
  const article = document.querySelector("article.bd-article") ?? document.body;

  // one polite live region for short messages
  const said = document.createElement("p");
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  article.append(said);
  const say = (text) => {
    said.textContent = "";
    setTimeout(() => (said.textContent = text), 50);
  };

  // ---- equations
  const nameOf = (block) => {
    const number = block.querySelector(".eqno")?.firstChild?.textContent.trim();
    return number ? `equation ${number}` : "this equation";
  };

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      area.setAttribute("aria-hidden", "true");
      area.style.position = "fixed";
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
  }

  // first all widths are read, then all attributes written: the other way round each box would lay the page out again
  function makeFocusable(boxes) {
    const wide = boxes.map((box) => box.scrollWidth > box.clientWidth + 1);
    boxes.forEach((box, index) => {
      if (wide[index] === box.hasAttribute("tabindex")) return;
      if (!wide[index]) {
        for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
      } else {
        box.tabIndex = 0;
        box.setAttribute("role", "group");
        box.setAttribute("aria-label", `${nameOf(box.closest("div.math"))}, scrolls sideways`);
      }
    });
  }

  const equations = [...article.querySelectorAll("div.math[data-latex]")];
  for (const block of equations) {
    const button = block.querySelector(".copy-latex");
    if (!button) continue;
    button.addEventListener("click", async () => {
      const focused = document.activeElement;
      await copy(block.dataset.latex);
      focused?.focus?.({ preventScroll: true });
      button.textContent = "copied";
      say("LaTeX copied");
      setTimeout(() => (button.textContent = "LaTeX"), 1500);
    });
  }
  const boxes = equations.map((block) => block.querySelector(".equation-scroll")).filter(Boolean);
  if ("ResizeObserver" in window) {
    const observer = new ResizeObserver((changes) => makeFocusable(changes.map(({ target }) => target)));
    boxes.forEach((box) => observer.observe(box));
  }
  document.fonts?.ready.then(() => requestAnimationFrame(() => makeFocusable(boxes)));

  // whatever else scrolls sideways is reachable by keyboard too
  const reach = (boxes) => {
    const scrolls = boxes.map((box) => box.scrollWidth > box.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(box).overflowX));
    boxes.forEach((box, index) => {
      if (scrolls[index] && !box.hasAttribute("tabindex")) {
        box.tabIndex = 0;
        box.dataset.reached = "";
      } else if (!scrolls[index] && "reached" in box.dataset) {
        box.removeAttribute("tabindex");
        delete box.dataset.reached;
      }
    });
  };
  if ("ResizeObserver" in window) {
    const observer = new ResizeObserver((changes) => reach(changes.map(({ target }) => target)));
    for (const box of article.querySelectorAll("pre, .cell_output .output, .lbl-figure, .pst-scrollable-table-container")) observer.observe(box);
  }

  // ---- previews of equations, figures, tables and bibliography entries
  const TARGET = "div.math, figure, table, div.citation";
  let preview = null;
  let owner = null;
  let timer = 0;

  function wanted(link) {
    const address = link.getAttribute("href") ?? "";
    const [page, fragment] = address.split("#");
    if (!fragment) return null;
    if (!page) {
      const target = document.getElementById(decodeURIComponent(fragment));
      const shown = target?.matches(TARGET) ? target : target?.closest(TARGET);
      if (!shown || shown.contains(link)) return null;
      const twin = shown.cloneNode(true);
      twin.removeAttribute("id");
      for (const part of twin.querySelectorAll("[id]")) part.removeAttribute("id");
      return twin;
    }
    const template = document.querySelector(`template[data-preview="${CSS.escape(address)}"]`);
    return template ? template.content.cloneNode(true) : null;
  }

  function close() {
    clearTimeout(timer);
    preview?.remove();
    owner?.removeAttribute("aria-describedby");
    if (owner?.dataset.title) owner.title = owner.dataset.title;
    preview = owner = null;
  }

  function open(link) {
    if (owner === link) return;
    const content = wanted(link);
    close();
    if (!content) return;
    preview = document.createElement("div");
    preview.className = "reference-preview";
    preview.id = "reference-preview";
    preview.setAttribute("role", "tooltip");
    preview.append(content);
    for (const extra of preview.querySelectorAll(".copy-latex, .headerlink")) extra.remove();
    for (const box of preview.querySelectorAll("[tabindex]")) box.removeAttribute("tabindex");
    document.body.append(preview);
    owner = link;
    if (link.title) link.dataset.title = link.title; // the browser's own box would say it twice
    link.removeAttribute("title");
    link.setAttribute("aria-describedby", preview.id);
    const place = link.getBoundingClientRect();
    const size = preview.getBoundingClientRect();
    const left = Math.max(8, Math.min(place.left, document.documentElement.clientWidth - size.width - 8));
    const below = place.bottom + size.height + 12 < innerHeight || place.top < size.height + 12;
    preview.style.left = `${left + scrollX}px`;
    preview.style.top = `${(below ? place.bottom + 4 : place.top - size.height - 4) + scrollY}px`;
    preview.addEventListener("pointerenter", () => clearTimeout(timer));
    preview.addEventListener("pointerleave", () => (timer = setTimeout(close, 250)));
  }

  for (const link of article.querySelectorAll('a.reference.internal[href*="#"], a[href^="#"]:not(.headerlink)')) {
    link.addEventListener("pointerenter", (event) => {
      if (event.pointerType === "touch") return; // a tap follows the link
      clearTimeout(timer);
      timer = setTimeout(() => open(link), 120);
    });
    link.addEventListener("pointerleave", () => {
      clearTimeout(timer);
      timer = setTimeout(close, 250);
    });
    link.addEventListener("focus", () => {
      if (link.matches(":focus-visible")) open(link);
    });
    link.addEventListener("blur", close);
  }
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });

  // ---- exercises: kept in this browser, sent nowhere
  const KEY = "backprop-line-by-line:solved";
  const page = document.documentElement.dataset.page ?? location.pathname;
  let fallback = {};
  const read = () => {
    try {
      return JSON.parse(localStorage.getItem(KEY)) ?? {};
    } catch {
      return fallback;
    }
  };
  const write = (solved) => {
    fallback = solved;
    try {
      localStorage.setItem(KEY, JSON.stringify(solved));
    } catch {} // storage forbidden: remembered until the page is left
  };
  const ticks = [...article.querySelectorAll("input[data-exercise]")];
  const total = Number(document.querySelector('meta[name="book-exercises"]')?.content ?? ticks.length);
  const count = article.querySelector(".exercise-count");

  function showSolved() {
    const solved = read();
    const here = new Set(solved[page] ?? []);
    for (const tick of ticks) {
      tick.checked = here.has(tick.dataset.exercise);
      tick.closest(".admonition")?.classList.toggle("is-solved", tick.checked);
    }
    const everywhere = Object.values(solved).reduce((sum, list) => sum + list.length, 0);
    const done = ticks.filter((tick) => tick.checked).length;
    if (count) count.textContent = `You have solved ${done} of ${ticks.length} exercises on this page, ${everywhere} of ${total} in the book.`;
  }
  for (const tick of ticks) {
    tick.addEventListener("change", () => {
      const solved = read();
      const here = new Set(solved[page] ?? []);
      if (tick.checked) here.add(tick.dataset.exercise);
      else here.delete(tick.dataset.exercise);
      solved[page] = [...here].sort();
      if (!here.size) delete solved[page];
      write(solved);
      showSolved();
    });
  }
  for (const button of article.querySelectorAll("button[data-forget]")) {
    button.addEventListener("click", () => {
      const solved = read();
      if (button.dataset.forget === "book") write({});
      else {
        delete solved[page];
        write(solved);
      }
      showSolved();
    });
  }
  if (ticks.length) {
    showSolved();
    addEventListener("storage", (event) => event.key === KEY && showSolved());
  }

  // ---- the page for lost readers: the chapter whose address is nearest
  const nearest = document.getElementById("nearest-page");
  if (nearest) {
    const words = (text) => new Set(decodeURIComponent(text).toLowerCase().match(/[a-z]{3,}/g) ?? []);
    const lost = words(location.pathname.split("/").pop().replace(/\.html?$/, ""));
    let best = [0, null];
    for (const link of document.querySelectorAll(".lost-reader nav a")) {
      const known = words(new URL(link.href).pathname.split("/").pop().replace(/\.html?$/, ""));
      const common = [...known].filter((word) => lost.has(word)).length / Math.max(1, Math.min(known.size, lost.size));
      if (common > best[0]) best = [common, link];
    }
    if (best[0] >= 0.5) {
      const link = nearest.querySelector("a");
      link.href = best[1].href;
      link.textContent = best[1].textContent;
      nearest.hidden = false;
    }
  }
})();
