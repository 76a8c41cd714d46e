// The body map: pressing on a figure fills in a row of the list; the list alone says everything and works without this.
// A mark that has the focus is moved with the arrow keys, and taken away with Delete.
(() => {
  "use strict";

  const map = document.querySelector("[data-body-map]");
  const list = map.querySelector("[data-mark-rows]");
  const pattern = map.querySelector("[data-mark-pattern]");
  const said = map.querySelector("[data-mark-said]");
  const MOST = Number(map.dataset.most);
  const WIDTH = 200;
  const HEIGHT = 400;
  const SAID = ["site", "injury", "size", "colour", "note"];
  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  let next = list.children.length ? 1 + Math.max(...[...list.querySelectorAll("select")].map((f) => Number(f.name.split("-")[1]))) : 0;

  const figure = (view) => map.querySelector(`svg[data-view="${view}"]`);
  const field = (row, name) => row.querySelector(`[name$="-${name}"]`);
  const rows = () => [...list.children];
  const isEmpty = (row) => SAID.every((name) => !field(row, name).value);
  const site = (row) => field(row, "site").selectedOptions[0];
  const within = (value, most) => Math.min(most, Math.max(0, Math.round(value)));

  function addRow() {
    const row = pattern.content.firstElementChild.cloneNode(true);
    row.querySelectorAll("[name], [id], [for]").forEach((element) => {
      for (const name of ["name", "id", "for", "aria-describedby"]) {
        const value = element.getAttribute(name);
        if (value) element.setAttribute(name, value.replace("__n__", next));
      }
    });
    next += 1;
    list.append(row);
    show(row);
    return row;
  }

  // Where a mark goes: the row that is empty, or another one.
  function freeRow() {
    const free = rows().find(isEmpty);
    if (!free && rows().length >= MOST) said.textContent = `At most ${MOST} marks; say the rest in words.`;
    return free || (rows().length < MOST ? addRow() : null);
  }

  function place(row, view, x, y) {
    const options = [...field(row, "site").querySelectorAll(`[data-view="${view}"]`)];
    const distance = ({ dataset }) => Math.hypot(dataset.x - x, dataset.y - y);
    options.reduce((best, option) => (distance(option) < distance(best) ? option : best)).selected = true;
    field(row, "x").value = x;
    field(row, "y").value = y;
    draw();
    say(row);
  }

  const number = (row) => rows().indexOf(row) + 1;

  function say(row) {
    const { label } = site(row).parentElement;
    said.textContent = `Mark ${number(row)}: ${site(row).textContent}, ${label.toLowerCase()}.`;
  }

  function draw() {
    map.querySelectorAll("svg .mark").forEach((mark) => mark.remove());
    rows().forEach((row) => {
      row.querySelector("[data-mark-number]").textContent = number(row);
      if (site(row).dataset.view) drawOne(row);
    });
  }

  function drawOne(row) {
    const make = (name, facts) => {
      const element = document.createElementNS("http://www.w3.org/2000/svg", name);
      Object.entries(facts).forEach(([key, value]) => element.setAttribute(key, value));
      return element;
    };
    const { view, x, y } = site(row).dataset;
    const at = [field(row, "x").value || x, field(row, "y").value || y];
    const name = `Mark ${number(row)}: ${site(row).textContent}. Arrow keys move it, Delete takes it away.`;
    const mark = make("g", { class: "mark", transform: `translate(${at})`, tabindex: 0, role: "button", "aria-label": name });
    const text = make("text", { "text-anchor": "middle", dy: 4 });
    text.textContent = number(row);
    mark.append(make("circle", { r: 9 }), text);
    mark.addEventListener("keydown", (event) => onKey(event, row, view, at.map(Number)));
    mark.addEventListener("click", () => field(row, "site").focus());
    figure(view).append(mark);
  }

  function onKey(event, row, view, [x, y]) {
    if (event.key === "Enter") return field(row, "injury").focus();
    if (event.key === "Delete") return remove(row);
    const step = STEPS[event.key];
    if (!step) return undefined;
    event.preventDefault();
    const far = event.shiftKey ? 12 : 4;
    place(row, view, within(x + step[0] * far, WIDTH), within(y + step[1] * far, HEIGHT));
    const marks = rows().filter((other) => site(other).dataset.view === view);
    return figure(view).querySelectorAll(".mark")[marks.indexOf(row)].focus();
  }

  function remove(row) {
    said.textContent = `Mark ${number(row)} was taken away.`;
    row.remove();
    if (!rows().some(isEmpty)) addRow();
    draw();
    field(rows().find(isEmpty), "site").focus();
  }

  function point(event) {
    if (event.target.closest(".mark")) return;
    const svg = event.currentTarget;
    const box = svg.getBoundingClientRect();
    const row = freeRow();
    if (!row) return;
    const x = within(((event.clientX - box.left) / box.width) * WIDTH, WIDTH);
    place(row, svg.dataset.view, x, within(((event.clientY - box.top) / box.height) * HEIGHT, HEIGHT));
    field(row, "injury").focus();
  }

  function addByKey({ currentTarget }) {
    const row = freeRow();
    if (!row) return;
    place(row, currentTarget.dataset.markAdd, WIDTH / 2, 158);
    [...figure(currentTarget.dataset.markAdd).querySelectorAll(".mark")].at(-1).focus();
  }

  // Another part of the body from the list: the mark goes to its middle.
  list.addEventListener("change", ({ target }) => {
    if (target.name.endsWith("-site")) {
      const row = target.closest("li");
      field(row, "x").value = field(row, "y").value = "";
      if (!rows().some(isEmpty) && rows().length < MOST) addRow();
    }
    draw();
  });
  list.addEventListener("click", ({ target }) => {
    if (target.closest("[data-mark-remove]")) remove(target.closest("li"));
  });
  map.querySelectorAll("svg").forEach((svg) => {
    svg.addEventListener("click", point);
    svg.setAttribute("role", "group");
    svg.setAttribute("aria-label", svg.dataset.view === "front" ? "Front of the body" : "Back of the body");
  });
  map.querySelectorAll("[data-mark-add]").forEach((button) => button.addEventListener("click", addByKey));
  function show(part) {
    part.querySelectorAll("[data-mark-add], [data-mark-remove], [data-needs-script]").forEach((element) => { element.hidden = false; });
    part.querySelectorAll("[data-needs-no-script]").forEach((element) => { element.hidden = true; });
  }
  show(map);
  map.classList.add("can-point");
  draw();
})();
