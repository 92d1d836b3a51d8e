/** What may be done to the chosen word, and how it is undone. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";

import { named } from "./format";
import type { Change, State } from "./state";

interface Made {
  before: Partial<State>;
  after: string; // the text that the change left
}

/** Changes that were made with a button, latest last; what was typed since is not undone. */
export function useUndo(state: State, change: Change) {
  const made = useRef<Made[]>([]);
  const last = made.current.at(-1);
  const isLast = last?.after === state.text;
  const remember = (after: string) => {
    const { text, pinned, isAuto, place } = state;
    made.current = [...(isLast ? made.current : []), { before: { text, pinned, isAuto, place }, after }];
  };
  const undo = () => {
    const undone = made.current.at(-1);
    made.current = made.current.slice(0, -1);
    if (undone) change(undone.before, true);
  };
  return { remember, undo: isLast ? undo : null };
}

interface Props {
  tokens: string[];
  chosen: number;
  onEdit: (word: string) => void; // "" deletes
  onUndo: (() => void) | null;
}

export function Edit({ tokens, chosen, onEdit, onUndo }: Props) {
  const [word, set] = useState("");
  const token = tokens[chosen];
  // Before the next key, which may come before the browser has painted.
  useLayoutEffect(() => set(""), [token, chosen]);
  const swap = (event: Event) => {
    event.preventDefault();
    if (word.trim()) onEdit(word.trim());
  };
  return (
    <form class="edit" onSubmit={swap}>
      <button type="button" class="act" onClick={() => onEdit("")}>delete {named(tokens, chosen)}</button>
      <label>
        or swap it for{" "}
        <input type="text" value={word} size={10} autocomplete="off" onInput={(event) => set(event.currentTarget.value)} />
      </label>
      <button type="submit" class="act" disabled={!word.trim()}>swap</button>
      {onUndo && <button type="button" class="act" id="undo" onClick={onUndo}>undo</button>}
    </form>
  );
}
