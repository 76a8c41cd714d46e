// The part of the console that stays live: how old its facts are, and what is said when they do not come any more.
(() => {
  "use strict";

  const live = document.getElementById("live");
  if (!live) return;
  const LOST_AFTER = 12000; // milliseconds without an answer
  const lost = document.getElementById("lost");
  const signedOut = document.getElementById("signed-out");
  const shown = (name, text) => document.querySelectorAll(`[data-${name}]`).forEach((place) => { place.textContent = text; });
  const seconds = (text) => text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  let answered = { at: document.getElementById("age").dataset.since, came: performance.now() };
  let lostAt = null;
  let opened = [];

  // By the portal's clock: devices' clocks are often wrong.
  function clockNow() {
    const at = (seconds(answered.at) + Math.floor((performance.now() - answered.came) / 1000)) % 86400;
    return [Math.floor(at / 3600), Math.floor(at / 60) % 60, at % 60].map((part) => String(part).padStart(2, "0")).join(":");
  }

  function lose() {
    if (lostAt === null) {
      lostAt = clockNow();
      shown("lost-at", lostAt);
    }
    lost.hidden = false;
  }

  function heard(request) {
    answered = { at: request.getResponseHeader("X-Facts-At"), came: performance.now() };
    lostAt = null;
    live.dataset.shown = request.getResponseHeader("X-Shown");
    shown("facts-at", answered.at);
    lost.hidden = signedOut.hidden = true;
    document.dispatchEvent(new Event("console:heard"));
  }

  live.addEventListener("htmx:configRequest", (event) => { event.detail.headers["X-Shown"] = live.dataset.shown; });
  // Nobody looks, or the device knows that it has no connection: nothing is asked.
  live.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden || !navigator.onLine) event.preventDefault();
  });
  // Whoever is not signed in any more gets the door instead of the facts: it must not stand in their place.
  live.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    event.detail.shouldSwap = xhr.status === 200 && Boolean(xhr.getResponseHeader("X-Facts-At"));
    opened = [...live.querySelectorAll("details[open]")].map((part) => part.id);
  });
  live.addEventListener("htmx:afterSwap", () => {
    opened.map((id) => document.getElementById(id)).forEach((part) => { if (part) part.open = true; });
    document.dispatchEvent(new Event("console:drawn"));
  });
  live.addEventListener("htmx:afterRequest", ({ detail: { xhr } }) => {
    if (xhr.status === 0 || xhr.status >= 500) lose();
    else if (xhr.getResponseHeader("X-Facts-At")) heard(xhr);
    else signedOut.hidden = false;
  });
  const look = () => { if (window.htmx) window.htmx.trigger(live, "look"); };
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
  window.addEventListener("online", look);
  window.addEventListener("offline", lose);
  document.addEventListener("console:sent", look);
  setInterval(() => { if (!document.hidden && performance.now() - answered.came > LOST_AFTER) lose(); }, 1000);
})();
