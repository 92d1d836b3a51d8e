/** Readings, made between two frames where they are short, and in slices where they are long. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import type { Deletion, Hold, Model, Trace } from "../engine/index";
import { clamp } from "./format";

export const MOST_READ = 3000; // words
const REMEMBERED = 600_000; // units × words of each of four readings that the engine has room for
const AT_ONCE = 50; // ms that a key may cost
const FIRST_WORDS = 100; // of a long text, shown while the rest is read
const SLICE = 14; // ms of work before the page may draw again
const MOST_SLICED = 40; // words, however quick the last were: they may have been remembered
const PAUSE = 250; // ms without a key
const LONG_REST = 900; // ms, before seconds of work
const BREATH = 30; // ms, for what is quick enough to follow most keys
const MOST_DELETED = 60; // words whose deletion is tried unasked
const LONG = 400; // words; in a longer text only the chosen word is left out

export interface Progress {
  trace: Trace;
  read: number; // words so far
  wanted: number;
}

/** How many words each of several readings may have: more would push each other out of memory. */
export const mostBeside = (model: Model): number => Math.floor(REMEMBERED / model.hiddenSize);

// ms, as measured lately: to read a word, and to say what a word that was read did
let perWord = 1;
let perTraced = 0.01;

interface Finished {
  model: Model;
  tokens: string[];
  held: string;
  trace: Trace;
}

/** The trace of a text; of a long one the last that was finished, until the new one is.
 *
 * @param model null where no reading is wanted.
 */
export function useReading(model: Model | null, tokens: string[], holds: Hold[]): Progress | null {
  const held = JSON.stringify(holds);
  const last = useRef<Finished | null>(null);
  const [{ read }, progressed] = useState({ read: 0 });
  const known = last.current?.model === model ? last.current : null;
  const isDone = known !== null && known.tokens === tokens && known.held === held;
  const shared = known?.held === held ? beginning(known.tokens, tokens) : 0;
  const unread = tokens.length - shared;
  const cost = unread * perWord + tokens.length * perTraced;
  const isShort = cost < (known ? AT_ONCE : 6 * AT_ONCE); // the first may take longer
  const finish = (model: Model, tokens: string[], unread: number) => {
    const start = performance.now();
    last.current = { model, tokens, held, trace: model.inspect(tokens, holds) };
    const took = performance.now() - start;
    if (unread >= 10) perWord = took / unread;
    else if (tokens.length >= 200) perTraced = took / tokens.length;
  };
  if (model && !isDone && isShort) finish(model, tokens, unread);
  else if (model && !known) finish(model, tokens.slice(0, FIRST_WORDS), FIRST_WORDS);
  useEffect(() => {
    if (!model || last.current?.tokens === tokens && last.current.held === held) return;
    return inSlices(
      (place) => readSome(model, tokens, holds, place),
      tokens.length,
      (place) => {
        if (place >= tokens.length) finish(model, tokens, 0);
        progressed({ read: place });
      },
      shared,
    );
  }, [model, tokens, held]);
  if (!model || !last.current) return null;
  const isReady = last.current.tokens === tokens && last.current.held === held;
  return { trace: last.current.trace, read: isReady ? tokens.length : read, wanted: tokens.length };
}

function beginning(some: string[], others: string[]): number {
  let place = 0;
  while (place < some.length && place < others.length && some[place] === others[place]) place++;
  return place;
}

function readSome(model: Model, tokens: string[], holds: Hold[], place: number): number {
  const next = Math.min(tokens.length, place + clamp(Math.floor(SLICE / perWord), 1, MOST_SLICED));
  const start = performance.now();
  model.read(tokens.slice(0, next), holds);
  perWord = Math.max(0.01, (performance.now() - start) / (next - place));
  return next;
}

