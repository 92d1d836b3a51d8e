/** The memory ledger: who wrote what into the long-term memory, and what is left of it.
 *
 * As `gates/ledger.py` has it, in float64: a word's part is what it wrote, times the forget factors
 * since; tanh of the sum telescopes, and the readout is linear in the views of the memories.
 */

import { tanh } from "./cell";
import type { Network } from "./network";
import type { Step } from "./reading";

const NOTHING = 1e-13; // of a writing: what is left of it moves no digit of a float64 any more

/** What became of one word's writing. */
export interface LedgerLine {
  remembered: Float64Array; // share left after the word, the next, ...
  parts: Float64Array; // (P, R): what it adds to each logit, by route
}

export class Ledger {
  private readonly longTerm: Float64Array; // (T, H)
  private readonly learned: Float64Array; // (T, H)
  private readonly last: Int32Array; // (H,): the word after which each STM is highest
  private readonly lines = new Map<number, LedgerLine>();

  constructor(
    private readonly network: Network,
    private readonly steps: readonly Step[],
    private readonly unitWeights: Float64Array,
  ) {
    const size = network.hiddenSize;
    this.longTerm = new Float64Array(steps.length * size);
    this.learned = new Float64Array(steps.length * size);
    this.last = new Int32Array(size);
    const highest = new Float64Array(size).fill(-Infinity);
    const memory = new Float64Array(size);
    for (const [t, { memory: read }] of steps.entries()) {
      const { forget, learn, candidate, use } = read.gates!;
      for (let k = 0, place = t * size; k < size; k++, place++) {
        this.learned[place] = learn[k] * candidate[k];
        this.longTerm[place] = memory[k] = forget[k] * memory[k] + this.learned[place];
        const shortTerm = tanh(memory[k]) * use[k];
        if (shortTerm > highest[k]) {
          highest[k] = shortTerm;
          this.last[k] = t;
        }
      }
    }
  }

  /** The line of one word, made when it is first asked for. */
  line(word: number): LedgerLine {
    let line = this.lines.get(word);
    if (!line) this.lines.set(word, (line = this.follow(word)));
    return line;
  }

  private follow(word: number): LedgerLine {
    const { network, steps, unitWeights, last } = this;
    const size = network.hiddenSize;
    const numSteps = steps.length;
    const learned = this.learned.subarray(word * size, (word + 1) * size);
    const held = this.longTerm.subarray(word * size, (word + 1) * size);
    const written = learned.map((value, k) => Math.abs(value) * unitWeights[k]);
    const total = written.reduce((sum, value) => sum + value, 0);
    const remembered = new Float64Array(numSteps - word);
    const seen = network.pooling.map(() => new Float64Array(size));
    const [mean, maximum, end] = (["mean", "maximum", "last"] as const).map((name) => {
      const place = network.pooling.indexOf(name);
      return place < 0 ? null : seen[place];
    });
    const left = new Float64Array(size).fill(1);
    let active = Int32Array.from({ length: size }, (_, k) => k);
    for (let t = word; t < numSteps && active.length; t++) {
      const { forget, use } = steps[t].memory.gates!;
      let still = 0;
      let share = 0;
      for (const k of active) {
        if (t > word) left[k] *= forget[k];
        share += left[k] * written[k];
        if (Math.abs(left[k] * learned[k]) < NOTHING) continue;
        active[still++] = k;
        if (!mean && last[k] !== t && t < numSteps - 1) continue;
        const added = use[k] * (tanh(left[k] * held[k]) - tanh(left[k] * (held[k] - learned[k])));
        if (mean) mean[k] += added / numSteps;
        if (maximum && last[k] === t) maximum[k] = added;
        if (end && t === numSteps - 1) end[k] = added;
      }
      active = active.subarray(0, still);
      remembered[t - word] = total > 0 ? share / total : 0;
    }
    return { remembered, parts: network.partsOf(seen) };
  }
}
