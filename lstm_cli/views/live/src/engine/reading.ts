/** Readings word by word, of which what they share with earlier ones is not read again. */

import type { Memory } from "./cell";
import type { Network } from "./network";
import { softmax } from "./network";
import type { Hold } from "./types";

const MOST_READINGS = 8; // that are kept: both models, free and held, before and after a change
const MOST_WORDS = 500; // of a review whose shortened readings are kept
const MOST_NUMBERS = 2e7; // in what is kept: 80 MB, beyond which old readings go

/** The memories after one word, and what the readout would see if the review ended there. */
export class Step {
  readonly total: Float32Array; // of the short-term memories so far
  readonly highest: Float32Array;
  private said: number[] | null = null;

  constructor(
    readonly key: string, // of the word and of what was held
    readonly memory: Memory,
    readonly count: number, // words so far
    before: Step | null,
  ) {
    const { shortTerm } = memory;
    this.total = this.highest = shortTerm;
    if (!before) return;
    this.total = new Float32Array(shortTerm.length);
    this.highest = new Float32Array(shortTerm.length);
    for (let k = 0; k < shortTerm.length; k++) {
      this.total[k] = before.total[k] + shortTerm[k];
      this.highest[k] = Math.max(before.highest[k], shortTerm[k]);
    }
  }

  /** What the readout sees. (P, H) */
  views(network: Network): Float32Array[] {
    return network.pooling.map((name) => {
      if (name === "last") return this.memory.shortTerm;
      return name === "maximum" ? this.highest : this.total.map((value) => value / this.count);
    });
  }

  logits(network: Network): number[] {
    if (!this.said) {
      const parts = network.partsOf(this.views(network));
      this.said = Array.from(network.readoutBias);
      for (let k = 0; k < parts.length; k++) this.said[k % this.said.length] += parts[k];
    }
    return this.said;
  }

  probabilities(network: Network): number[] {
    return softmax(this.logits(network));
  }
}

interface Word {
  id: number;
  holds: readonly Hold[]; // at this word
  key: string;
}

interface Begun {
  keys: string[]; // of all words but the last
  step: Step | null; // after them
}

export class Reader {
  private readings: Step[][] = [];
  private readonly shortened = new Map<string, Begun>();

  /** @param mostReadings that are kept. */
  constructor(private readonly network: Network, private readonly mostReadings = MOST_READINGS) {}

  /** Read a review from its first word to its last. */
  read(ids: readonly number[], holds: readonly Hold[]): Step[] {
    const words = this.wordsOf(ids, holds);
    const steps = this.beginningOf(words);
    for (const word of words.slice(steps.length)) steps.push(this.next(word, steps.at(-1) ?? null));
    this.keep(steps);
    return steps;
  }

  /** Read a review without one of its words.
   *
   * Memories are kept up to the word before the last, the one that is being typed: so a
   * longer review, or one with another last word, is read on from there.
   *
   * @returns the last step; null of nothing.
   */
  without(ids: readonly number[], place: number, holds: readonly Hold[]): Step | null {
    const moved = holds
      .filter(({ at }) => at !== place)
      .map((hold) => (hold.at !== undefined && hold.at > place ? { ...hold, at: hold.at - 1 } : hold));
    const left = [...ids.slice(0, place), ...ids.slice(place + 1)];
    const words = this.wordsOf(left, moved);
    if (!words.length) return null;
    const name = `${place} ${JSON.stringify(moved)}`;
    let { keys, step } = this.shortened.get(name) ?? { keys: [], step: null };
    if (keys.length >= words.length || keys.length < place || keys.some((key, k) => key !== words[k].key)) {
      const steps = this.beginningOf(words.slice(0, Math.min(place, words.length - 1)));
      step = steps.at(-1) ?? null;
      keys = [];
    }
    const begin = step?.count ?? 0;
    for (const word of words.slice(begin, -1)) step = this.next(word, step);
    if (this.shortened.size * this.network.hiddenSize * 8 > MOST_NUMBERS) this.shortened.clear();
    if (words.length <= MOST_WORDS) {
      this.shortened.set(name, { keys: words.slice(0, -1).map(({ key }) => key), step });
    }
    return this.next(words.at(-1)!, step);
  }

  private next({ id, holds, key }: Word, before: Step | null): Step {
    const { network } = this;
    const memory = network.cell.read(network.productOf(id), before?.memory ?? null, holds);
    return new Step(key, memory, (before?.count ?? 0) + 1, before);
  }

  private wordsOf(ids: readonly number[], holds: readonly Hold[]): Word[] {
    if (!holds.length || !this.network.cell.weights.hasGates) {
      return ids.map((id) => ({ id, holds: [], key: String(id) }));
    }
    return ids.map((id, place) => {
      const here = holds.filter(({ at }) => at === undefined || at === place);
      const key = here.map(({ gate, value, unit }) => `${gate} ${value} ${unit ?? ""}`);
      return { id, holds: here, key: [id, ...key].join("|") };
    });
  }

  /** The longest beginning that has been read already. */
  private beginningOf(words: readonly Word[]): Step[] {
    let best: Step[] = [];
    for (const steps of this.readings) {
      let same = 0;
      while (same < words.length && steps[same]?.key === words[same].key) same++;
      if (same > best.length) best = steps.slice(0, same);
    }
    return best;
  }

  private keep(steps: Step[]): void {
    const others = this.readings.filter((kept) => kept.length && steps[kept.length - 1] !== kept.at(-1));
    this.readings = [steps, ...others].slice(0, this.mostReadings);
    let size = 0;
    const each = this.network.hiddenSize * 8;
    // The newest stays, however long it is.
    this.readings = this.readings.filter((kept, k) => (size += kept.length * each) < MOST_NUMBERS || !k);
  }
}
