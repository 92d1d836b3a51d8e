/** Which changes of the review would move its rating furthest: each was tried. */

import { useEffect, useState } from "preact/hooks";

import type { Model, Trace } from "../engine/index";
import { apart } from "./adding-up";
import { named, quoted, signed } from "./format";
import { alone, kin, says } from "./opinions";
import type { Deletions } from "./readings";
import { whenIdle } from "./readings";

const PLACES = 12; // words of opinion with most say, each swapped for those of its kind
const LONGEST = 120; // words; in a longer text words are only left out
const SHOWN = 3;
const CANDIDATES = 8; // changes that are tried together
const SWAPS_FIRST = 0.7; // a swap is preferred to a deletion that gains little more: it leaves a sentence
export const LEAST_GAIN = 0.005; // rating points; less shows in no digit

export interface Edit {
  place: number;
  word: string; // "" deletes
  expected: number;
}

export interface Edits {
  edits: Edit[]; // highest rating first
  left: number; // still to be tried
}

/** Deletions and swaps that were tried one by one; worked off when the page is idle. */
export function useEdits(model: Model, trace: Trace, deletions: Deletions): Edits {
  const [swaps, set] = useState<{ trace: Trace | null } & Edits>({ trace: null, edits: [], left: 1 });
  const isReady = deletions.left === 0;
  const isLong = trace.tokens.length > LONGEST;
  useEffect(() => {
    if (!isReady || isLong) return;
    const edits: Edit[] = [];
    const tasks = opinions(trace, deletions).flatMap((place) =>
      kin(trace.tokens[place]).map((word) => () => {
        if (alone(model, word).isKnown) edits.push({ place, word, expected: readWith(model, trace, [{ place, word }]) });
      }),
    );
    set({ trace, edits: [], left: tasks.length });
    return whenIdle(tasks, (left) => set({ trace, edits: [...edits], left }));
  }, [trace, isReady]);
  const tried = swaps.trace === trace ? swaps : { edits: [], left: isLong ? 0 : 1 };
  const deleted = [...deletions.of.values()]
    .filter(({ place }) => says(trace.tokens[place] ?? ""))
    .map(({ place, expected }) => ({ place, word: "", expected }));
  const edits = [...deleted, ...tried.edits].sort((one, other) => other.expected - one.expected);
  return { edits, left: deletions.left + tried.left };
}

/** Places of words of opinion, those with most say first. */
function opinions(trace: Trace, deletions: Deletions): number[] {
  const say = (place: number) => Math.abs(deletions.of.get(place)?.effect ?? 0);
  const places = trace.tokens.map((_, place) => place).filter((place) => kin(trace.tokens[place]).length > 0);
  return places.sort((one, other) => say(other) - say(one)).slice(0, PLACES);
}

/** The rating of a text with some of its words changed. */
function readWith(model: Model, trace: Trace, changes: Omit<Edit, "expected">[]): number {
  const tokens = [...trace.tokens];
  for (const { place, word } of changes) tokens[place] = word;
  const { expected } = model.inspect(tokens.filter((token) => token !== ""));
  model.read(trace.tokens); // the model remembers the last readings: this one is wanted
  return expected;
}

export interface Together {
  taken: Edit[]; // one after another; `expected` is with all before it
  isDone: boolean;
}

/** Several changes together: the best, then the best further one, while the rating rises.
 *
 * @param firsts changes that were tried one by one; null while nobody asks or they are not all tried.
 * @param enough the rating at which no further change is wanted.
 */
export function useTogether(
  model: Model, trace: Trace, firsts: Edit[] | null, most: number, enough = Infinity,
): Together {
  const [found, set] = useState<{ trace: Trace | null } & Together>({ trace: null, taken: [], isDone: false });
  useEffect(() => {
    if (!firsts) return;
    const candidates = onePlaceEach(firsts, trace).slice(0, CANDIDATES);
    const taken: Edit[] = [];
    const tasks: (() => void)[] = [];
    const round = (tried: Edit[]) => {
      const before = taken.at(-1)?.expected ?? trace.expected;
      const best = preferred(tried, before);
      if (!best || best.expected - before < LEAST_GAIN) return;
      taken.push(best);
      if (taken.length === most || best.expected >= enough) return;
      const next: Edit[] = [];
      const left = candidates.filter(({ place }) => taken.every((one) => one.place !== place));
      for (const one of left) tasks.push(() => next.push({ ...one, expected: readWith(model, trace, [...taken, one]) }));
      if (left.length) tasks.push(() => round(next));
    };
    tasks.push(() => round(candidates));
    return whenIdle(tasks, (left) => set({ trace, taken: [...taken], isDone: left === 0 }), 0);
  }, [trace, firsts === null, most, enough]);
  return firsts && found.trace === trace ? found : { taken: [], isDone: false };
}

const weighed = (edit: Edit, before: number) => (edit.expected - before) * (edit.word ? 1 : SWAPS_FIRST);

function preferred(edits: Edit[], before: number): Edit | undefined {
  return [...edits].sort((one, other) => weighed(other, before) - weighed(one, before))[0];
}

/** The best change at each place, best first. */
function onePlaceEach(edits: Edit[], trace: Trace): Edit[] {
  const best = new Map<number, Edit>();
  const sorted = [...edits].sort((one, other) => weighed(other, trace.expected) - weighed(one, trace.expected));
  for (const edit of sorted) if (!best.has(edit.place)) best.set(edit.place, edit);
  return [...best.values()];
}

export function saidEdit(trace: Trace, edit: Edit): string {
  const token = named(trace.tokens, edit.place);
  return edit.word ? `swap ${token} for ${quoted(edit.word)}` : `delete ${token}`;
}

interface Props {
  trace: Trace;
  edits: Edit[];
  left: number;
  onTry: (edit: Edit) => void;
}

export function Changes({ trace, edits, left, onTry }: Props) {
  const raising = best(edits, (edit) => edit.expected - trace.expected);
  const lowering = best([...edits].reverse(), (edit) => trace.expected - edit.expected);
  const list = (title: string, found: Edit[]) => (
    <div>
      <h3>{title}</h3>
      {found.length ? (
        <ul class="edits">
          {found.map((edit) => (
            <li key={`${edit.place} ${edit.word}`}>
              <button type="button" class="act" onClick={() => onTry(edit)}>try</button>{" "}
              <span>{saidEdit(trace, edit)}: <b>{edit.expected.toFixed(2)}</b> <span class="small">({signed(apart(trace.expected, edit.expected))})</span></span>
            </li>
          ))}
        </ul>
      ) : <p class="small">{left ? "Trying …" : "None that was tried."}</p>}
    </div>
  );
  return (
    <>
      <p class="small">
        One word at a time was left out{trace.tokens.length > LONGEST ? "" : ", or a word of opinion swapped for its opposite or for a stronger or weaker one"}; each time the review was read again.
        {left ? ` ${left} changes are still to be tried.` : ""}
      </p>
      <div class="halves">{list("Raises it most", raising)}{list("Lowers it most", lowering)}</div>
    </>
  );
}

/** The first few that gain, at most two of them at one word: they may say different things. */
function best(sorted: Edit[], gain: (edit: Edit) => number): Edit[] {
  const found: Edit[] = [];
  for (const edit of sorted) {
    if (found.length === SHOWN || gain(edit) < LEAST_GAIN) break;
    if (found.filter((one) => one.place === edit.place).length < 2) found.push(edit);
  }
  return found;
}
