"use strict";

// Keeps a meeting's page as the server has it: every two seconds, and at once after a press, without losing what is
// typed or where the keyboard is. Without it the page works as plain forms and loads itself anew.
(function () {
  const lost = document.getElementById("lost");
  const parts = new Map();
  for (const part of document.querySelectorAll("[data-part]")) {
    parts.set(part.id, part.outerHTML);
  }

  function show(text, pressed) {
    const fresh = new DOMParser().parseFromString(text, "text/html");
    const focused = document.activeElement ? document.activeElement.id : "";
    for (const part of fresh.querySelectorAll("[data-part]")) {
      // What the server says has changed is replaced; what somebody types into stays, and so does the answer to a press.
      if (parts.get(part.id) !== part.outerHTML && (pressed || part.id !== "said")) {
        parts.set(part.id, part.outerHTML);
        document.getElementById(part.id).replaceWith(document.importNode(part, true));
      }
    }
    if (focused && document.activeElement && document.activeElement.id !== focused) {
      // A button that is gone leads to the person it was about, wherever they are now.
      const person = focused.replace(/^(me-)?press-[a-z_]+-/, "person-");
      const next = document.getElementById(focused) || document.getElementById(person);
      (next || document.getElementById("state")).focus();
    }
    document.title = fresh.title;
  }

  async function ask(address, options) {
    const answer = await fetch(address, options);
    if (answer.headers.get("Content-Type").startsWith("text/html")) {
      show(await answer.text(), Boolean(options));
    }
    lost.hidden = true;
    return answer.ok;
  }

  document.addEventListener("submit", async function (event) {
    const form = event.target;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form, event.submitter));
    try {
      if (await ask(form.action, { method: "POST", body: body })) {
        form.reset();
      }
    } catch (error) {
      lost.hidden = false;
    }
  });

  async function look() {
    if (document.visibilityState === "visible") {
      try {
        await ask(location.href);
      } catch (error) {
        lost.hidden = false;
      }
    }
    setTimeout(look, 2000);
  }
  setTimeout(look, 2000);
})();
