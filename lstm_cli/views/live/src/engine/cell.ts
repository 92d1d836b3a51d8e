/** The two cells, one word at a time: as `core/cell.py` has them.
 *
 * Memories and gates are float32, as in Python; sums are taken in float64, which is as fast here.
 */

import type { Hold } from "./types";

const LANES = 8; // rows that are multiplied together: as many sums as a processor keeps at hand

/** A matrix whose rows stand side by side in eights, so that it is read from first to last. */
export class Matrix {
  private readonly lanes: Float32Array;

  constructor(
    rowByRow: Float32Array,
    readonly rows: number,
    readonly columns: number,
  ) {
    this.lanes = new Float32Array(Math.ceil(rows / LANES) * LANES * columns);
    for (let row = 0, from = 0; row < rows; row++) {
      let to = this.place(row, 0);
      for (let column = 0; column < columns; column++, to += LANES) this.lanes[to] = rowByRow[from++];
    }
  }

  at(row: number, column: number): number {
    return this.lanes[this.place(row, column)];
  }

  /** All of it, row by row. */
  flat(): Float64Array {
    const { rows, columns } = this;
    return Float64Array.from({ length: rows * columns }, (_, p) => this.at(Math.floor(p / columns), p % columns));
  }

  private place(row: number, column: number): number {
    return (row - (row % LANES)) * this.columns + column * LANES + (row % LANES);
  }

  /** The product with a vector; `into` has room for a multiple of eight rows. */
  times(vector: Float64Array, into: Float64Array): void {
    const { lanes, rows, columns } = this;
    let p = 0;
    for (let row = 0; row < rows; row += LANES) {
      let s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
      for (let k = 0; k < columns; k++, p += LANES) {
        const x = vector[k];
        s0 += lanes[p] * x;
        s1 += lanes[p + 1] * x;
        s2 += lanes[p + 2] * x;
        s3 += lanes[p + 3] * x;
        s4 += lanes[p + 4] * x;
        s5 += lanes[p + 5] * x;
        s6 += lanes[p + 6] * x;
        s7 += lanes[p + 7] * x;
      }
      into[row] = s0;
      into[row + 1] = s1;
      into[row + 2] = s2;
      into[row + 3] = s3;
      into[row + 4] = s4;
      into[row + 5] = s5;
      into[row + 6] = s6;
      into[row + 7] = s7;
    }
  }

  /** Room for a product. */
  room(): Float64Array {
    return new Float64Array(Math.ceil(this.rows / LANES) * LANES);
  }
}

/** Rows stacked i, f, g, o for the LSTM, as torch lays them out; the plain RNN has H rows. */
export interface CellWeights {
  event: Matrix; // (4H, E) or (H, E)
  shortTerm: Matrix; // (4H, H) or (H, H)
  bias: Float32Array;
  hasGates: boolean;
}

/** What is in memory after a word, and what the gates did with it. (H,) each */
export interface Memory {
  shortTerm: Float32Array;
  gates: Gates | null; // a plain RNN has none
}

export interface Gates {
  longTerm: Float32Array;
  forget: Float32Array;
  learn: Float32Array;
  candidate: Float32Array;
  use: Float32Array;
}

export const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
export const tanh = (x: number) => 1 - 2 / (1 + Math.exp(2 * x));

export class Cell {
  private readonly before: Float64Array;
  private readonly stacked: Float64Array;

  constructor(
    readonly weights: CellWeights,
    readonly size: number,
  ) {
    this.before = new Float64Array(size);
    this.stacked = weights.shortTerm.room();
  }

  /** What a word adds to each row: W_x E + b. */
  productOf(event: Float32Array): Float32Array {
    const { event: matrix, bias } = this.weights;
    const sums = matrix.room();
    matrix.times(Float64Array.from(event), sums);
    const product = new Float32Array(bias.length);
    for (let row = 0; row < bias.length; row++) product[row] = bias[row] + sums[row];
    return product;
  }

  /** Let one word pass through the cell.
   *
   * @param event what `productOf` says of it.
   * @param memory as the word before left it; null before the first.
   * @param holds the gates that are held at this word; the last of a gate counts.
   */
  read(event: Float32Array, memory: Memory | null, holds: readonly Hold[]): Memory {
    const { before, stacked, size } = this;
    if (memory) {
      before.set(memory.shortTerm);
      this.weights.shortTerm.times(before, stacked);
    } else stacked.fill(0);
    const shortTerm = new Float32Array(size);
    if (!this.weights.hasGates) {
      for (let k = 0; k < size; k++) shortTerm[k] = tanh(stacked[k] + event[k]);
      return { shortTerm, gates: null };
    }
    const gates = this.gatesOf(event, holds);
    const { forget, learn, candidate, use, longTerm } = gates;
    const kept = memory?.gates?.longTerm;
    for (let k = 0; k < size; k++) {
      longTerm[k] = (kept ? forget[k] * kept[k] : 0) + learn[k] * candidate[k];
      shortTerm[k] = use[k] * tanh(longTerm[k]);
    }
    return { shortTerm, gates };
  }

  private gatesOf(event: Float32Array, holds: readonly Hold[]): Gates {
    const { stacked, size } = this;
    const learn = new Float32Array(size);
    const forget = new Float32Array(size);
    const candidate = new Float32Array(size);
    const use = new Float32Array(size);
    for (let k = 0, f = size, g = 2 * size, o = 3 * size; k < size; k++, f++, g++, o++) {
      learn[k] = sigmoid(stacked[k] + event[k]);
      forget[k] = sigmoid(stacked[f] + event[f]);
      candidate[k] = tanh(stacked[g] + event[g]);
      use[k] = sigmoid(stacked[o] + event[o]);
    }
    const gates = { longTerm: new Float32Array(size), forget, learn, candidate, use };
    for (const { gate, value, unit } of holds) {
      if (unit === undefined) gates[gate].fill(value);
      else gates[gate][unit] = value;
    }
    return gates;
  }
}
