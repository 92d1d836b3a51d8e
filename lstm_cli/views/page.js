"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const buttons = [...document.querySelectorAll("#words button")];
const markers = [...document.querySelectorAll(".marker")];
const place = (id, name, value) => { const element = document.getElementById(id); if (element) element.setAttribute(name, value); };
const say = (id, text) => { const element = document.getElementById(id); if (element) element.textContent = text; };
let now = 0;
function select(k, move) {
  if (!buttons.length) return;
  now = Math.max(0, Math.min(buttons.length - 1, k));
  const word = data.words[now];
  buttons.forEach((button, i) => {
    if (i === now) button.setAttribute("aria-current", "true"); else button.removeAttribute("aria-current");
    button.tabIndex = i === now ? 0 : -1;
  });
  if (move) buttons[now].focus();
  say("panel-word", word.token);
  say("panel-place", "word " + (now + 1) + " of " + buttons.length + word.strangeness);
  for (const [key, cell] of Object.entries(word.cells)) {
    say("value-" + key, cell.shown);
    place("bar-" + key, "width", cell.width);
    place("bar-" + key, "x", cell.x);
  }
  for (const marker of markers) { marker.setAttribute("x1", word.x); marker.setAttribute("x2", word.x); }
  place("heat-row", "y", now);
  place("heat-column", "x", now);
  for (const column of document.querySelectorAll(".column")) column.setAttribute("x", now);
  say("heat-said", word.ledger);
}
buttons.forEach((button, i) => {
  button.addEventListener("mouseenter", () => select(i, false));
  button.addEventListener("focus", () => { if (i !== now) select(i, false); });
  button.addEventListener("click", () => select(i, false));
});
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const to = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: buttons.length - 1 }[event.key];
  if (to !== undefined) { event.preventDefault(); select(to, true); }
});
for (const heat of document.querySelectorAll(".heat")) {
  heat.addEventListener("click", (event) => {
    const box = heat.querySelector(".ground").getBoundingClientRect();
    select(Math.floor((event.clientY - box.top) / box.height * buttons.length), false);
  });
}
for (const units of document.querySelectorAll(".units")) {
  units.addEventListener("click", (event) => {
    const box = units.getBoundingClientRect();
    select(Math.floor((event.clientX - box.left) / box.width * buttons.length), false);
  });
}
select(data.first, false);
