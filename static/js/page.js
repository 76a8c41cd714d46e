// Small comforts for pages that work without them: copying, counting down, noticing that a way in has opened.
(() => {
  "use strict";

  const plural = (n, noun) => `${n} ${noun}${n === 1 ? "" : "s"}`;

  // The same words as whippersnappers/dates.py, so that the text does not jump.
  function duration(milliseconds) {
    const minutes = Math.max(0, Math.ceil(milliseconds / 60000));
    const hours = Math.floor(minutes / 60);
    const rest = minutes % 60;
    const parts = [];
    if (hours) parts.push(plural(hours, "hour"));
    if (rest || !hours) parts.push(plural(rest, "minute"));
    return parts.join(" ");
  }

  // Devices' clocks are often wrong: count on the server's clock, which the page carries.
  const page = document.documentElement;
  const skew = page.dataset.now ? Date.parse(page.dataset.now) - Date.now() : 0;
  const serverNow = () => Date.now() + skew;

  // Days of the calendar on London's clock, as a number to subtract.
  const london = new Intl.DateTimeFormat("en-CA", { timeZone: "Europe/London" });
  const dayNumber = (time) => Date.parse(london.format(time)) / 86400000;

  function until(time, now) {
    const left = time - now;
    if (left <= 0) return "now";
    if (left < 86400000) return `in ${duration(left)}`;
    const days = dayNumber(time) - dayNumber(now);
    return days === 1 ? "tomorrow" : `in ${days} days`;
  }

  function countDown(element) {
    const text = until(Date.parse(element.dataset.countdown), serverNow());
    if (element.textContent !== text) element.textContent = text;
  }

  function keepCounting() {
    const elements = document.querySelectorAll("[data-countdown]");
    if (!elements.length) return;
    const tick = () => elements.forEach(countDown);
    tick();
    setInterval(tick, 5000);
  }

  async function copy(button) {
    const done = document.getElementById(button.dataset.said);
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      done.textContent = "Copied";
    } catch {
      done.textContent = "Please copy it by hand";
    }
    setTimeout(() => { done.textContent = ""; }, 4000);
  }

  function offerCopying() {
    if (!navigator.clipboard) return;
    document.querySelectorAll("[data-copy]").forEach((button) => {
      button.hidden = false;
      button.addEventListener("click", () => copy(button));
    });
  }

  // Whoever is writing something must not lose it to a page that comes anew.
  const isTyping = () => [...document.querySelectorAll("textarea")].some((field) => field.value !== field.defaultValue);

  // A page that waits asks the server now and then whether it would look different, and reloads once when so.
  function watch() {
    const waiting = document.querySelector("[data-watch]");
    if (!waiting) return;
    const fingerprint = waiting.dataset.watch;
    const look = async () => {
      if (document.hidden || isTyping()) return;
      try {
        const answer = await fetch(location.href, { headers: { "X-Watching": "1" }, cache: "no-store" });
        const text = answer.headers.get("X-Page-State");
        if (answer.ok && text && text !== fingerprint) location.reload();
      } catch {
        // Offline for a moment: the next look will tell.
      }
    };
    const opensIn = Date.parse(waiting.dataset.opens || "") - serverNow();
    if (opensIn > 0 && opensIn < 86400000) setTimeout(look, opensIn + 1000 + Math.random() * 3000);
    setInterval(look, 20000 + Math.random() * 5000);
    document.addEventListener("visibilitychange", look);
  }

  // A thing of the list is ticked off at once; when that cannot be kept, the form goes the long way.
  async function tickQuietly(event) {
    const form = event.currentTarget;
    const button = form.querySelector("button");
    event.preventDefault();
    if (form.dataset.sent) return;
    form.dataset.sent = "yes";
    const body = new FormData(form, button);
    const isReady = button.value === "yes";
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Quietly": "1" }, redirect: "error" });
      if (!answer.ok) throw new Error(String(answer.status));
    } catch {
      form.removeEventListener("submit", tickQuietly);
      return form.requestSubmit(button);
    }
    button.setAttribute("aria-pressed", String(isReady));
    button.value = isReady ? "no" : "yes";
    delete form.dataset.sent;
  }

  function offerTicking() {
    document.querySelectorAll("form[data-quietly]").forEach((form) => form.addEventListener("submit", tickQuietly));
  }

  // Passkeys: say in words what allauth's script would only log.
  function explainPasskeyTrouble() {
    document.addEventListener("allauth.error", (event) => {
      const place = document.getElementById("passkey-trouble");
      if (!place) return;
      event.preventDefault();
      place.hidden = false;
      place.focus();
    });
  }

  // A press is answered at once, and a second one while the first is on its way does nothing.
  function answerPresses() {
    document.querySelectorAll("form[data-busy]").forEach((form) => {
      let pressed = null;
      let words = "";
      form.addEventListener("submit", (event) => {
        if (form.dataset.sent) return event.preventDefault();
        form.dataset.sent = "yes";
        pressed = event.submitter || form.querySelector("button[type=submit]");
        words = pressed.innerHTML;
        pressed.textContent = form.dataset.busy;
      });
      // Coming back from Zoom may show the page as it was left.
      window.addEventListener("pageshow", () => {
        delete form.dataset.sent;
        if (pressed) pressed.innerHTML = words;
        pressed = null;
      });
    });
  }

  // Where several forms on a page can be written in, the switch to easy read takes the last one along.
  function takeAlongWhatIsTyped() {
    const button = document.querySelector("button[name=layout][form]");
    if (!button) return;
    document.addEventListener("input", ({ target }) => {
      if (target.form?.id.startsWith("typing")) button.setAttribute("form", target.form.id);
    });
  }

  function sayWhenOffline() {
    const notice = document.getElementById("offline");
    const update = () => { notice.hidden = navigator.onLine; };
    window.addEventListener("offline", update);
    window.addEventListener("online", update);
    update();
  }

  keepCounting();
  offerCopying();
  watch();
  offerTicking();
  explainPasskeyTrouble();
  answerPresses();
  takeAlongWhatIsTyped();
  sayWhenOffline();
})();
