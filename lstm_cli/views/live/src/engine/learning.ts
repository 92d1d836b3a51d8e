/** Steps of learning on one review: the loss -ln P(true), and its gradient back to every word.
 *
 * As `gates/learning.py`, whose gradients torch takes; here they are taken by hand, in float64:
 * backpropagation through time. Each weight moves by the rate times its gradient, against it.
 */

import { sigmoid, tanh } from "./cell";
import { softmax, type Network } from "./network";
import type { LearningStep, LearningTrace } from "./types";

/** All that learns; of a gradient, too. */
interface Weights {
  embedding: Float64Array; // of the distinct words of the review. (U, E)
  event: Float64Array; // (4H, E) or (H, E)
  shortTerm: Float64Array; // (4H, H) or (H, H)
  bias: Float64Array;
  readout: Float64Array; // (R, P·H)
  readoutBias: Float64Array; // (R,)
}

/** What was in memory after one word. (H,) each; the gates of a plain RNN are its STM alone. */
interface Moment {
  gates: Float64Array; // after σ and tanh, rows as in the weights
  longTerm: Float64Array;
  shortTerm: Float64Array;
  highest: Float64Array;
}

interface Reading {
  moments: Moment[];
  views: Float64Array[]; // (P, H)
  logits: number[];
}

interface Gradients {
  errors: number[]; // of the logits
  weights: Weights;
  events: Float64Array[]; // (T) of (E,)
  shortTerm: Float64Array[]; // (T) of (H,)
  longTerm: Float64Array[];
}

const NAMES = ["embedding", "event", "shortTerm", "bias", "readout", "readoutBias"] as const;

/** Let a network learn the true rating of a review, at least one word, and say what moved. */
export function learn(
  network: Network, ids: readonly number[], truth: number, rate: number, times: number,
): LearningTrace {
  const lesson = new Lesson(network, ids, truth);
  let weights = lesson.start();
  let reading = lesson.read(weights);
  const history = [lesson.said(reading)];
  const first = lesson.gradients(weights, reading);
  let gradients = first;
  for (let time = 0; time < times; time++) {
    weights = moved(weights, gradients.weights, rate);
    reading = lesson.read(weights);
    history.push(lesson.said(reading));
    if (time + 1 < times) gradients = lesson.gradients(weights, reading);
  }
  const words = first.events.map((event, t) => ({
    event: Math.hypot(...event),
    shortTerm: Math.hypot(...first.shortTerm[t]),
    longTerm: network.cell.weights.hasGates ? Math.hypot(...first.longTerm[t]) : null,
  }));
  return { errors: first.errors, words, history };
}

function moved(weights: Weights, gradient: Weights, rate: number): Weights {
  const pairs = NAMES.map((name) => [name, weights[name].map((w, k) => w - rate * gradient[name][k])]);
  return Object.fromEntries(pairs) as Weights;
}

class Lesson {
  private readonly distinct: number[];
  private readonly rows: number[]; // of the embedding, for each word
  private readonly gated: boolean;

  constructor(
    private readonly network: Network,
    ids: readonly number[],
    private readonly truth: number,
  ) {
    this.distinct = [...new Set(ids)];
    this.rows = ids.map((id) => this.distinct.indexOf(id));
    this.gated = network.cell.weights.hasGates;
  }

  start(): Weights {
    const { network } = this;
    const { event, shortTerm, bias } = network.cell.weights;
    return {
      embedding: Float64Array.from(this.distinct.flatMap((id) => Array.from(network.eventOf(id)))),
      event: event.flat(),
      shortTerm: shortTerm.flat(),
      bias: Float64Array.from(bias),
      readout: Float64Array.from(network.readout),
      readoutBias: Float64Array.from(network.readoutBias),
    };
  }

  said({ logits }: Reading): LearningStep {
    const probabilities = softmax(logits);
    const highest = Math.max(...logits);
    const rest = logits.reduce((sum, logit) => sum + Math.exp(logit - highest), 0);
    const loss = Math.abs(Math.log(rest) - (logits[this.truth] - highest));
    return { loss, probabilities, expected: this.network.expected(probabilities) };
  }

  read(weights: Weights): Reading {
    const { hiddenSize: size, pooling } = this.network;
    const moments: Moment[] = [];
    const total = new Float64Array(size);
    for (const row of this.rows) {
      const moment = this.next(weights, row, moments.at(-1));
      moments.push(moment);
      for (let k = 0; k < size; k++) total[k] += moment.shortTerm[k];
    }
    const last = moments.at(-1)!;
    const mean = total.map((sum) => sum / moments.length);
    const views = pooling.map((name) => ({ last: last.shortTerm, mean, maximum: last.highest })[name]);
    const logits = Array.from(weights.readoutBias, (bias, rating) => {
      let logit = bias;
      for (const [p, view] of views.entries()) {
        const begin = (rating * views.length + p) * size;
        for (let k = 0; k < size; k++) logit += weights.readout[begin + k] * view[k];
      }
      return logit;
    });
    return { moments, views, logits };
  }

