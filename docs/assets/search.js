/* Search: its button and its keys. Everything else is loaded when somebody begins to search. */
{
  const folder = new URL("search/", document.currentScript.src);
  const files = ["../vendor/minisearch-7.2.0.min.js", "engine.js", "ui.js"];
  let names;
  /** Ask for everything at once. The server says whether the names it gave before are still right. */
  const load = () => {
    names ??= fetch(new URL("../../search/names.json", folder), { cache: "no-cache" });
    return Promise.all(files.map((file) => import(new URL(file, folder))));
  };
  const mount = async (form) => {
    const [, , ui] = await load();
    if (!(await ui.mount(form, names))) names = undefined; // the next time may go better
  };
  const dialog = () => document.getElementById("search_dialog");
  const slash = "search-key"; // in localStorage: "off" for readers who do not want a single key (WCAG 2.1.4)
  const stored = () => {
    try {
      return localStorage.getItem(slash);
    } catch {
      return null; // a browser may refuse
    }
  };

  const open = () => {
    const here = document.querySelector("#search_page [role=combobox]");
    const field = here ?? dialog().querySelector("[role=combobox]");
    if (!here && !dialog().open) {
      dialog().showModal();
      mount(field.form);
      field.dispatchEvent(new Event("input")); // opened again, it begins at the first result again
    }
    field.focus();
    field.select();
  };

  const start = () => {
    dialog().querySelector("[data-search-key]").setAttribute("aria-pressed", String(stored() !== "off"));
    const page = document.getElementById("search_page");
    if (!page) return;
    const asked = new URLSearchParams(location.search).get("q");
    page.elements.q.value = asked ?? "";
    if (asked) mount(page);
    else page.addEventListener("focusin", () => mount(page), { once: true });
  };

  document.addEventListener("click", ({ target }) => {
    if (target.closest?.("[data-search-open]")) open();
    else if (target.closest?.("[data-search-close]") || target === dialog()) dialog().close();
    const key = target.closest?.("[data-search-key]");
    if (!key) return;
    const on = key.getAttribute("aria-pressed") !== "true";
    key.setAttribute("aria-pressed", String(on));
    try {
      localStorage.setItem(slash, on ? "on" : "off");
    } catch {
      // it then holds for this page
    }
  });
  document.addEventListener("pointerdown", ({ target }) => {
    if (target.closest?.("[data-search-open]")) load();
  });
  document.addEventListener("keydown", (event) => {
    const { key, target, altKey, ctrlKey, metaKey, shiftKey } = event;
    const typing = target.closest?.("input, textarea, select, [contenteditable]");
    const command = (ctrlKey || metaKey) && !altKey && !shiftKey && key.toLowerCase() === "k";
    const single = key === "/" && !typing && !altKey && !ctrlKey && !metaKey && dialog().querySelector("[data-search-key]").getAttribute("aria-pressed") === "true";
    if (!command && !single) return;
    event.preventDefault();
    open();
  });

  start();
}
