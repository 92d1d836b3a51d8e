/** What stands at the side: which model, the text, and what to know before its rating is believed. */

import { useMemo } from "preact/hooks";

import type { Model, Trace } from "../engine/index";
import type { State } from "./state";

export function Header({ models, model, state, onModel }: {
  models: Model[]; model: Model; state: State; onModel: (place: number, both: boolean) => void;
}) {
  return (
    <header>
      <h1>{model.cell === "lstm" ? "An LSTM" : "A plain RNN"} reads along</h1>
      <p class="lead">Type a review. At every key the model reads it again, word by word.</p>
      {models.length > 1 && (
        <fieldset class="tabs">
          <legend>Model</legend>
          {models.slice(0, 2).map((one, place) => (
            <label key={one.name}><input type="radio" name="model" checked={!state.both && model === one} onChange={() => onModel(place, false)} /> {one.name}</label>
          ))}
          <label><input type="radio" name="model" checked={state.both} onChange={() => onModel(0, true)} /> both</label>
        </fieldset>
      )}
    </header>
  );
}

export function Typing({ state, isKept, onType, onKeep }: {
  state: State; isKept: boolean; onType: (text: string) => void; onKeep: () => void;
}) {
  return (
    <div class="typing">
      <label for="text">Your review</label>
      <textarea id="text" rows={3} value={state.text} spellcheck={false} onInput={(event) => onType(event.currentTarget.value)} />
      <button type="button" class="act" id="keep" disabled={isKept} onClick={onKeep}>keep this reading</button>{" "}
      <span class="small">{isKept ? "Kept. Now change the text: both readings are shown." : "to compare it with what you type next"}</span>
    </div>
  );
}

/** What to know of a text before its rating is believed. */
export function Notes({ model, trace, read, wanted, left }: { model: Model; trace: Trace; read: number; wanted: number; left: number }) {
  const warnings = useMemo(() => model.warnings(trace.tokens), [model, trace]);
  const said = [...warnings];
  if (left > 0) said.push(`The first ${wanted.toLocaleString("en")} words are read; ${left.toLocaleString("en")} are left out.`);
  return (
    <>
      {read < wanted && <p class="small" role="status">Reading: {read.toLocaleString("en")} of {wanted.toLocaleString("en")} words …</p>}
      {said.map((warning) => <p class="warning" key={warning}>{warning}</p>)}
    </>
  );
}
