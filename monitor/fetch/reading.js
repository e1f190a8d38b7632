// What the monitor runs in a page: looks, opens, and writes down what is there. It runs in a world of its own, where the
// page's changes to the language's own objects do not reach; the document is the same.
globalThis.monitor = (() => {
  const FURNITURE = "nav, aside, dialog, [role=navigation], [role=banner], [role=contentinfo], [role=complementary], "
    + "[role=dialog], [role=alertdialog], [role=menu], [role=menubar], [role=search], [role=toolbar]";
  const MOST_DETAILS = 200;
  const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
  const seen = (element) => element.checkVisibility({ visibilityProperty: true });
  const panelOf = (control) => document.getElementById((control.getAttribute("aria-controls") || "").split(" ")[0]);
  let controls = [];
  let opened = [];

  function sample() {
    return {
      size: document.body ? document.body.innerText.length : 0,
      loaded: document.readyState === "complete",
      type: document.contentType,
    };
  }

  function inFurniture(element) {
    const main = document.querySelector("main, [role=main], article");
    const edge = element.closest("header, footer");
    return Boolean(element.closest(FURNITURE)) || Boolean(edge && !edge.closest("main, article"))
      || Boolean(main && !element.closest("main, [role=main], article"));
  }

  function describe(element) {
    const named = element.getAttribute("aria-controls");
    const panel = named && panelOf(element);
    const role = element.getAttribute("role") || element.localName;
    return {
      role: role.slice(0, 40),
      panel: !named ? "unnamed" : !panel ? "absent" : seen(panel) ? "seen" : "hidden",
      open: element.getAttribute(role === "tab" ? "aria-selected" : "aria-expanded") !== "false",
      link: Boolean(element.closest("a[href]:not([href^='#']), a[href^='#/'], a[href^='#!'], area")),
      form: Boolean(element.closest("form")),
      menu: !["false", null].includes(element.getAttribute("aria-haspopup")),
      furniture: inFurniture(element),
      disabled: Boolean(element.disabled) || element.getAttribute("aria-disabled") === "true" || !seen(element),
      text: element.textContent.trim().slice(0, 80) || (element.getAttribute("aria-label") || "").slice(0, 80),
    };
  }

  // Parts that open without a click are opened; the others are described. `name` would let one of a group close the others.
  function look(most) {
    for (const part of [...document.querySelectorAll("details:not([open])")].slice(0, MOST_DETAILS)) {
      part.removeAttribute("name");
      part.open = true;
    }
    const found = document.querySelectorAll("button[aria-expanded=false], [role=button][aria-expanded=false], [role=tab]");
    controls = [...found].slice(0, most);
    return controls.map(describe);
  }

  // Opening one may close another, so what each showed is kept. A focus opens some tabs, a click the others.
  async function open(chosen) {
    for (const control of chosen.map((number) => controls[number])) {
      control.focus({ preventScroll: true });
      control.click();
      await pause(50);
      const panel = panelOf(control);
      if (panel && seen(panel)) opened.push({ control, id: panel.id, shown: panel.cloneNode(true) });
    }
  }

  function restore() {
    for (const { control, id, shown } of opened.reverse()) {
      const panel = document.getElementById(id);
      if (panel && seen(panel)) continue;
      if (panel) panel.replaceWith(shown);
      else (control.closest("[role=tablist], h1, h2, h3, h4, h5, h6, dt") || control).after(shown);
    }
    opened = [];
  }

  function shadows(root) {
    const hosts = [...root.querySelectorAll("*")].filter((element) => element.shadowRoot);
    return hosts.flatMap((host) => [host.shadowRoot, ...shadows(host.shadowRoot)]);
  }

  // Shadow trees, put in the place where a reader sees them: their slots filled with what their host holds.
  function fill(root) {
    for (const template of root.querySelectorAll("template[shadowrootmode]")) {
      const host = template.parentNode;
      const inside = template.content;
      template.remove();
      const held = [...host.childNodes];
      for (const slot of inside.querySelectorAll("slot")) {
        const nodes = held.filter((node) => (node.slot || "") === slot.name);
        if (nodes.length) slot.replaceWith(...nodes);
      }
      host.replaceChildren(inside);
      fill(host);
    }
  }

  function markup() {
    const roots = shadows(document);
    if (!roots.length) return document.documentElement.outerHTML;
    const held = document.documentElement.getHTML({ shadowRoots: roots });
    const copy = new DOMParser().parseFromString(held, "text/html");
    fill(copy);
    copy.documentElement.lang = document.documentElement.lang;
    return copy.documentElement.outerHTML;
  }

  function read(most, last) {
    if (last) restore();
    const html = "<!doctype html>\n" + markup();
    return { size: html.length, html: html.length > most ? "" : html };
  }

  return { sample, look, open, read };
})();
