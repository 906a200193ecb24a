/* Before anything is painted: whatever stands on the page only with JavaScript, and the reader's theme. */
{
  const key = "handbook.theme";
  const dark = document.querySelector("link[data-dark]");
  const media = { light: "not all", dark: "screen", system: dark.media };

  /* Storage may be switched off: then a choice lasts as long as its page. */
  const kept = () => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };
  const keep = (theme) => {
    try {
      if (theme === "system") localStorage.removeItem(key);
      else localStorage.setItem(key, theme);
    } catch {}
  };
  const show = (chosen) => {
    const theme = Object.hasOwn(media, chosen ?? "") ? chosen : "system";
    dark.media = media[theme];
    for (const button of document.querySelectorAll("[data-theme]")) button.setAttribute("aria-pressed", button.dataset.theme === theme);
  };

  document.documentElement.classList.replace("no-js", "js");
  show(kept());
  document.addEventListener("DOMContentLoaded", () => {
    show(kept());
    for (const button of document.querySelectorAll("[data-theme]")) {
      button.addEventListener("click", () => {
        keep(button.dataset.theme);
        show(button.dataset.theme);
      });
    }
  });
  /* The choice was made in another tab, or while this page waited behind 'back'. */
  addEventListener("storage", (event) => event.key === key && show(event.newValue));
  addEventListener("pageshow", (event) => event.persisted && show(kept()));
}
