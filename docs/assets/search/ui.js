/* What a reader sees of the search: a combobox with a list of options (ARIA Authoring Practices),
   in the dialog of every page and on the search page. Data becomes text only, never markup. */

import { HOME, load, marks } from "./engine.js";

const BEST = 3; // shown above the groups, whatever their kind
const SHOWN = 20; // at once, of all that were found
const PAGE = 8; // options that Page Down passes
const EXCERPT = 150; // characters of a text around the words that were found,
const LEAD = 40; // of which so many stand before them,
const SPAN = 1500; // out of so many that are looked through
const SVG = "http://www.w3.org/2000/svg";

const element = (name, attributes = {}, ...content) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...content);
  return made;
};

/** A text as nodes, with the found words marked. */
const marked = (text, terms) => {
  const nodes = [];
  let position = 0;
  for (const [start, end] of marks(text, terms)) {
    nodes.push(text.slice(position, start), element("mark", {}, text.slice(start, end)));
    position = end;
  }
  return [...nodes, text.slice(position)];
};

/** The piece of a long text that has most of the words, near the first place that has one. */
const excerpt = (text, terms) => {
  const lower = text.toLowerCase();
  const stems = [...terms].filter((term) => term.length > 2).map((term) => term.slice(0, Math.max(4, term.length - 2)));
  const places = stems.map((stem) => lower.indexOf(stem)).filter((place) => place >= 0);
  const from = Math.max(0, Math.min(...places, text.length) - LEAD) * Number(places.length > 0);
  // Where no word stands as it is compared, it is spelt otherwise, and all is looked through.
  const found = marks(text.slice(from, places.length ? from + SPAN : undefined), terms);
  let best = [from, 0];
  found.forEach(([start], number) => {
    const inside = found.slice(number).filter(([, end]) => end < start + EXCERPT - LEAD);
    const different = new Set(inside.map(([one, end]) => lower.slice(from + one, from + end))).size;
    if (different > best[1]) best = [Math.max(0, from + start - LEAD), different];
  });
  const start = best[0] && text.indexOf(" ", best[0]) + 1;
  const rest = text.slice(start, start + EXCERPT);
  const isWhole = start + EXCERPT >= text.length;
  return `${start ? "… " : ""}${isWhole ? rest : `${rest.slice(0, rest.lastIndexOf(" "))} …`}`;
};

/** What stands beside the title and under it: the name that was found, and where the words are. */
const reason = ({ document: { title, names = [], aliases = [], headings = [], summary = "", facts = [], body = "" }, terms }) => {
  const met = (text) => new Set(marks(text, terms).map(([start, end]) => text.slice(start, end).toLowerCase())).size;
  const inTitle = met(title);
  const name = [...names, ...aliases].find((one) => met(one) > inTitle) ?? "";
  const told = [summary, ...headings, ...facts].reduce((best, line) => (met(line) > met(best) ? line : best), summary);
  if (met(told)) return [name, told];
  const shown = inTitle || name || !terms.size;
  return [name, shown && summary ? summary : excerpt(body, terms) || summary];
};

/** The stops of a record on the line, small. */
const line = (stops, all, label) => {
  const svg = document.createElementNS(SVG, "svg");
  const add = (name, attributes) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    svg.append(made);
  };
  const width = 104;
  for (const [key, value] of Object.entries({ class: "mini", width, height: 10, viewBox: `0 0 ${width} 10`, role: "img", "aria-label": label })) {
    svg.setAttribute(key, value);
  }
  add("path", { d: `M4 5H${width - 4}` });
  for (let stop = 1; stop <= all; stop += 1) {
    const on = stops.includes(stop);
    add("circle", { cx: 4 + ((width - 8) / Math.max(1, all - 1)) * (stop - 1), cy: 5, r: on ? 4 : 1.5 });
  }
  return svg;
};

