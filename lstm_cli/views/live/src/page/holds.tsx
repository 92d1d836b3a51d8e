/** Hold a gate, and see what it is for. */

import type { Gate, Model, Trace } from "../engine/index";
import { named, percent, signed } from "./format";
import type { Change, State } from "./state";
import { GATES } from "./state";

const SAID = {
  forget: ["forget gate", "0 forgets everything, 1 keeps everything"],
  learn: ["learn gate", "0 ignores the word, 1 learns it in full"],
  use: ["use gate", "0 uses nothing of the memory, 1 all"],
} as const;

interface Props {
  model: Model;
  state: State;
  change: Change;
  trace: Trace; // of the free reading
  chosen: number;
  moved: number | null; // of the expected rating by the gates that are held
}

export function Holds({ model, state, change, trace, chosen, moved }: Props) {
  if (model.cell === "rnn") return <p>A plain RNN has no gates that could be held.</p>;
  const set = (gate: (typeof GATES)[number], on: boolean, value: number) =>
    change({ holds: { ...state.holds, [gate]: { on, value } } }, on !== state.holds[gate].on);
  return (
    <>
      <p class="small">Fix a gate at one value, and see what the model needs it for: the curve above shows the reading with the gate held beside the free one. A gate that is free shows its mean over the words.</p>
      <div class="holds">
        {GATES.map((gate) => {
          const { on } = state.holds[gate];
          const value = on ? state.holds[gate].value : meanOf(trace, gate);
          const [name, hint] = SAID[gate];
          return (
            <div class="hold" key={gate}>
              <label>
                <input type="checkbox" role="switch" checked={on} id={`hold-${gate}`} onChange={(event) => set(gate, event.currentTarget.checked, value)} />{" "}
                hold the {name}
              </label>
              <label>
                <span class="hint">{hint}</span>
                <input
                  type="range" min={0} max={100} step={1} value={Math.round(100 * value)} id={`value-of-${gate}`}
                  aria-label={`${name}, value`} aria-valuetext={percent(value)}
                  onInput={(event) => set(gate, true, event.currentTarget.valueAsNumber / 100)}
                />
              </label>
              <output class="number">{on ? "" : "free "}{percent(value)}</output>
            </div>
          );
        })}
      </div>
      <fieldset class="tabs">
        <legend class="hidden">Where gates are held</legend>
        <label><input type="radio" name="where" checked={state.everywhere} onChange={() => change({ everywhere: true }, true)} /> at every word</label>
        <label><input type="radio" name="where" checked={!state.everywhere} onChange={() => change({ everywhere: false, place: chosen }, true)} /> only at {named(trace.tokens, chosen)}</label>
      </fieldset>
      {moved !== null && <p>Held like this, the expected rating moves by <b id="held-moved">{signed(moved)}</b>.</p>}
    </>
  );
}

/** The mean of a gate over the words, as its slider can stand. */
function meanOf(trace: Trace, gate: Gate): number {
  const sum = trace.words.reduce((total, word) => total + (word[gate] ?? 0), 0);
  return Math.round((100 * sum) / Math.max(1, trace.words.length)) / 100;
}
