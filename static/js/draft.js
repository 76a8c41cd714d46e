// What is typed in the form of a concern is kept every few seconds, for its author alone. When the connection or the
// sign-in is gone it stays in the page, and is kept, or sent if that was pressed, when they are back. Nothing is stored
// on the device: others use it too.
(() => {
  "use strict";

  const EVERY = 4000;
  // Browsers let a page that goes send no more than this.
  const MOST_AT_THE_END = 50000;
  const MARKS = ["csrfmiddlewaretoken", "form_key", "page", "edition", "writer"];
  const form = document.querySelector("form[data-draft]");
  const line = form.querySelector("[data-kept]");
  const door = form.querySelector("[data-door]");
  let kept = typed();
  let isBusy = false;
  let isTroubled = false;
  let isGoing = false;
  let pressed = null;

  // Files go with the press alone.
  function everything() {
    const data = new FormData(form);
    [...data].filter(([, said]) => said instanceof File).forEach(([name]) => data.delete(name));
    return data;
  }

  function typed() {
    return JSON.stringify([...everything()].filter(([name]) => !MARKS.includes(name)));
  }

  async function ask(options) {
    const press = { method: "POST", body: everything(), headers: { "X-Quietly": "1" }, redirect: "error", ...options };
    try {
      const answer = await fetch(form.action, press);
      return answer.ok ? await answer.json() : { said: line.dataset.failed };
    } catch {
      return { said: line.dataset.offline, isOffline: true };
    }
  }

  function take(answer, words) {
    isTroubled = !answer.kept;
    if (line.textContent !== answer.said) line.textContent = answer.said;
    line.classList.toggle("not-kept", isTroubled);
    door.hidden = !answer.signed_out;
    if (!answer.kept) return;
    kept = words;
    form.elements.form_key.value = answer.form_key;
    form.elements.edition.value = answer.edition;
    // So that opening the page again, or signing in again, leads back here.
    history.replaceState(null, "", answer.address);
  }

  // Asks the server to keep what stands here; says whether it is worth waiting for it.
  async function keep(options = {}) {
    isBusy = true;
    const words = typed();
    let answer = await ask(options);
    if (answer.token) {
      form.elements.csrfmiddlewaretoken.value = answer.token;
      answer = await ask(options);
    }
    take(answer, words);
    isBusy = false;
    return !(answer.isOffline || answer.signed_out);
  }

  async function tick() {
    if (isBusy || isGoing || (typed() === kept && !pressed)) return;
    if ((await keep()) && pressed) go(pressed);
  }

  function go(button) {
    isGoing = true;
    pressed = null;
    form.requestSubmit(button);
  }

  async function send(button) {
    pressed = button;
    if (!isBusy && (await keep()) && pressed) go(button);
  }

  function lastWords() {
    const words = typed();
    if (words !== kept && words.length < MOST_AT_THE_END) keep({ keepalive: true });
  }

  // Before any other script says that it is on its way.
  document.addEventListener("submit", (event) => {
    if (event.target !== form || isGoing) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    send(event.submitter);
  }, true);
  document.addEventListener("visibilitychange", () => { if (document.hidden && !isGoing) lastWords(); });
  document.addEventListener("leaving", () => { lastWords(); isGoing = true; });
  window.addEventListener("pageshow", () => { isGoing = false; });
  window.addEventListener("online", tick);
  window.addEventListener("beforeunload", (event) => {
    if (isTroubled && !isGoing && typed() !== kept) event.preventDefault();
  });
  form.querySelector("[data-keeping]").hidden = false;
  setInterval(tick, EVERY);
})();
