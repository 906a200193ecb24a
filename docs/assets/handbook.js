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
  form.hidden = false;
  if (selects.some(({ value }) => value)) apply();
}

/* Terms: Escape closes an explanation without moving the focus or the pointer. */
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const term of document.querySelectorAll(".term:hover, .term:focus-within")) {
    if (term.querySelector(".term__tip").contains(document.activeElement)) term.querySelector(".term__word").focus();
    term.classList.add("term--closed");
  }
});
for (const kind of ["mouseout", "focusout"]) {
  document.addEventListener(kind, ({ target }) => target.closest?.(".term")?.classList.remove("term--closed"));
}
/* Safari gives a tapped button no focus, and the explanation shows on focus. */
document.addEventListener("click", ({ target }) => target.closest?.(".term__word")?.focus());