  private next(weights: Weights, row: number, before: Moment | undefined): Moment {
    const { hiddenSize: size, embeddingSize } = this.network;
    const gates = weights.bias.slice();
    for (let r = 0; r < gates.length; r++) {
      for (let e = 0; e < embeddingSize; e++) {
        gates[r] += weights.event[r * embeddingSize + e] * weights.embedding[row * embeddingSize + e];
      }
      if (before) {
        for (let k = 0; k < size; k++) gates[r] += weights.shortTerm[r * size + k] * before.shortTerm[k];
      }
      const isCandidate = !this.gated || Math.floor(r / size) === 2; // rows are i, f, g, o
      gates[r] = isCandidate ? tanh(gates[r]) : sigmoid(gates[r]);
    }
    const longTerm = new Float64Array(size);
    let shortTerm = gates;
    if (this.gated) {
      for (let k = 0; k < size; k++) {
        longTerm[k] = gates[size + k] * (before?.longTerm[k] ?? 0) + gates[k] * gates[2 * size + k];
      }
      shortTerm = longTerm.map((value, k) => gates[3 * size + k] * tanh(value));
    }
    const highest = shortTerm.map((value, k) => (before ? Math.max(before.highest[k], value) : value));
    return { gates, longTerm, shortTerm, highest };
  }

  gradients(weights: Weights, reading: Reading): Gradients {
    const { hiddenSize: size, embeddingSize } = this.network;
    const nothing = NAMES.map((name) => [name, new Float64Array(weights[name].length)]);
    const found = Object.fromEntries(nothing) as Weights;
    const { errors, shortTerm } = this.throughReadout(weights, reading, found);
    const longTerm = shortTerm.map(() => new Float64Array(size));
    const events = shortTerm.map(() => new Float64Array(embeddingSize));
    for (let t = shortTerm.length - 1; t >= 0; t--) {
      const stacked = this.throughGates(reading.moments, t, shortTerm[t], longTerm);
      this.throughProducts(weights, found, stacked, t, reading.moments[t - 1], events[t], shortTerm[t - 1]);
    }
    return { errors, weights: found, events, shortTerm, longTerm };
  }

  /** From the loss to each short-term memory, as the readout sees it. */
  private throughReadout(
    weights: Weights, { moments, views, logits }: Reading, found: Weights,
  ): { errors: number[]; shortTerm: Float64Array[] } {
    const { hiddenSize: size, pooling } = this.network;
    const errors = softmax(logits).map((share, rating) => share - (rating === this.truth ? 1 : 0));
    const shortTerm = moments.map(() => new Float64Array(size));
    found.readoutBias.set(errors);
    for (const [p, name] of pooling.entries()) {
      for (let k = 0; k < size; k++) {
        let slope = 0; // of the loss over this view of this unit
        for (const [rating, error] of errors.entries()) {
          const place = (rating * views.length + p) * size + k;
          found.readout[place] = error * views[p][k];
          slope += error * weights.readout[place];
        }
        if (name === "last") shortTerm[moments.length - 1][k] += slope;
        else if (name === "mean") for (const values of shortTerm) values[k] += slope / moments.length;
        else toTheHighest(moments, shortTerm, k, slope);
      }
    }
    return { errors, shortTerm };
  }

  /** From the memories after a word to the sums before σ and tanh, and to the LTM before it. */
  private throughGates(
    moments: Moment[], t: number, shortTerm: Float64Array, longTerm: Float64Array[],
  ): Float64Array {
    const size = this.network.hiddenSize;
    const { gates, longTerm: held } = moments[t];
    const stacked = new Float64Array(gates.length);
    for (let k = 0; k < size; k++) {
      if (!this.gated) {
        stacked[k] = shortTerm[k] * (1 - gates[k] ** 2);
        continue;
      }
      const [i, f, g, o] = [gates[k], gates[size + k], gates[2 * size + k], gates[3 * size + k]];
      const used = tanh(held[k]);
      longTerm[t][k] += shortTerm[k] * o * (1 - used ** 2);
      const slope = longTerm[t][k];
      stacked[k] = slope * g * i * (1 - i);
      stacked[size + k] = t ? slope * moments[t - 1].longTerm[k] * f * (1 - f) : 0;
      stacked[2 * size + k] = slope * i * (1 - g ** 2);
      stacked[3 * size + k] = shortTerm[k] * used * o * (1 - o);
      if (t) longTerm[t - 1][k] += slope * f;
    }
    return stacked;
  }

  /** From those sums to the weights, the word, and the STM before it. */
  private throughProducts(
    weights: Weights, found: Weights, stacked: Float64Array, t: number,
    before: Moment | undefined, event: Float64Array, shortTerm: Float64Array | undefined,
  ): void {
    const { hiddenSize: size, embeddingSize } = this.network;
    const row = this.rows[t] * embeddingSize;
    for (let r = 0; r < stacked.length; r++) {
      const slope = stacked[r];
      found.bias[r] += slope;
      for (let e = 0; e < embeddingSize; e++) {
        found.event[r * embeddingSize + e] += slope * weights.embedding[row + e];
        event[e] += slope * weights.event[r * embeddingSize + e];
      }
      for (let k = 0; before && k < size; k++) {
        found.shortTerm[r * size + k] += slope * before.shortTerm[k];
        shortTerm![k] += slope * weights.shortTerm[r * size + k];
      }
    }
    for (let e = 0; e < embeddingSize; e++) found.embedding[row + e] += event[e];
  }
}

/** The highest value takes the whole slope; of two that are equal each takes half, as in torch. */
function toTheHighest(moments: Moment[], shortTerm: Float64Array[], k: number, slope: number): void {
  for (let t = moments.length - 1; t > 0 && slope; t--) {
    const [value, before] = [moments[t].shortTerm[k], moments[t - 1].highest[k]];
    const share = value > before ? 1 : value === before ? 0.5 : 0;
    shortTerm[t][k] += share * slope;
    slope *= 1 - share;
  }
  shortTerm[0][k] += slope;
}
