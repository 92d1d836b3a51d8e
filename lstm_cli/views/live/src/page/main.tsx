/** Opens the models that this file holds, and shows the page. */

import { render } from "preact";

import { openModels } from "../engine/index";
import { App } from "./app";

function mount(): HTMLElement {
  const found = document.getElementById("live");
  if (found) return found;
  const made = document.createElement("main");
  made.id = "live";
  document.body.append(made);
  return made;
}

async function start(): Promise<void> {
  const place = mount();
  const packed = [...document.querySelectorAll<HTMLScriptElement>("script[type]")]
    .filter(({ type }) => type !== "module" && type !== "text/javascript");
  try {
    const models = await openModels(packed.map((element) => element.textContent ?? ""));
    for (const element of packed) element.remove(); // its text is megabytes
    place.replaceChildren();
    render(<App models={models} />, place);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    place.textContent = `The model in this page could not be opened: ${why}. A browser of 2023 or later is needed.`;
    throw error;
  }
}

void start();
