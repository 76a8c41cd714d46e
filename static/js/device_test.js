// The test of a device. Sound and pictures stay in this page: nothing is sent anywhere, only fetched from our own server.
(() => {
  "use strict";

  const LISTENS = 15000; // milliseconds in which something should be heard
  const HEARD = 12; // of 100: above the noise of a quiet room
  const LOOKS = 3; // as often it must be that loud: a microphone may click once when it is turned on
  const DARK = 16; // of 255
  const TOO_LONG = 12000; // milliseconds for one portion
  const GOOD = 1500; // kilobits a second: sound and a group's pictures
  const ENOUGH = 500; // sound, and a picture now and then
  const FINE = ["ok"];
  const ADVICE = ["denied", "none", "neither", "busy", "old", "silent", "slow", "failed"];

  const test = document.getElementById("test");
  const start = document.getElementById("start");
  const picture = document.getElementById("picture");
  const level = document.getElementById("level");
  const heard = document.getElementById("heard");
  const Sound = window.AudioContext || window.webkitAudioContext;
  const canCapture = Boolean(window.isSecureContext && navigator.mediaDevices && navigator.mediaDevices.getUserMedia);
  const startWord = start.textContent;
  let streams = [];
  let sound = null;
  let round = 0;

  function say(name, what) {
    const check = test.querySelector(`[data-check="${name}"]`);
    check.dataset.state = what;
    check.querySelectorAll("[data-says]").forEach((line) => {
      line.hidden = line.dataset.says !== what;
      line.className = "said";
      if (FINE.includes(what)) line.classList.add("leaf");
      if (ADVICE.includes(what)) line.classList.add("rose");
    });
    sumUp();
  }

  // What goes with a request for help: the same words that stand on the page.
  function sumUp() {
    // Who is not signed in has no such form.
    if (!document.getElementById("test-result")) return;
    const lines = [...test.querySelectorAll("[data-check][data-state]")].map((check) => {
      const said = check.querySelector("[data-says]:not([hidden])");
      return said ? `${check.dataset.name}: ${said.textContent.trim()}` : "";
    }).filter(Boolean);
    document.getElementById("test-result").value = lines.join("\n");
    document.getElementById("sends").hidden = !lines.length;
    document.getElementById("result").replaceChildren(...lines.map((line) => {
      const item = document.createElement("li");
      item.textContent = line;
      return item;
    }));
  }

  function why(error) {
    if (["NotAllowedError", "SecurityError", "PermissionDeniedError"].includes(error.name)) return "denied";
    if (["NotFoundError", "OverconstrainedError", "DevicesNotFoundError", "NotSupportedError"].includes(error.name)) return "none";
    return "busy";
  }

  async function stream(kind, name, mine) {
    const got = await navigator.mediaDevices.getUserMedia({ [kind]: true });
    streams.push(got);
    // Pulled out in the middle of the test: what was said of it holds no more.
    got.getTracks().forEach((track) => track.addEventListener("ended", () => {
      if (mine === round) say(name, "none");
    }));
    return got;
  }

  function brightness() {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 16;
    const paper = canvas.getContext("2d");
    paper.drawImage(picture, 0, 0, 16, 16);
    const dots = paper.getImageData(0, 0, 16, 16).data;
    let sum = 0;
    for (let i = 0; i < dots.length; i += 4) sum += (dots[i] + dots[i + 1] + dots[i + 2]) / 3;
    return sum / 256;
  }

  const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

  async function tryCamera(mine) {
    say("camera", "waits");
    try {
      const got = await stream("video", "camera", mine);
      if (mine !== round) return;
      picture.srcObject = got;
      picture.hidden = false;
      await picture.play();
      await pause(600);
      if (mine === round) say("camera", brightness() < DARK ? "dark" : "ok");
    } catch (error) {
      if (mine === round) say("camera", why(error));
    }
  }

  async function tryMicrophone(mine) {
    try {
      const got = await stream("audio", "microphone", mine);
      if (mine !== round) return;
      say("microphone", "waits");
      listen(got, mine);
    } catch (error) {
      if (mine !== round) return;
      const noCamera = test.querySelector('[data-check="camera"]').dataset.state === "none";
      say("microphone", noCamera && why(error) === "none" ? "neither" : why(error));
    }
  }

  function listen(got, mine) {
    const ear = sound.createAnalyser();
    ear.fftSize = 1024;
    sound.createMediaStreamSource(got).connect(ear);
    const samples = new Uint8Array(ear.fftSize);
    const until = Date.now() + LISTENS;
    let heardTimes = 0;
    let isSaid = false;
    level.parentElement.hidden = false;
    const look = () => {
      if (mine !== round || got.getTracks().some((track) => track.readyState === "ended")) return;
      ear.getByteTimeDomainData(samples);
      const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample - 128)), 0);
      level.value = Math.min(100, loudest * 1.6);
      if (level.value >= HEARD) heardTimes++;
      if (!isSaid && (heardTimes >= LOOKS || Date.now() > until)) {
        isSaid = true;
        say("microphone", heardTimes >= LOOKS ? "ok" : "silent");
      }
      setTimeout(look, 80);
    };
    look();
  }

  async function fetched(portion) {
    const control = new AbortController();
    const timer = setTimeout(() => control.abort(), TOO_LONG);
    const began = performance.now();
    try {
      const answer = await fetch(`${test.dataset.speed}?portion=${portion}`, { cache: "no-store", signal: control.signal });
      if (!answer.ok) throw new Error("no answer");
      const bytes = (await answer.arrayBuffer()).byteLength;
      return (bytes * 8) / Math.max(1, performance.now() - began); // bits a millisecond are kilobits a second
    } finally {
      clearTimeout(timer);
    }
  }

  async function trySpeed(mine) {
    say("speed", "waits");
    try {
      const first = await fetched("little");
      const speed = first < ENOUGH ? first : Math.max(first, await fetched("more"));
      if (mine === round) say("speed", speed >= GOOD ? "ok" : speed >= ENOUGH ? "weak" : "slow");
    } catch (error) {
      if (mine === round) say("speed", error.name === "AbortError" ? "slow" : "failed");
    }
  }

  function wakeSound() {
    if (!sound && Sound) sound = new Sound();
    if (sound && sound.state === "suspended") sound.resume();
  }

  async function begin() {
    const mine = ++round;
    wakeSound();
    start.textContent = start.dataset.stop;
    say("browser", canCapture && Sound ? "ok" : "old");
    trySpeed(mine);
    if (!canCapture || !Sound) return;
    // One question of the browser after the other.
    await tryCamera(mine);
    if (mine === round) await tryMicrophone(mine);
  }

  function stop() {
    round++;
    streams.forEach((got) => got.getTracks().forEach((track) => track.stop()));
    streams = [];
    picture.srcObject = null;
    picture.hidden = true;
    level.parentElement.hidden = true;
    level.value = 0;
    start.textContent = startWord;
    test.querySelectorAll('[data-state="waits"]').forEach((check) => say(check.dataset.check, ""));
  }

  function playNotes() {
    wakeSound();
    if (!sound) return say("loudspeaker", "old");
    [523.25, 659.25, 783.99].forEach((pitch, number) => {
      const note = sound.createOscillator();
      const volume = sound.createGain();
      const at = sound.currentTime + 0.1 + number * 0.4;
      note.frequency.value = pitch;
      volume.gain.setValueAtTime(0.0001, at);
      volume.gain.exponentialRampToValueAtTime(0.3, at + 0.05);
      volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.38);
      note.connect(volume).connect(sound.destination);
      note.start(at);
      note.stop(at + 0.4);
    });
    heard.hidden = false;
  }

  start.addEventListener("click", () => { if (start.textContent === startWord) begin(); else stop(); });
  document.getElementById("play").addEventListener("click", playNotes);
  heard.addEventListener("click", (event) => {
    const answer = event.target.closest("[data-heard]");
    if (answer) say("loudspeaker", answer.dataset.heard);
  });
  window.addEventListener("pagehide", stop);
  document.getElementById("no-test").hidden = true;
  test.hidden = false;
})();
