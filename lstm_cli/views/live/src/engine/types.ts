/** What the engine hands to the page: the shapes of `lstm inspect-gates --json`, in numbers.
 *
 * What costs much is worked out when it is first asked for: `carrying`, `remembered` (row by
 * row), `contributions`, `reading`, and the `routes` of a word.
 *
 * Shapes: T words, H units, R ratings, E embedding size. A matrix is flat, row by row.
 */

export type Gate = "forget" | "learn" | "use";
export type Route = "last" | "mean" | "maximum";

/** A gate held at a value, at every word or at one place. */
export interface Hold {
  gate: Gate;
  value: number; // 0 shut, 1 open
  at?: number; // a place, from 0; every word where it is left out
  unit?: number; // from 0; every unit where it is left out
}

/** What one word did; means over the units, weighed by their say in the rating. */
export interface Word {
  token: string;
  known: boolean;
  readAs: string | null; // of a misspelled word, the known one as which it is read
  forget: number | null; // null of a plain RNN
  learn: number | null;
  use: number | null;
  candidate: number | null;
  longTerm: number | null;
  shortTerm: number;
  retained: number | null; // the share of what it wrote that is left at the end
  contribution: number; // change of the expected rating when it was read
  running: number[]; // (R,) probabilities if the review ended here
  expected: number;
  routes: Partial<Record<Route, number>> | null; // what it wrote adds to the margin, by route
}

export interface Unit {
  unit: number; // from 0
  share: number;
  forget: Float64Array; // (T,)
  learn: Float64Array;
  use: Float64Array;
  longTerm: Float64Array; // tanh of it, signed: above zero favours a higher rating
}

/** One review, read word by word. */
export interface Trace {
  tokens: string[];
  words: Word[];
  start: number[]; // (R,) probabilities before any word
  startExpected: number;
  probabilities: number[]; // (R,)
  expected: number;
  rating: number; // the place of the likeliest
  logits: number[];
  bias: number[]; // (R,) of the readout
  routes: Partial<Record<Route, number[]>>; // (R,) each; with the bias they are the logits
  carrying: Unit[]; // the units with most say, none of a plain RNN
  remembered: Float64Array[]; // row t: share of word t's writing left after word t, t + 1, ...
  contributions: Float64Array; // (T, R) of each word to each logit
  reading: Reading;
}

/** The memories after each word, and what the gates did. */
export interface Reading {
  length: number; // T
  shortTerm: Float32Array; // (T, H)
  longTerm: Float32Array | null; // (T, H)
  forget: Float32Array | null;
  learn: Float32Array | null;
  candidate: Float32Array | null;
  use: Float32Array | null;
}

/** One gate of one unit at one word, opened: bias + Σ weight × input, then σ or tanh. */
export interface Product {
  bias: number;
  fromEvent: { weight: number; input: number }[]; // (E,)
  fromShortTerm: { weight: number; input: number }[]; // (H,)
  sum: number;
  value: number; // after σ or tanh
}

/** A review without one of its words. */
export interface Deletion {
  place: number;
  expected: number;
  rating: number; // the place of the likeliest
  effect: number; // expected with the word, less without it
}

/** An epoch of training whose weights are kept. */
export interface Epoch {
  epoch: number; // 0: before the first step
  accuracy: number; // on the held-out reviews
}

/** A rating without its reasons. */
export interface Glance {
  expected: number;
  rating: number; // the place of the likeliest
}

/** One step of learning: what the model says before it or after it. */
export interface LearningStep {
  loss: number;
  probabilities: number[];
  expected: number;
}

export interface LearningTrace {
  errors: number[]; // (R,) dloss/dlogit before the first step
  words: { event: number; shortTerm: number; longTerm: number | null }[]; // lengths of gradients
  history: LearningStep[]; // before, and after each step
}
