/* Copies for where there is no network: sw.js keeps them; here a page asks for it and says that it is one. */
{
  const { src } = document.currentScript;
  const { copy } = document.documentElement.dataset;
  const bar = document.querySelector("[data-copy-bar]");
  if (copy) {
    const format = new Intl.DateTimeFormat(document.documentElement.lang, { day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    const { day, month, year, hour, minute } = Object.fromEntries(format.formatToParts(new Date(copy)).map(({ type, value }) => [type, value]));
    bar.querySelector("[data-copy-time]").textContent = `${day} ${month} ${year}, ${hour}:${minute}`;
    bar.hidden = false;
  }
  const { serviceWorker } = navigator; // none where the address is not secure
  const keep = async () => {
    await serviceWorker.register(new URL("../sw.js", src));
    const { active } = await serviceWorker.ready;
    active.postMessage(location.href);
  };
  if (serviceWorker) addEventListener("load", () => keep().catch(() => {})); // a browser may refuse
}
