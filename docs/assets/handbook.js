/* What a page can do more with JavaScript. Without it, every page is complete. */

/* The menu and the theme: a button opens what it controls; Escape, or going elsewhere, closes it. */
for (const button of document.querySelectorAll("button[aria-controls][aria-expanded]")) {
  const controlled = document.getElementById(button.getAttribute("aria-controls"));
  const open = (wanted) => button.setAttribute("aria-expanded", wanted);
  const isOpen = () => button.getAttribute("aria-expanded") === "true";
  const inside = ({ target }) => button.contains(target) || controlled.contains(target);
  button.addEventListener("click", () => open(!isOpen()));
  for (const kind of ["focusin", "pointerdown"]) document.addEventListener(kind, (event) => inside(event) || open(false));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !isOpen() || !inside(event)) return;
    open(false);
    button.focus();
  });
}

/* Lists: filters by kind and stage, kept in the address. */
for (const form of document.querySelectorAll("[data-filters]")) {
  const cards = [...form.parentElement.querySelectorAll("[data-filtered] > .card")];
  const count = form.querySelector("[data-filters-count]");
  const chosen = new URLSearchParams(location.search);
  const selects = [...form.querySelectorAll("select")];
  const apply = () => {
    let shown = 0;
    for (const card of cards) {
      const fits = selects.every(
        ({ name, value }) => !value || card.dataset[name] === value || (name === "stage" && card.dataset.stage.split(" ").includes(value)),
      );
      card.hidden = !fits;
      shown += fits;
    }
    count.textContent = shown === cards.length ? `All ${shown} shown` : `${shown} of ${cards.length} shown`;
    const query = new URLSearchParams();
    for (const { name, value } of selects) if (value) query.set(name, value);
    history.replaceState(null, "", (query.size ? `?${query}` : location.pathname) + location.hash);
  };
  for (const select of selects) {
    const wanted = chosen.get(select.name);
    if (wanted && [...select.options].some((option) => option.value === wanted)) select.value = wanted;
    select.addEventListener("change", apply);
  }
  form.addEventListener("reset", () => setTimeout(apply));
  if (selects.some(({ value }) => value)) apply();
}

/* Who comes from paper names its version (?v=), and is told whether it is current and what came after. */
{
  const asked = new URLSearchParams(location.search).get("v") ?? "";
  const note = document.querySelector("[data-versions]");
  if (note && /^[0-9a-f]{7,40}$/.test(asked)) {
    const states = [...document.querySelectorAll("[data-version]")];
    const among = (name) => states.findIndex(({ dataset }) => dataset[name]?.split(" ").includes(asked.slice(0, 7)));
    const settled = among("version");
    const later = settled < 0 ? among("earlier") + 1 : settled; // days or versions that came after
    const known = settled >= 0 || later > 0;
    const { one, many } = note.dataset;
    note.querySelector("[data-asked]").textContent = asked;
    note.querySelector("[data-since]").textContent = later === 1 ? one : many.replace("{}", later);
    note.querySelector(`[data-is=${known ? (later ? "older" : "current") : "unknown"}]`).hidden = false;
    note.hidden = false;
    for (const state of states.slice(0, later)) state.classList.add("is-later");
    document.querySelector("[data-history]")?.toggleAttribute("open", known && later > 0);
  }
}

/* Wide tables: a region with nothing to scroll is no stop for the keyboard. */
const fits = new ResizeObserver((all) => {
  for (const { target } of all) target.toggleAttribute("tabindex", target.scrollWidth > target.clientWidth) && target.setAttribute("tabindex", "0");
});
for (const region of document.querySelectorAll(".scroll")) fits.observe(region);

/* Terms: the explanation shows on hover, focus and tap. Escape or another tap closes it, and leaves the focus where it is. */
const terms = [...document.querySelectorAll(".term")].map((term) => [term, term.querySelector(".term__word"), term.querySelector(".term__tip")]);
const isShown = (tip) => tip.checkVisibility();
const say = () => {
  for (const [, word, tip] of terms) word.setAttribute("aria-expanded", isShown(tip));
};
for (const [term, word, tip] of terms) {
  let wasOpen = false;
  const close = () => {
    if (tip.contains(document.activeElement)) word.focus();
    term.classList.add("term--closed");
    say();
  };
  const reopen = () => {
    term.classList.remove("term--closed");
    say();
  };
  word.setAttribute("aria-expanded", false);
  word.addEventListener("pointerdown", () => (wasOpen = isShown(tip) && document.activeElement === word));
  word.addEventListener("click", ({ detail }) => {
    word.focus(); // Safari gives a tapped button no focus
    if (detail ? wasOpen : isShown(tip)) close();
    else reopen();
  });
  term.addEventListener("mouseenter", say);
  term.addEventListener("focusin", say);
  term.addEventListener("mouseleave", reopen);
  term.addEventListener("focusout", ({ relatedTarget }) => term.contains(relatedTarget) || reopen());
  document.addEventListener("keydown", ({ key }) => key === "Escape" && isShown(tip) && close());
}
