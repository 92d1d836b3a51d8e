/** The reading that was pinned, and the readings without each word. */

import type { Trace } from "../engine/index";
import { apart } from "./adding-up";
import { Bars } from "./bars";
import { named, quoted, signed, visible } from "./format";
import type { Deletions } from "./readings";

const MOST_BARS = 10;
const MOST_WORDS = 60; // of a pinned reading that are shown

/** The reading that was pinned, in words, and where it parts from the one that is typed. */
export function Kept({ trace, kept, differs, isAuto, onBack }: {
  trace: Trace; kept: Trace; differs: number | null; isAuto: boolean; onBack: () => void;
}) {
  const moved = apart(kept.expected, trace.expected);
  const shown = kept.tokens.slice(0, MOST_WORDS);
  return (
    <div class="kept" id="kept">
      <p>
        <b>Pinned reading:</b>{" "}
        {shown.map((token, place) => (place === differs ? <><mark key={place}>{visible(token, 60)}</mark> </> : `${visible(token, 60)} `))}
        {kept.tokens.length > shown.length && "… "}
        <button type="button" class="plain" onClick={onBack}>swap the two</button>
        {isAuto && <span class="small"> Pinned automatically, so that you see what your change did.</span>}
      </p>
      <p>
        {differs === null ? "Both readings have the same words." : (
          <>
            They first differ at word {differs + 1}:{" "}
            {kept.tokens[differs] ? quoted(kept.tokens[differs]) : "nothing"} in the pinned one,{" "}
            {trace.tokens[differs] ? quoted(trace.tokens[differs]) : "nothing"} now. Expected rating, pinned → now:{" "}
            {kept.expected.toFixed(2)} → {trace.expected.toFixed(2)} (<b>{signed(moved)}</b>).
          </>
        )}
      </p>
    </div>
  );
}

export function Without({ trace, deletions, span }: { trace: Trace; deletions: Deletions; span: number }) {
  const found = [...deletions.of.values()].sort((one, other) => Math.abs(other.effect) - Math.abs(one.effect)).slice(0, MOST_BARS);
  if (!found.length) return <p class="small">{deletions.left > 0 ? "Trying …" : "The text is too long to try each word. Of up to about a thousand words, the one that you choose is left out after a moment."}</p>;
  return (
    <Bars
      name="without a word" label="Change of the expected rating without each word" isSigned most={span / 2}
      bars={found.map(({ place, effect, expected }) => ({
        label: `without ${named(trace.tokens, place, false)}`,
        values: [{ value: -effect, kind: effect > 0 ? "down" : "up", shown: signed(apart(trace.expected, expected)) }],
      }))}
    />
  );
}
