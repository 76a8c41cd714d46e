// Presses of a session in person: each is kept on this device first, with the device's time and a name of its own, and
// sent as soon as there is a connection. Only ids and times are kept: whose names they are, the page knows.
(() => {
  "use strict";

  const form = document.getElementById("press");
  if (!form) return;
  const AGAIN = 5000; // milliseconds between two tries
  const place = `console:${form.dataset.presses}`;
  const note = form.querySelector("[data-kept]");
  const trouble = form.querySelector("[data-trouble]");
  const refused = form.querySelector("[data-refused]");
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const SAYS = { arrived: "Came at", left: "Left at", signed_in: "Signed in at", signed_out: "Signed out at", began: "Began at", ended: "Ended at", taken_back: "Taken back at" };
  let isSending = false;
  let isStuck = false;

  const read = () => JSON.parse(localStorage.getItem(place) || "[]");
  const write = (kept) => localStorage.setItem(place, JSON.stringify(kept));
  const row = (press) => document.querySelector(`#live [data-row="${press.row}"]`);
  const said = (press) => `${SAYS[press.what]} ${clock(press.at)}`;
  const clock = (at) => new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

  function name() {
    // `randomUUID` is there only where the page came encrypted, as in production.
    if (crypto.randomUUID) return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    const text = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return text.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
  }

  function keep(pressed) {
    const [what, about] = pressed.value.split(":");
    const isDespite = about === "despite";
    const of = pressed.dataset.about || pressed.closest("[data-row]").dataset.row;
    const kept = read();
    const last = kept.filter((press) => press.row === of).at(-1);
    // The same press again, while the first is on its way, is the same press.
    if (last && last.what === what) return;
    write([...kept, { id: name(), what, about: isDespite ? "" : about || "", at: new Date().toISOString(), row: of, despite: isDespite }]);
  }

  // What is kept here stands in the page as well, marked as such, until the portal has it.
  function draw() {
    const kept = read();
    form.hidden = !kept.length && !refused.children.length;
    note.textContent = kept.length ? `${kept.length === 1 ? "1 press is" : `${kept.length} presses are`} kept on this phone, not sent yet.` : "";
    document.querySelectorAll("#live [data-kept-line]").forEach((line) => line.remove());
    kept.forEach(drawOne);
  }

  function drawOne(press) {
    const of = row(press);
    if (!of) return;
    of.querySelectorAll("[data-kept-line]").forEach((line) => line.remove());
    const line = document.createElement("p");
    line.className = "small is-kept";
    line.dataset.keptLine = "";
    line.textContent = `${said(press)}: kept on this phone, not sent yet `;
    of.querySelector("[data-said]").after(line);
    if (!["began", "ended", "taken_back"].includes(press.what)) line.append(forgetter(press));
    const isHere = ["arrived", "signed_in"].includes(press.what);
    if (isHere || ["left", "signed_out"].includes(press.what)) {
      of.querySelectorAll("[data-when]").forEach((other) => { other.hidden = other.dataset.when !== (isHere ? "here" : "away"); });
    }
  }

  // A press by mistake that was not sent yet simply goes.
  function forgetter(press) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button link small";
    button.textContent = "Take back";
    button.addEventListener("click", () => {
      if (isSending) return;
      write(read().filter((other) => other.id !== press.id));
      drawAnew();
    });
    return button;
  }

  // The portal's own words about each row have to come back.
  function drawAnew() {
    document.getElementById("live").dataset.shown = "";
    draw();
    document.dispatchEvent(new Event("console:sent"));
  }

  function refuse(press, why) {
    const line = document.createElement("li");
    line.textContent = `Not taken (${said(press)}): ${why}`;
    refused.append(line);
  }

  function settle(sent, answers) {
    const done = new Set(answers.map((answer) => answer.id));
    answers.filter((answer) => !answer.kept).forEach((answer) => refuse(sent.find(({ id }) => id === answer.id), answer.said));
    write(read().filter((press) => !done.has(press.id)));
    trouble.textContent = "";
    drawAnew();
  }

  async function send() {
    const presses = read();
    if (isSending || isStuck || !presses.length || !navigator.onLine) return;
    isSending = true;
    const body = JSON.stringify({ sent_at: new Date().toISOString(), presses: presses.map(({ id, what, about, at, despite }) => ({ id, what, about, at, despite })) });
    const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
    try {
      const answer = await fetch(form.action, { method: "POST", headers, body, redirect: "error" });
      if (answer.ok) settle(presses, (await answer.json()).answers);
      else if (answer.status === 422) stuck((await answer.json()).said);
      else if (answer.status === 403 || answer.status === 404) stuck("Load this page again to send them: nothing is lost.");
      else trouble.textContent = "The portal does not answer just now; they are sent again by themselves.";
    } catch {
      // No connection, or the sign-in ran out: the part that stays live says which.
    } finally {
      isSending = false;
      draw();
    }
  }

  function stuck(said) {
    isStuck = true;
    trouble.textContent = said;
  }

  form.addEventListener("submit", (event) => {
    if (!event.submitter) return event.preventDefault();
    refused.replaceChildren();
    try {
      keep(event.submitter);
    } catch {
      // This device keeps nothing: the press goes the plain way, at once.
      return undefined;
    }
    event.preventDefault();
    draw();
    return send();
  });
  document.addEventListener("console:drawn", draw);
  document.addEventListener("console:heard", send);
  window.addEventListener("online", send);
  setInterval(send, AGAIN);
  draw();
  send();
})();
