/** The whole network: words to memories, memories to ratings. */

import { Cell, Matrix } from "./cell";
import type { Weights } from "./epochs";
import type { Route } from "./types";

const MOST_PRODUCTS = 4_000; // of distinct words that are kept: 33 MB of the largest model

export class Network {
  readonly cell: Cell;
  readonly hiddenSize: number;
  readonly embeddingSize: number;
  readonly pooling: Route[];
  readonly ratings: number[];
  readonly readout: Float32Array; // (R, P·H)
  readonly readoutBias: Float32Array; // (R,)
  private readonly products = new Map<number, Float32Array>();

  /** @param mostProducts of distinct words that are kept. */
  constructor(private readonly weights: Weights, private readonly mostProducts = MOST_PRODUCTS) {
    const { hiddenSize, embeddingSize, cell, pooling, ratings } = weights.description;
    const rows = hiddenSize * (cell === "lstm" ? 4 : 1);
    this.hiddenSize = hiddenSize;
    this.embeddingSize = embeddingSize;
    this.pooling = pooling as Route[];
    this.ratings = ratings;
    this.cell = new Cell(
      {
        event: new Matrix(weights.array("cell.event"), rows, embeddingSize),
        shortTerm: new Matrix(weights.array("cell.short_term"), rows, hiddenSize),
        bias: weights.array("cell.bias"),
        hasGates: cell === "lstm",
      },
      hiddenSize,
    );
    this.readout = weights.array("readout.weight");
    this.readoutBias = weights.array("readout.bias");
  }

  /** The embedding of one word. (E,) */
  eventOf(id: number): Float32Array {
    return this.weights.eventOf(id);
  }

  /** What a word adds to each row of the cell; of words that were met it is known. */
  productOf(id: number): Float32Array {
    let product = this.products.get(id);
    if (!product) {
      if (this.products.size >= this.mostProducts) this.products.clear();
      this.products.set(id, (product = this.cell.productOf(this.eventOf(id))));
    }
    return product;
  }

  /** The part of each logit that comes through each view of the memories. (P, R), flat
   *
   * @param views what the readout sees. (P, H)
   */
  partsOf(views: readonly (Float32Array | Float64Array)[]): Float64Array {
    const { readout, hiddenSize, readoutBias } = this;
    const numRatings = readoutBias.length;
    const parts = new Float64Array(views.length * numRatings);
    for (let rating = 0, place = 0; rating < numRatings; rating++) {
      for (let view = 0; view < views.length; view++) {
        const seen = views[view];
        let sum = 0;
        for (let k = 0; k < hiddenSize; k++) sum += readout[place++] * seen[k];
        parts[view * numRatings + rating] = sum;
      }
    }
    return parts;
  }

  expected(probabilities: readonly number[]): number {
    return probabilities.reduce((sum, share, k) => sum + share * this.ratings[k], 0);
  }
}

export function softmax(logits: readonly number[]): number[] {
  const highest = Math.max(...logits);
  const odds = logits.map((logit) => Math.exp(logit - highest));
  const total = odds.reduce((sum, odd) => sum + odd, 0);
  return odds.map((odd) => odd / total);
}

/** The place of the highest, the first of several. */
export const highestOf = (values: readonly number[]) => values.indexOf(Math.max(...values));