/** Bring one form of the search to life; see overrides/partials/search.html. False where it failed. */
export const mount = async (form, names) => {
  if (form.dataset.mounted) return true;
  form.dataset.mounted = "yes";
  const input = form.querySelector("[role=combobox]");
  const list = form.querySelector("[role=listbox]");
  const status = form.querySelector("[role=status]");
  const kinds = form.querySelector("[data-search-kinds]");
  const nothing = form.querySelector("[data-search-nothing]");
  const asPage = form.querySelector("[data-search-as-page]");
  const dialog = form.closest("dialog");
  const chips = [...kinds.querySelectorAll("button")];
  const chipOf = (kind) => chips.find((chip) => chip.value === kind);
  const say = (name, values = {}) =>
    Object.entries(values).reduce((words, [key, value]) => words.replace(`{${key}}`, () => value), form.dataset[name]);
  let kind = "";
  let active = -1;

  let search;
  try {
    search = await load(names);
  } catch {
    delete form.dataset.mounted;
    status.textContent = say("failed");
    nothing.hidden = false;
    return false;
  }

  const options = () => [...list.querySelectorAll("[role=option]")];

  const activate = (number, { scroll = true } = {}) => {
    active = number;
    input.removeAttribute("aria-activedescendant");
    options().forEach((option, place) => {
      option.setAttribute("aria-selected", String(place === active));
      if (place !== active) return;
      input.setAttribute("aria-activedescendant", option.id);
      if (scroll) option.scrollIntoView({ block: "nearest" });
    });
  };

  const option = (result, number, { kindShown }) => {
    const { document: record, terms, part } = result;
    const [name, told] = reason(result);
    const address = new URL(part ? `${record.href}#${part.id}` : record.href, HOME);
    const title = element("span", { class: "result__title" }, ...marked(record.title, terms));
    if (name) title.append(element("span", { class: "result__name" }, " ", ...marked(name, terms)));
    const made = element(
      "a",
      { href: address.pathname + address.hash, id: `${form.id}_option_${number}`, role: "option", class: "result", tabindex: "-1", "aria-selected": "false" },
      title,
    );
    if (kindShown) made.append(" ", element("span", { class: "result__kind" }, chipOf(record.kind).dataset.one));
    if (part) made.append(" ", element("span", { class: "result__why result__why--part" }, ...marked(part.heading, terms)));
    else if (told) made.append(" ", element("span", { class: "result__why" }, ...marked(told, terms)));
    if (record.stops && search.stops > 1) {
      made.append(" ", line(record.stops, search.stops, say("stops", { stops: record.stops.join(", "), all: search.stops })));
    }
    return made;
  };

  /** Labelled lists of results: the best of any kind, then each kind, that with the best result first. */
  const grouped = (results) => {
    if (kind) return [{ label: chipOf(kind).dataset.all, results }];
    const groups = new Map();
    for (const result of results.slice(BEST)) {
      const own = result.document.kind;
      (groups.get(own) ?? groups.set(own, []).get(own)).push(result);
    }
    const rest = Array.from(groups, ([own, members]) => ({ label: chipOf(own).dataset.all, results: members }));
    return [{ label: say("best"), results: results.slice(0, BEST), kindShown: true }, ...rest];
  };

  const show = (groups) => {
    let number = 0;
    list.replaceChildren(
      ...groups.map(({ label, results, ...how }, place) => {
        const head = element("div", { class: "search__group", id: `${form.id}_group_${place}`, role: "presentation" }, label);
        return element("div", { role: "group", "aria-labelledby": head.id }, head, ...results.map((result) => option(result, number++, how)));
      }),
    );
    list.hidden = !number;
    input.setAttribute("aria-expanded", String(number > 0));
    list.scrollTop = 0;
  };

  const count = (results) => {
    if (!results.some(({ document: record }) => record.kind === kind)) kind = "";
    for (const chip of chips) {
      const found = chip.value ? results.filter(({ document: record }) => record.kind === chip.value).length : results.length;
      chip.hidden = !found;
      chip.querySelector("span").textContent = found;
      chip.setAttribute("aria-pressed", String(chip.value === kind));
    }
    kinds.hidden = !results.length;
  };

  const told = (query, all, partial) => {
    if (!all) return say("none", { query: query.length > 60 ? `${query.slice(0, 60)} …` : query });
    const found = all === 1 ? say("one") : say(all > SHOWN ? "first" : "many", { shown: SHOWN, all });
    return partial ? `${found} ${say("partial")}` : found;
  };

  const render = () => {
    const query = input.value.trim();
    if (asPage) asPage.href = query ? `${form.action}?q=${encodeURIComponent(query)}` : form.action;
    if (!query) {
      count([]);
      nothing.hidden = true;
      status.textContent = "";
      show([{ label: say("suggested"), results: search.suggestions.map((record) => ({ document: record, terms: new Set() })), kindShown: true }]);
      activate(-1);
      return;
    }
    const { results, partial } = search.find(query);
    count(results);
    const wanted = kind ? results.filter(({ document: record }) => record.kind === kind) : results;
    show(wanted.length ? grouped(wanted.slice(0, SHOWN)) : []);
    nothing.hidden = results.length > 0;
    status.textContent = told(query, wanted.length, partial);
    activate(0, { scroll: false });
  };

  /** Once more, now that the texts are there, without losing the reader's place. */
  const renew = () => {
    const at = options()[active]?.getAttribute("href");
    const top = list.scrollTop;
    render();
    const place = options().findIndex((one) => one.getAttribute("href") === at);
    if (place > 0) activate(place);
    if (place > 0) list.scrollTop = top;
  };

  const last = () => options().length - 1;
  const keys = {
    ArrowDown: () => activate(active < last() ? active + 1 : 0),
    ArrowUp: () => activate(active > 0 ? active - 1 : last()),
    PageDown: () => activate(Math.min(active + PAGE, last())),
    PageUp: () => activate(Math.max(active - PAGE, 0)),
    Enter: ({ ctrlKey, metaKey, shiftKey }) =>
      options()[active]?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey })),
  };
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || !Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key](event);
  });
  input.addEventListener("input", () => {
    render();
    if (!dialog) history.replaceState(history.state, "", input.value ? `?q=${encodeURIComponent(input.value)}` : location.pathname);
  });
  kinds.addEventListener("click", ({ target }) => {
    const chip = target.closest("button");
    if (!chip) return;
    kind = chip.value;
    render();
  });
  list.addEventListener("click", ({ target, ctrlKey, metaKey, shiftKey }) => {
    if (target.closest("[role=option]") && !ctrlKey && !metaKey && !shiftKey) dialog?.close();
  });
  form.addEventListener("submit", (event) => event.preventDefault());

  render();
  search.texts.then(renew, () => {});
  return true;
};
