// The session in pictures: a press goes on to the next step without asking the server, and the address keeps the place.
(() => {
  "use strict";

  const follow = document.querySelector("[data-now-next]");
  const printing = document.querySelector("[data-print]");

  function words(moment) {
    const heading = moment.querySelector("h2").textContent;
    const word = moment.querySelector(".word, .shape").textContent;
    return `${heading}: ${word}`;
  }

  function show(number) {
    for (const moment of follow.querySelectorAll("[data-moment]")) {
      const isNow = Number(moment.dataset.moment) === number;
      moment.hidden = !isNow;
      if (isNow) follow.querySelector("[data-said]").textContent = words(moment);
    }
    for (const mark of document.querySelectorAll("[data-mark]")) {
      const step = Number(mark.dataset.mark);
      mark.textContent = step < number ? "Done" : step === number ? "Now" : "";
    }
  }

  // The next press is where the last one was: for fingers, switches and keyboards.
  function stay(number) {
    const moment = follow.querySelector(`[data-moment="${number}"]`);
    follow.scrollIntoView({ block: "nearest" });
    moment.querySelector("[data-to]").focus({ preventScroll: true });
  }

  function go(event) {
    const link = event.target.closest("a[data-to]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const number = Number(link.dataset.to);
    show(number);
    stay(number);
    history.replaceState(null, "", `?step=${number}`);
  }

  if (follow) document.addEventListener("click", go);
  if (printing) {
    printing.hidden = false;
    printing.addEventListener("click", () => window.print());
  }
})();
