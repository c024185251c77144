// Brings what is marked with data-live up to date from the page itself, as the server makes it. Ends
// after a while, so that a page that was left open signs its user out like any other.
"use strict";
const everyMs = 15000;
let left = 40;
async function refresh() {
  if (document.hidden) return;
  if (left-- <= 0) return clearInterval(timer);
  try {
    const answer = await fetch(location.href, { redirect: "error" });
    if (!answer.ok) return clearInterval(timer);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const old of document.querySelectorAll("[data-live]")) {
      const now = page.getElementById(old.id);
      if (now) old.replaceChildren(...now.childNodes);
    }
    document.documentElement.dataset.refreshed = "yes";
  } catch {
    clearInterval(timer);
  }
}
const timer = setInterval(refresh, everyMs);
