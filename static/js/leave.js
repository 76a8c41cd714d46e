// Leaving in a hurry: the page goes blank at once, and "back" does not lead to it.
(() => {
  "use strict";

  const way = document.querySelector("[data-leave]");
  let pressed = -Infinity;

  function leave() {
    try {
      sessionStorage.setItem("left", "yes");
    } catch {
      // A browser that keeps nothing: then "back" is what it always was.
    }
    document.title = "";
    document.body.hidden = true;
    document.dispatchEvent(new Event("leaving"));
    document.querySelectorAll("form").forEach((form) => form.reset());
    location.replace(way.href);
  }

  way.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.repeat) return;
    const now = event.timeStamp;
    if (now - pressed < 1500) leave();
    pressed = now;
  });
  document.querySelector("[data-leave-key]").hidden = !matchMedia("(hover: hover) and (pointer: fine)").matches;
})();
