// Search by words over the sections, equations, exercises and figures of the book, on the search page.
// The index is a script (no request, so it also works from a folder); stemmer and stop words are Sphinx's.
(() => {
  "use strict";
  const KINDS = { page: "Page", section: "Section", question: "Question", equation: "Equation", exercise: "Exercise", figure: "Figure" };
  const BOOST = { page: 1.1, section: 1, question: 1.3, equation: 1.15, exercise: 0.9, figure: 0.9 };
  const SHOWN = 30;

  const stemmer = new Stemmer();
  const skipped = new Set(typeof stopwords === "undefined" ? [] : [...stopwords].concat("do", "does", "did", "how", "what", "why", "when", "i", "my", "me", "can", "you"));
  const split = (text) => text.toLowerCase().match(/[\p{Letter}\p{Number}_]+/gu) ?? [];
  const stems = (words) => words.map((word) => stemmer.stemWord(word));

  const entries = window.BOOK_INDEX.map((entry) => ({
    ...entry,
    name: split(entry.t.replace(/^Equation \([^)]*\):/, "")).join(" "), // asked for by its whole name, it comes first
    title: new Set(stems(split(entry.t))),
    words: new Set(stems(split(`${entry.w} ${entry.k === "equation" ? entry.d : ""}`))),
  }));
  const holds = (entry, word) => (entry.title.has(word) ? 4 : entry.words.has(word) ? 1 : 0);
  const begins = (entry, word) => {
    if (word.length < 3) return 0;
    for (const other of entry.title) if (other.startsWith(word)) return 2;
    return 0;
  };

  function find(query) {
    if (/[\\{^]/.test(query)) {
      const tex = query.replace(/\s/g, "").replace(/^\$+|\$+$/g, "");
      const found = entries.filter((entry) => entry.x?.includes(tex)).sort((a, b) => a.x.length - b.x.length);
      if (found.length) return found;
    }
    const all = split(query);
    const kept = all.filter((word) => !skipped.has(word));
    const words = [...new Set(stems(kept.length ? kept : all))];
    if (!words.length) return [];
    const worth = words.map((word) => {
      const holders = entries.filter((entry) => holds(entry, word)).length;
      return Math.log(1 + entries.length / (1 + holders));
    });
    const phrase = all.join(" ");
    const scored = entries
      .map((entry) => {
        let score = 0;
        let met = 0;
        words.forEach((word, index) => {
          const found = holds(entry, word) || begins(entry, word);
          if (found) met += 1;
          score += worth[index] * found;
        });
        const covered = met / words.length;
        const exact = entry.name === phrase ? 3 : phrase.length > 3 && split(entry.t).join(" ").includes(phrase) ? 1.5 : 1;
        // among equal answers the shorter title is the closer one
        return { entry, covered, score: (score * covered * covered * exact * BOOST[entry.k]) / (1 + 0.02 * entry.title.size) };
      })
      .filter(({ covered, score }) => score > 0 && covered >= 0.5);
    const best = Math.max(0, ...scored.map(({ covered }) => covered));
    return scored
      .filter(({ covered }) => covered >= 0.6 * best)
      .sort((a, b) => b.score - a.score)
      .map(({ entry }) => entry);
  }

  function show(query, found) {
    const root = document.documentElement.dataset.content_root;
    const place = document.getElementById("search-results");
    const shown = found.slice(0, SHOWN);
    const heading = document.createElement("h2");
    heading.textContent = "Search results";
    const status = document.createElement("p");
    status.setAttribute("role", "status");
    status.className = "search-summary";
    const list = document.createElement("ul");
    list.className = "book-results";
    for (const { k, t, u, p, d } of shown) {
      const item = document.createElement("li");
      const line = document.createElement("p");
      const kind = document.createElement("span");
      kind.className = "result-kind";
      kind.textContent = KINDS[k];
      const link = document.createElement("a");
      link.href = root + u;
      link.textContent = t;
      line.append(kind, " ", link);
      item.append(line);
      if (k !== "page" && p !== t) {
        const where = document.createElement("p");
        where.className = "result-page";
        where.textContent = `in ${p}`;
        item.append(where);
      }
      if (d) {
        const text = document.createElement("p");
        text.className = "result-text";
        text.textContent = d;
        item.append(text);
      }
      list.append(item);
    }
    place.replaceChildren(heading, status, list);
    status.textContent = found.length
      ? `${found.length} found for “${query}”${found.length > SHOWN ? `, the best ${SHOWN} shown` : ""}.`
      : `Nothing found for “${query}”. Try fewer words, the name of an equation, or a piece of its TeX.`;
  }

  Search.performSearch = (query) => show(query, find(query));
  window.bookSearch = find;
})();
