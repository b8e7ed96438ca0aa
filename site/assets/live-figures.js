// Mount the live figures of a page from the widget state that the build put into it: no kernel, no framework.
// The model offers what the anywidget front-end module protocol asks for (https://anywidget.dev/en/afm/):
// get, set, save_changes, on, off, send, widget_manager.get_model. jslink and jsdlink between figures work.
(() => {
  "use strict";
  const STATE = 'script[type="application/vnd.jupyter.widget-state+json"]';
  const VIEW = 'script[type="application/vnd.jupyter.widget-view+json"]';
  const bare = (reference) => reference.replace("IPY_MODEL_", "");

  class Model {
    #values;
    #listeners = new Map();
    #host;
    constructor(id, values, host) {
      this.id = id;
      this.#values = values;
      this.#host = host;
    }
    get(name) {
      return this.#values[name];
    }
    set(name, value) {
      const wanted = typeof name === "string" ? { [name]: value } : name;
      let changed = false;
      for (const [key, next] of Object.entries(wanted)) {
        if (Object.is(this.#values[key], next)) continue;
        this.#values[key] = next;
        changed = true;
        this.#tell(`change:${key}`, next);
      }
      if (changed) this.#tell("change", undefined);
    }
    save_changes() {} // there is no kernel to tell
    send() {}
    on(names, listener) {
      for (const name of names.split(" ")) {
        if (!this.#listeners.has(name)) this.#listeners.set(name, new Set());
        this.#listeners.get(name).add(listener);
      }
    }
    off(name, listener) {
      for (const [key, listeners] of this.#listeners) {
        if (name && name !== key) continue;
        if (listener) listeners.delete(listener);
        else listeners.clear();
      }
    }
    #tell(name, value) {
      for (const listener of [...(this.#listeners.get(name) ?? [])]) listener({ name }, value);
    }
    get widget_manager() {
      return { get_model: async (id) => this.#host.model(bare(id)) };
    }
  }

  class Host {
    #state;
    #models = new Map();
    #modules = new Map();
    #styles = new Set();
    #started = new Map();
    constructor(state) {
      this.#state = state;
    }
    model(id) {
      if (!this.#models.has(id)) {
        const { state, buffers = [] } = this.#state[id];
        const values = structuredClone(state);
        for (const { path, data } of buffers) {
          const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
          path.slice(0, -1).reduce((value, key) => value[key], values)[path.at(-1)] = new DataView(bytes.buffer);
        }
        this.#models.set(id, new Model(id, values, this));
      }
      return this.#models.get(id);
    }
    // the same text is one module; a blob: address also works for a page opened from a folder on disk
    #load(text) {
      if (!this.#modules.has(text)) {
        const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
        this.#modules.set(
          text,
          import(address).then((module) => (typeof module.default === "function" ? module.default() : module.default ?? module)),
        );
      }
      return this.#modules.get(text);
    }
    link() {
      for (const { model_name, state } of Object.values(this.#state)) {
        if (model_name !== "LinkModel" && model_name !== "DirectionalLinkModel") continue;
        const [source, sourceName] = [this.model(bare(state.source[0])), state.source[1]];
        const [target, targetName] = [this.model(bare(state.target[0])), state.target[1]];
        const forth = () => target.set(targetName, source.get(sourceName));
        forth();
        source.on(`change:${sourceName}`, forth);
        if (model_name === "LinkModel") target.on(`change:${targetName}`, () => source.set(sourceName, target.get(targetName)));
      }
    }
    has(id) {
      return Object.hasOwn(this.#state, id);
    }
    prepare() {
      for (const { state } of Object.values(this.#state)) if (state._esm) this.#load(state._esm).catch(() => {}); // said when it is shown
    }
    async show(script, id) {
      const { _esm: text, _css: css } = this.#state[id].state;
      const model = this.model(id);
      if (css && !this.#styles.has(css)) {
        this.#styles.add(css);
        const style = document.createElement("style");
        style.textContent = css;
        document.head.append(style);
      }
      const widget = await this.#load(text);
      const signal = new AbortController().signal;
      const experimental = {};
      if (!this.#started.has(id)) this.#started.set(id, Promise.resolve(widget.initialize?.({ model, signal, experimental })));
      await this.#started.get(id);
      const el = document.createElement("div");
      el.className = "live-figure";
      script.after(el);
      await widget.render?.({ model, el, signal, experimental });
      el.parentElement.classList.add("has-live-figure"); // the still form is now for print only
      performance.mark(`live-figure:${id}`);
    }
  }

  // The state stands in the head of the page: the modules are asked for while the page is still being read, and each
  // figure is mounted as soon as its place is there. Whoever comes to it need not wait for the rest of the page.
  const hosts = new Map();
  const shown = new Set();
  function mount() {
    for (const element of document.querySelectorAll(STATE)) {
      if (hosts.has(element) || !whole(element)) continue;
      const host = new Host(JSON.parse(element.textContent).state);
      hosts.set(element, host);
      host.prepare();
      host.link();
    }
    for (const view of document.querySelectorAll(VIEW)) {
      if (shown.has(view) || !whole(view.parentElement)) continue;
      const { model_id: id } = JSON.parse(view.textContent);
      const host = [...hosts.values()].find((one) => one.has(id));
      if (!host) continue;
      shown.add(view);
      host.show(view, id).catch((error) => console.error("live figure:", error));
    }
  }
  // what the parser is still inside of has nothing after it
  const whole = (element) => document.readyState !== "loading" || Boolean(element.nextSibling);

  mount();
  if (document.readyState === "loading") {
    const watch = new MutationObserver(mount);
    watch.observe(document, { childList: true, subtree: true });
    document.addEventListener("DOMContentLoaded", () => {
      watch.disconnect();
      mount();
    });
  }
})();
