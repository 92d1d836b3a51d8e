/** Which single change of the review would move its rating furthest: each was tried. */

import { useEffect, useState } from "preact/hooks";

import type { Model, Trace } from "../engine/index";
import type { Deletions } from "./readings";
import { whenIdle } from "./readings";
import { named, quoted, signed } from "./format";

const WORDS = [
  "good", "great", "excellent", "wonderful", "best", "love", "fine", "bad", "terrible", "boring",
  "worst", "awful", "poor", "not", "never", "very",
];
const PLACES = 4; // words with most say, each swapped for each of those above
const LONGEST = 120; // words; in a longer text only deletions are compared
const SHOWN = 3;
export const LEAST_GAIN = 0.005; // rating points; less shows in no digit

const known = new WeakMap<Model, string[]>();

/** Those of the words above that the model knows. */
function knownWords(model: Model): string[] {
  const found = known.get(model) ?? model.inspect(WORDS).words.filter((word) => word.known).map((word) => word.token);
  known.set(model, found);
  return found;
}

export interface Edit {
  place: number;
  word: string; // "" deletes
  expected: number;
}

/** Deletions and swaps that were tried, highest rating first; worked off when the page is idle. */
export function useEdits(model: Model, trace: Trace, deletions: Deletions): { edits: Edit[]; left: number } {
  const [swaps, set] = useState<{ trace: Trace | null; edits: Edit[]; left: number }>({ trace: null, edits: [], left: 1 });
  const isReady = deletions.left === 0;
  useEffect(() => {
    if (!isReady || trace.tokens.length > LONGEST) return;
    const say = (place: number) => Math.abs(deletions.of.get(place)?.effect ?? 0);
    const places = [...deletions.of.keys()].sort((one, other) => say(other) - say(one)).slice(0, PLACES);
    const edits: Edit[] = [];
    const tasks = places.flatMap((place) =>
      knownWords(model).filter((word) => word !== trace.tokens[place]).map((word) => () => {
        const tokens = [...trace.tokens];
        tokens[place] = word;
        edits.push({ place, word, expected: model.inspect(tokens).expected });
        model.read(trace.tokens); // the model remembers the last readings: this one is wanted
      }),
    );
    set({ trace, edits: [], left: tasks.length });
    return whenIdle(tasks, (left) => set({ trace, edits: [...edits], left }));
  }, [trace, isReady]);
  const tried = swaps.trace === trace ? swaps : { edits: [], left: trace.tokens.length > LONGEST ? 0 : 1 };
  const deleted = [...deletions.of.values()].map(({ place, expected }) => ({ place, word: "", expected }));
  const edits = [...deleted, ...tried.edits].sort((one, other) => other.expected - one.expected);
  return { edits, left: deletions.left + tried.left };
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
              <span>{saidEdit(trace, edit)}: <b>{edit.expected.toFixed(2)}</b> <span class="small">({signed(edit.expected - trace.expected)})</span></span>
            </li>
          ))}
        </ul>
      ) : <p class="small">{left ? "Trying …" : "None that was tried."}</p>}
    </div>
  );
  return (
    <>
      <p class="small">
        {left ? `Trying single changes: ${left} left. ` : ""}{trace.tokens.length > LONGEST ? "In a text this long words are only deleted" : `The words with most say were deleted, and swapped for ${WORDS.length} common words`},
        one change at a time; each time the rating was read again.
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
