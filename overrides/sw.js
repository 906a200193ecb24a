/* Keeps the handbook readable without a network. The network comes first, always: a copy is shown
   only where nothing came, and the page says so. A copy is known by the digest of its bytes;
   offline.json, made with the site, names every file's digest and what to keep unvisited. */

const HOME = new URL("./", location);
const LIST = "offline.json";
const ALONE = "503.html";
const MOST = 60; // visited pages that are kept, besides those of the list
const PATIENCE = 4000; // milliseconds until a copy is shown where the network says nothing
const PAUSE = 60_000; // milliseconds between two looks at the list

/* One cache a handbook: others may live on the same host. */
const kept = () => caches.open(`handbook ${HOME.pathname}`);
const at = (path) => HOME.href + encodeURI(path);
const copyOf = async (path) => (await kept()).match(at(path));
const pathOf = (url) => decodeURI(new URL(url).pathname.slice(HOME.pathname.length)).replace(/(^|\/)index\.html$/, "$1");
const isGone = ({ status }) => status === 404 || status === 410;

const keep = async (path, answer) => {
  const body = await answer.arrayBuffer();
  const digest = [...new Uint8Array(await crypto.subtle.digest("SHA-256", body)).slice(0, 8)];
  const headers = {
    "content-type": answer.headers.get("content-type") ?? "",
    "x-kept": new Date().toISOString(),
    "x-digest": digest.map((byte) => byte.toString(16).padStart(2, "0")).join(""),
  };
  await (await kept()).put(at(path), new Response(body, { headers }));
};

const forget = async (path) => (await kept()).delete(at(path));

/* --- Following the site ------------------------------------------------------------------- */

let followed = 0;

/** Renew what has changed, fetch what is wanted, forget what is gone or too much. */
const follow = async (open = []) => {
  if (Date.now() - followed < PAUSE) return;
  followed = Date.now();
  const answer = await fetch(at(LIST), { cache: "no-cache" });
  if (isGone(answer)) return leave();
  if (!answer.ok) return;
  const { files, keep: wanted } = await answer.clone().json();
  const cache = await kept();
  const here = (await cache.keys()).map(({ url }) => pathOf(url)).filter((path) => path !== LIST);
  const isThere = (path) => Object.hasOwn(files, path);
  const visited = [...new Set([...here, ...open])].filter((path) => isThere(path) && !wanted.includes(path));
  for (const path of here) if (!isThere(path)) await forget(path);
  for (const path of visited.slice(0, -MOST)) await forget(path);
  for (const path of [...wanted, ...visited.slice(-MOST)]) {
    const copy = await copyOf(path);
    if (copy?.headers.get("x-digest") === files[path]) continue;
    if (!copy && !open.includes(path) && navigator.connection?.saveData) continue;
    const fresh = await fetch(at(path), { cache: "no-cache", priority: "low" });
    if (fresh.ok) await keep(path, fresh);
    else if (isGone(fresh)) await forget(path);
  }
  await keep(LIST, answer);
};

/** The site keeps no copies any more: leave no reader with old ones. */
const leave = async () => {
  await caches.delete(`handbook ${HOME.pathname}`);
  await registration.unregister();
};

/* --- Answering ---------------------------------------------------------------------------- */

/* A page is asked for anew each time; for its parts the browser's own cache will do. */
const fromNetwork = async ({ request }, path) => {
  if (request.mode !== "navigate") return fetch(request);
  const answer = await fetch(new Request(request, { cache: "no-cache" }));
  if (isGone(answer)) await forget(path);
  else if (answer.ok && answer.headers.get("content-type")?.startsWith("text/html")) await keep(path, answer.clone());
  return answer;
};

const impatience = () => new Promise((_, reject) => setTimeout(reject, PATIENCE));

/** The network's answer; where it fails or says nothing, the copy; else nothing. */
const answer = async (event, path) => {
  const network = fromNetwork(event, path);
  event.waitUntil(network.catch(() => {}));
  const copy = await copyOf(path);
  if (!copy) return { given: await network.catch(() => null) };
  try {
    const given = await Promise.race([network, impatience()]);
    if (given.status < 500) return { given };
  } catch {}
  return { copy };
};

/** A copy that says of when it is: when it was kept, or last known to be what the site has. */
const marked = async (path, copy) => {
  const list = await copyOf(LIST);
  const known = list && (await list.clone().json()).files[path] === copy.headers.get("x-digest");
  const time = [copy, ...(known ? [list] : [])].map(({ headers }) => headers.get("x-kept")).sort().pop();
  const text = (await copy.text()).replace("<html ", `<html data-copy="${time}" `);
  return new Response(text, { headers: { "content-type": "text/html; charset=utf-8" } });
};

const page = async (event, path) => {
  const { given, copy } = await answer(event, path);
  if (given) return given;
  if (copy) return marked(path, copy);
  const withSlash = path.endsWith("/") ? undefined : await copyOf(`${path}/`);
  if (withSlash) return Response.redirect(at(`${path}/`));
  const alone = await copyOf(ALONE);
  return alone ? new Response(alone.body, { status: 503, headers: alone.headers }) : Response.error();
};

const part = async (event, path) => {
  const { given, copy } = await answer(event, path);
  return given ?? copy ?? Response.error();
};

addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  if (method !== "GET" || !url.startsWith(HOME.href)) return;
  const path = pathOf(url);
  if (mode === "navigate") {
    event.respondWith(page(event, path));
    event.waitUntil(follow().catch(() => {}));
  } else if (/^(assets|search)\//.test(path)) {
    event.respondWith(part(event, path));
  }
});

addEventListener("install", (event) => event.waitUntil(skipWaiting()));
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
/* A page that was opened before this worker ran says which it is. */
addEventListener("message", (event) => event.waitUntil(follow([pathOf(event.data)]).catch(() => {})));
