"use strict";
// What is under way shows how far it is: the marked part of the page is fetched anew until it is over,
// then the whole page once. Nothing moves while nothing runs, and the focus stays where it was.
(() => {
  const EVERY = 2500;
  const part = () => document.querySelector("[data-dg-live]");
  const fresh = async () => {
    const answer = await fetch(location.href, { headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  };
  const look = async () => {
    const here = part();
    if (!here) return;
    if (!document.hidden && !here.contains(document.activeElement)) {
      const page = await fresh().catch(() => null);
      const there = page && page.querySelector("[data-dg-live]");
      if (page && !there) { location.reload(); return; }
      if (there) here.replaceWith(there);
    }
    setTimeout(look, EVERY);
  };
  if (part()) setTimeout(look, EVERY);
})();
