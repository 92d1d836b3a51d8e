/** One review, read word by word: what each gate did, and where the rating went.
 *
 * The formulas are those of `gates/trace.py`, `gates/units.py` and `gates/routes.py`. A unit weighs
 * what it adds to the rating; signed means stand above zero for a higher rating. What costs much is
 * worked out when it is first asked for.
 */

import { Ledger } from "./ledger";
import { highestOf, softmax, type Network } from "./network";
import type { Step } from "./reading";
import type { Reading, Route, Trace, Unit, Word } from "./types";

const MOST_CARRYING = 6;

export interface Say {
  weights: Float64Array; // (H,): how much each unit has to say in the rating; their sum is 1
  direction: Float64Array; // (H,): 1 where a unit above zero favours a higher rating, else -1
}

/** Which units have how much say, and in which direction. */
export function sayOf(network: Network, last: Step | undefined, probabilities: readonly number[]): Say {
  const { hiddenSize: size, pooling, ratings, readout } = network;
  const expected = network.expected(probabilities);
  const views = last?.views(network);
  const weights = new Float64Array(size);
  const slopes = new Float64Array(size); // summed over the views
  for (let view = 0; view < pooling.length; view++) {
    for (let k = 0; k < size; k++) {
      let slope = 0;
      for (let rating = 0, place = view * size + k; rating < ratings.length; rating++) {
        slope += probabilities[rating] * (ratings[rating] - expected) * readout[place];
        place += pooling.length * size;
      }
      slopes[k] += slope;
      if (views) weights[k] += Math.abs(slope * views[view][k]);
    }
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return {
    weights: total > 0 ? weights.map((weight) => weight / total) : weights.fill(1 / size),
    direction: slopes.map((slope) => (slope < 0 ? -1 : 1)),
  };
}

/** Everything there is to say of a reading. */
export function traceOf(network: Network, spelled: Pick<Word, "token" | "known" | "readAs">[], steps: Step[]): Trace {
  const start = softmax(Array.from(network.readoutBias));
  const running = [start, ...steps.map((step) => step.probabilities(network))];
  const probabilities = running[steps.length];
  const expected = running.map((shares) => network.expected(shares));
  const say = sayOf(network, steps.at(-1), probabilities);
  const hasGates = network.cell.weights.hasGates;
  let kept: Ledger | null = null;
  const ledger = () => (kept ??= new Ledger(network, steps, say.weights));
  const means = meansOf(steps, say);
  const tokens = spelled.map(({ token }) => token);
  const words = spelled.map((word, t) =>
    wordOf(network, hasGates ? () => ledger().line(t).parts : null, {
      ...word,
      ...means[t],
      contribution: expected[t + 1] - expected[t],
      running: running[t + 1],
      expected: expected[t + 1],
    }),
  );
  const read = {
    tokens,
    words,
    start,
    startExpected: expected[0],
    probabilities,
    expected: expected[steps.length],
    rating: highestOf(probabilities),
    logits: [...(steps.at(-1)?.logits(network) ?? network.readoutBias)],
    bias: Array.from(network.readoutBias),
    routes: routesOf(network, steps.at(-1)),
  };
  return withLater(read, {
    carrying: () => (hasGates && steps.length ? carryingUnits(steps, say) : []),
    remembered: () => remembered(hasGates ? steps.length : 0, ledger),
    contributions: () => contributions(network, hasGates ? steps.length : 0, ledger),
    reading: () => readingOf(network, steps),
  });
}

/** Properties that are worked out when they are first asked for, and then kept. */
function withLater<S extends object, T extends object>(said: S, made: { [K in keyof T]: () => T[K] }): S & T {
  for (const name of Object.keys(made) as (keyof T & string)[]) {
    Object.defineProperty(said, name, {
      enumerable: true,
      configurable: true,
      get() {
        const value = made[name]();
        Object.defineProperty(said, name, { value, enumerable: true });
        return value;
      },
    });
  }
  return said as S & T;
}

type Means = Pick<Word, "forget" | "learn" | "use" | "candidate" | "longTerm" | "shortTerm" | "retained">;

/** Means over the units, weighed by their say, for each word. */
function meansOf(steps: readonly Step[], { weights, direction }: Say): Means[] {
  const size = weights.length;
  const after = new Float64Array(size).fill(1); // product of the forget factors that follow
  const means = new Array<Means>(steps.length);
  for (let t = steps.length - 1; t >= 0; t--) {
    const { shortTerm, gates } = steps[t].memory;
    let short = 0;
    for (let k = 0; k < size; k++) short += shortTerm[k] * weights[k] * direction[k];
    if (!gates) {
      const nothing = { forget: null, learn: null, use: null, candidate: null, longTerm: null, retained: null };
      means[t] = { ...nothing, shortTerm: short };
      continue;
    }
    let forget = 0, learn = 0, use = 0, candidate = 0, long = 0, written = 0, left = 0;
    for (let k = 0; k < size; k++) {
      const weight = weights[k];
      const signed = weight * direction[k];
      forget += gates.forget[k] * weight;
      learn += gates.learn[k] * weight;
      use += gates.use[k] * weight;
      candidate += gates.candidate[k] * signed;
      long += gates.longTerm[k] * signed;
      const wrote = Math.abs(gates.learn[k] * gates.candidate[k]) * weight;
      written += wrote;
      left += wrote * after[k];
      after[k] *= gates.forget[k];
    }
    const retained = left / Math.max(written, 1e-12);
    means[t] = { forget, learn, use, candidate, longTerm: long, shortTerm: short, retained };
  }
  return means;
}

function wordOf(network: Network, parts: (() => Float64Array) | null, said: Omit<Word, "routes">): Word {
  const numRatings = network.ratings.length;
  return Object.defineProperty(said as Word, "routes", {
    enumerable: true,
    get() {
      const found = parts?.();
      if (!found) return null;
      return Object.fromEntries(
        network.pooling.map((name, p) => [
          name,
          found[(p + 1) * numRatings - 1] - found[p * numRatings],
        ]),
      );
    },
  });
}

/** The part of each view in the logits; of an empty review they add nothing. */
function routesOf(network: Network, last: Step | undefined): Partial<Record<Route, number[]>> {
  const numRatings = network.ratings.length;
  const parts = last
    ? network.partsOf(last.views(network))
    : new Float64Array(network.pooling.length * numRatings);
  return Object.fromEntries(
    network.pooling.map((name, p) => [name, Array.from(parts.subarray(p * numRatings, (p + 1) * numRatings))]),
  );
}

/** What the gates of the units with most say did. */
function carryingUnits(steps: readonly Step[], { weights, direction }: Say): Unit[] {
  const best = Array.from(weights.keys()).sort((a, b) => weights[b] - weights[a] || a - b);
  return best.slice(0, MOST_CARRYING).map((unit) => ({
    unit,
    share: weights[unit],
    forget: Float64Array.from(steps, ({ memory }) => memory.gates!.forget[unit]),
    learn: Float64Array.from(steps, ({ memory }) => memory.gates!.learn[unit]),
    use: Float64Array.from(steps, ({ memory }) => memory.gates!.use[unit]),
    longTerm: Float64Array.from(steps, ({ memory }) => Math.tanh(memory.gates!.longTerm[unit]) * direction[unit]),
  }));
}

/** Rows that are worked out one by one: of a long review few are ever drawn. */
function remembered(length: number, ledger: () => Ledger): Float64Array[] {
  const rows: Float64Array[] = [];
  for (let t = 0; t < length; t++) {
    Object.defineProperty(rows, t, { enumerable: true, get: () => ledger().line(t).remembered });
  }
  return rows;
}

/** What each word wrote adds to each logit, by all routes. (T, R) */
function contributions(network: Network, length: number, ledger: () => Ledger): Float64Array {
  const numRatings = network.ratings.length;
  const sums = new Float64Array(length * numRatings);
  for (let t = 0; t < length; t++) {
    const { parts } = ledger().line(t);
    for (let k = 0; k < parts.length; k++) sums[t * numRatings + (k % numRatings)] += parts[k];
  }
  return sums;
}

function readingOf(network: Network, steps: readonly Step[]): Reading {
  const size = network.hiddenSize;
  const flat = (of: (step: Step) => Float32Array) => {
    const values = new Float32Array(steps.length * size);
    for (const [t, step] of steps.entries()) values.set(of(step), t * size);
    return values;
  };
  const { hasGates } = network.cell.weights;
  const gate = (name: "longTerm" | "forget" | "learn" | "candidate" | "use") =>
    hasGates ? flat(({ memory }) => memory.gates![name]) : null;
  return {
    length: steps.length,
    shortTerm: flat(({ memory }) => memory.shortTerm),
    longTerm: gate("longTerm"),
    forget: gate("forget"),
    learn: gate("learn"),
    candidate: gate("candidate"),
    use: gate("use"),
  };
}
