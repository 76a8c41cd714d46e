// Whoever has left in a hurry is not led back by the browser's "back": a page about worries that is reached that way
// stays blank and goes on to the harmless one. Opening a page by its address or by a link shows it again.
(() => {
  "use strict";

  const { away } = document.currentScript.dataset;

  function isLeft(isBack) {
    try {
      if (sessionStorage.getItem("left") === null) return false;
      if (!isBack) sessionStorage.removeItem("left");
      return isBack;
    } catch {
      // A browser that keeps nothing.
      return false;
    }
  }

  function look(isBack) {
    if (!isLeft(isBack)) return;
    document.documentElement.hidden = true;
    location.replace(away);
  }

  const [how] = performance.getEntriesByType("navigation");
  look(how?.type === "back_forward");
  addEventListener("pageshow", (event) => {
    if (event.persisted) look(true);
  });
})();