/** Work from place to place, letting the page draw between; the way to stop is returned. */
function inSlices(
  work: (place: number) => number, end: number, after: (place: number) => void, start = 0, rest = PAUSE / 2,
): () => void {
  let timer = setTimeout(next, rest, start);
  function next(place: number) {
    const reached = place < end ? work(place) : place;
    if (reached < end) timer = setTimeout(next, 0, reached);
    after(reached);
  }
  return () => clearTimeout(timer);
}

/** Do one task after another when the page is idle; the way to stop is returned.
 *
 * @param rest ms before the first: tasks are to begin when the user pauses, not between two keys.
 */
export function whenIdle(tasks: (() => void)[], after: (left: number) => unknown, rest = PAUSE): () => void {
  let stopped = false;
  let place = 0;
  const ask = () => {
    if (stopped) return;
    if ("requestIdleCallback" in window) requestIdleCallback(run, { timeout: 300 });
    else setTimeout(run, 30);
  };
  function run() {
    if (stopped) return;
    const until = performance.now() + SLICE;
    do tasks[place++]?.();
    while (place < tasks.length && performance.now() < until);
    after(tasks.length - place);
    if (place < tasks.length) ask();
  }
  if (tasks.length) setTimeout(ask, rest);
  return () => {
    stopped = true;
  };
}

/** A value that follows when the page has nothing better to do: for what may lag behind a key. */
export function useCalm<T>(value: T): T {
  const [calm, set] = useState(value);
  useEffect(() => {
    if (calm !== value) return whenIdle([() => set(value)], () => {}, BREATH);
  }, [value]);
  return calm;
}

export interface Deletions {
  of: Map<number, Deletion>;
  left: number; // still to be tried
  tried: number; // at most
}

/** What becomes of the rating without each word: worked off when the page is idle. */
export function useDeletions(model: Model, trace: Trace, chosen: number): Deletions {
  const key = useMemo(() => ({}), [trace]);
  const [found, set] = useState<{ key: object } & Deletions>({ key, of: new Map(), left: 1, tried: 0 });
  const known = useRef(new Map<number, Deletion>());
  useEffect(() => {
    known.current = new Map();
    const places = worthTrying(trace);
    set({ key, of: known.current, left: places.length, tried: places.length });
    const tasks = places.map((place) => () => {
      if (!known.current.has(place)) known.current.set(place, model.without(trace.tokens, place));
    });
    return whenIdle(tasks, (left) => set({ key, of: known.current, left, tried: places.length }));
  }, [trace]);
  useEffect(() => {
    if (chosen < 0 || known.current.has(chosen)) return;
    const found = (deletion: Deletion) => {
      known.current.set(chosen, deletion);
      set((now) => ({ ...now, key, of: known.current }));
    };
    const isQuick = trace.tokens.length - chosen <= LONG;
    if (!isQuick && trace.tokens.length > mostBeside(model)) return;
    if (!isQuick) return withoutInSlices(model, trace, chosen, found);
    return whenIdle([() => found(model.without(trace.tokens, chosen))], () => {}, BREATH);
  }, [trace, chosen]);
  return found.key === key ? found : { of: new Map(), left: 1, tried: 0 };
}

/** Leave one word out of a long text, letting the page draw in between. */
function withoutInSlices(
  model: Model, trace: Trace, place: number, found: (deletion: Deletion) => void,
): () => void {
  const left = trace.tokens.filter((_, other) => other !== place);
  const after = (read: number) => {
    if (read < left.length) return;
    const { expected, rating } = model.inspect(left);
    found({ place, expected, rating, effect: trace.expected - expected });
  };
  const some = (read: number) => {
    model.read(trace.tokens); // the model remembers the last readings: this one is wanted
    return readSome(model, left, [], read);
  };
  return inSlices(some, left.length, after, place, LONG_REST);
}

/** The places whose words moved the rating most; none where each would take seconds. */
function worthTrying(trace: Trace): number[] {
  if (trace.tokens.length > LONG) return [];
  const size = (place: number) => Math.abs(trace.words[place].contribution);
  const places = trace.words.map((_, place) => place).sort((one, other) => size(other) - size(one));
  return places.slice(0, MOST_DELETED);
}
