/** Hold a gate, and see what it is for. */

import type { Model } from "../engine/index";
import { percent, quoted, signed } from "./format";
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
  word: string; // the chosen one
  chosen: number;
  moved: number | null; // of the expected rating by the gates that are held
}

export function Holds({ model, state, change, word, chosen, moved }: Props) {
  if (model.cell === "rnn") return <p>A plain RNN has no gates that could be held.</p>;
  const set = (gate: (typeof GATES)[number], on: boolean, value: number) =>
    change({ holds: { ...state.holds, [gate]: { on, value } } }, on !== state.holds[gate].on);
  return (
    <>
      <p class="small">A gate that is held has the same value in every unit, whatever the word. The curve above shows the held reading beside the free one.</p>
      <div class="holds">
        {GATES.map((gate) => {
          const { on, value } = state.holds[gate];
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
              <output class="number">{on ? percent(value) : "free"}</output>
            </div>
          );
        })}
      </div>
      <fieldset class="tabs">
        <legend class="hidden">Where gates are held</legend>
        <label><input type="radio" name="where" checked={state.everywhere} onChange={() => change({ everywhere: true }, true)} /> at every word</label>
        <label><input type="radio" name="where" checked={!state.everywhere} onChange={() => change({ everywhere: false, place: chosen }, true)} /> only at {quoted(word)}</label>
      </fieldset>
      {moved !== null && <p>Held like this, the expected rating moves by <b id="held-moved">{signed(moved)}</b>.</p>}
    </>
  );
}
