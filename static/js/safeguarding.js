// A page about concerns does not stay open by itself: after the time without a press, the server is asked for it
// again, and leads to the sign-in. Whoever is writing keeps the words: the server gives them back when they are sent.
(() => {
  "use strict";

  const guard = document.querySelector("[data-idle]");
  const isTyping = () => [...document.querySelectorAll("textarea")].some((field) => field.value !== field.defaultValue);
  const look = () => {
    if (isTyping()) setTimeout(look, 60000);
    else location.reload();
  };
  setTimeout(look, (Number(guard.dataset.idle) + 5) * 1000);
})();
