"use strict";
const steps = JSON.parse(document.getElementById("data").textContent);
const find = (id) => document.getElementById(id);
const place = (id, name, value) => { const element = find(id); if (element) element.setAttribute(name, value); };
const last = steps.length - 1;
let now = 0;
function show(k) {
  now = Math.max(0, Math.min(last, k));
  const step = steps[now];
  find("at").value = now;
  find("number").textContent = now + " of " + last;
  find("back").disabled = now === 0;
  find("step").disabled = now === last;
  find("said").textContent = step.said;
  for (const [key, cell] of Object.entries(step.cells)) {
    find("value-" + key).textContent = cell.shown;
    place("bar-" + key, "width", cell.width);
    place("bar-" + key, "x", cell.x);
  }
  step.weights.forEach((sum, i) => { find("weight-" + i).textContent = sum; });
  for (const marker of document.querySelectorAll(".marker")) { marker.setAttribute("x1", step.x); marker.setAttribute("x2", step.x); }
}
find("back").addEventListener("click", () => show(now - 1));
find("step").addEventListener("click", () => show(now + 1));
find("at").addEventListener("input", () => show(Number(find("at").value)));
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target === find("at")) return;
  const to = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: last }[event.key];
  if (to !== undefined) { event.preventDefault(); show(to); }
});
show(0);
