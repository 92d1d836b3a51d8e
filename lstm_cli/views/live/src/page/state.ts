/** What the user has typed and chosen, and the address that says it again. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import type { Gate, Hold } from "../engine/index";
import { clamp } from "./format";

export const GATES: Gate[] = ["forget", "learn", "use"];
export type Opened = Gate | "candidate";
const OPENED: Opened[] = ["forget", "learn", "candidate", "use"];
const WAIT = 350; // ms of rest before the address follows: browsers limit how often it may

export interface HoldSetting {
  on: boolean;
  value: number; // while it is held: a free gate has the mean of the reading
}

export interface State {
  text: string;
  place: number | null; // of the chosen word; null: the word that moved the rating furthest
  holds: Record<Gate, HoldSetting>;
  everywhere: boolean; // whether gates are held at every word, or at the chosen one only
  pinned: string | null; // the text of the reading that was pinned for comparison
  isAuto: boolean; // whether a change pinned it, not the user
  model: number;
  both: boolean; // whether the other model is drawn beside it
  unit: number | null; // null: the one with most say
  open: Opened | null;
  question: number | null;
  epoch: number | null; // by its number; null: the model as it was saved
}

/** A part of the state; `step` makes it a place that Back returns to. */
export type Change = (patch: Partial<State>, step?: boolean) => void;

const FIRST: State = {
  text: "",
  place: null,
  holds: { forget: { on: false, value: 1 }, learn: { on: false, value: 0 }, use: { on: false, value: 1 } },
  everywhere: true,
  pinned: null,
  isAuto: false,
  model: 0,
  both: false,
  unit: null,
  open: null,
  question: null,
  epoch: null,
};

export function encode(state: State): string {
  const parts = new URLSearchParams({ text: state.text });
  if (state.place !== null) parts.set("word", String(state.place + 1));
  for (const gate of GATES) {
    if (state.holds[gate].on) parts.set(gate, String(state.holds[gate].value));
  }
  if (!state.everywhere) parts.set("only", "chosen");
  if (state.pinned !== null) parts.set("kept", state.pinned);
  if (state.pinned !== null && state.isAuto) parts.set("auto", "yes");
  if (state.model) parts.set("model", String(state.model + 1));
  if (state.both) parts.set("both", "yes");
  if (state.unit !== null) parts.set("unit", String(state.unit + 1));
  if (state.open) parts.set("open", state.open);
  if (state.question !== null) parts.set("question", String(state.question + 1));
  if (state.epoch !== null) parts.set("epoch", String(state.epoch));
  return `#${parts}`;
}

/** From an address that anybody may have written: what makes no sense is left out.
 *
 * @param opening the text of an address that has none.
 */
export function decode(hash: string, opening: string): State {
  const parts = new URLSearchParams(hash.replace(/^#/, ""));
  const text = parts.get("text");
  if (text === null) return { ...FIRST, text: opening };
  const holds = { ...FIRST.holds };
  for (const gate of GATES) {
    const value = Number.parseFloat(parts.get(gate) ?? "");
    if (Number.isFinite(value)) holds[gate] = { on: true, value: clamp(value, 0, 1) };
  }
  const open = parts.get("open") as Opened;
  return {
    ...FIRST,
    text,
    holds,
    place: counted(parts.get("word")),
    everywhere: parts.get("only") !== "chosen",
    pinned: parts.get("kept"),
    isAuto: parts.get("auto") === "yes",
    model: counted(parts.get("model")) ?? 0,
    both: parts.get("both") === "yes",
    unit: counted(parts.get("unit")),
    open: OPENED.includes(open) ? open : null,
    question: counted(parts.get("question")),
    epoch: /^\d{1,6}$/.test(parts.get("epoch") ?? "") ? Number(parts.get("epoch")) : null,
  };
}

/** A number from 1 as a place from 0. */
function counted(text: string | null): number | null {
  const number = Number.parseInt(text ?? "", 10);
  return number >= 1 && number <= 1e6 ? number - 1 : null;
}

/** The state, kept in the address: typing replaces it, other acts are steps that Back undoes. */
export function useAddress(opening: string): [State, Change] {
  const [state, set] = useState(() => decode(location.hash, opening));
  const latest = useRef(state);
  const waiting = useRef<number | undefined>(undefined);

  const write = useCallback((step: boolean) => {
    clearTimeout(waiting.current);
    waiting.current = undefined;
    const hash = encode(latest.current);
    if (hash === location.hash) return;
    try {
      if (step) history.pushState(null, "", hash);
      else history.replaceState(null, "", hash);
    } catch {
      // A browser that refuses (too often, too long) leaves the address as it was.
    }
  }, []);

  const change = useCallback<Change>((patch, step = false) => {
    if (step && waiting.current !== undefined) write(false); // what Back returns to
    latest.current = { ...latest.current, ...patch };
    set(latest.current);
    if (step) write(true);
    else {
      clearTimeout(waiting.current);
      waiting.current = setTimeout(() => write(false), WAIT) as unknown as number;
    }
  }, []);

  useEffect(() => {
    const back = () => {
      clearTimeout(waiting.current);
      waiting.current = undefined;
      latest.current = decode(location.hash, opening);
      set(latest.current);
    };
    addEventListener("popstate", back);
    return () => removeEventListener("popstate", back);
  }, [opening]);
  return [state, change];
}

/** The gates that are held, as the engine wants them. */
export function holdsOf(state: State, chosen: number): Hold[] {
  return GATES.filter((gate) => state.holds[gate].on).map((gate) => ({
    gate,
    value: state.holds[gate].value,
    ...(state.everywhere ? {} : { at: chosen }),
  }));
}
