// Keeps the page of the wall and what it is made of, so that a wall that starts without network shows its last state.
// Reaches /wall/ only. Network first: what is kept serves only when nobody answers. Figures are kept by the page itself.
const KEPT = "zjy-wall-1";
const pathOf = (request) => new URL(request.url).pathname;
const isPage = (request) => request.mode === "navigate" && pathOf(request) === "/wall/";
const isPart = (request) => /^\/static\/|^\/screen\/[\w-]+\/frame$/.test(pathOf(request));

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("message", (event) => event.waitUntil(keepAll(event.data.keep)));
addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && (isPage(request) || isPart(request))) event.respondWith(answer(request));
});

// What the page is made of today; what it was made of yesterday goes.
async function keepAll(wanted) {
  const kept = await caches.open(KEPT);
  for (const url of wanted) {
    const fresh = await fetch(url, { credentials: "same-origin" }).catch(() => null);
    if (fresh?.ok && fresh.headers.get("X-Wall") !== "pair") await kept.put(url, fresh);
  }
  for (const known of await kept.keys()) if (pathOf(known).startsWith("/static/") && !wanted.includes(known.url)) await kept.delete(known);
}

async function answer(request) {
  const kept = await caches.open(KEPT);
  try {
    const fresh = await fetch(request);
    if (fresh.status >= 500) throw new Error(String(fresh.status));
    if (isPage(request) && fresh.headers.get("X-Wall") === "pair") await caches.delete(KEPT);  // refused: nothing is shown from here any more
    else if (fresh.ok && !fresh.redirected) await kept.put(request.url, fresh.clone());
    return fresh;
  } catch (error) {
    const found = await kept.match(request.url);
    if (found) return found;
    throw error;
  }
}
