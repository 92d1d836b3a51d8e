/** The engine: a model in a page, read in the page's own arithmetic. It knows no document. */

import { openModel } from "./model";
import { unpack } from "./packing";
import type { Deletion, Epoch, Glance, Hold, LearningTrace, Product, Trace } from "./types";

export type * from "./types";
export { countedAsKnown, isUnderstood, readable } from "./warnings";

/** What the page finds in itself, unpacked. */
export interface Model {
  readonly name: string;
  readonly about: string; // a sentence or two: what it learned from
  readonly cell: "lstm" | "rnn";
  readonly labels: string[]; // of the ratings, lowest first
  readonly ratings: number[];
  readonly embeddingSize: number;
  readonly hiddenSize: number;
  readonly pooling: string[];
  /** Whether a step of learning is quick enough to be shown: small models only. */
  readonly learns: boolean;
  /** What training went through, first to last; none where it was not kept. */
  readonly epochs: readonly Epoch[];
  /** The place among the epochs of the one that the model is. */
  readonly own: number | null;

  tokenize(text: string): string[];
  /** Whether each token counts as known where a rating is doubted. Nothing is read. */
  known(tokens: string[]): boolean[];
  /** The words that are commonest in what the model learned from, at most so many. */
  commonest(most: number): string[];
  /** Only reads: of a long text one beginning after another, so that `inspect` finds them read. */
  read(tokens: string[], holds?: Hold[]): void;
  /** Reads only what changed since the last readings: they share their beginnings. */
  inspect(tokens: string[], holds?: Hold[]): Trace;
  without(tokens: string[], place: number, holds?: Hold[]): Deletion;
  product(trace: Trace, place: number, gate: "forget" | "learn" | "candidate" | "use", unit: number): Product;
  learn(tokens: string[], truth: number, rate: number, times: number): LearningTrace;
  /** The model as it was at one of its epochs, by place; the same object while it is at hand. */
  at(place: number): Model;
  /** The rating alone, of whatever is read beside other things: at every epoch, say. */
  glance(tokens: string[]): Glance;
  /** What a text is unlike that the model learned from; "" of each that is well. */
  warnings(tokens: string[]): string[];
}

/** Unpack the models of a page.
 *
 * @param packed the text of the script elements that hold them, first to last.
 */
export async function openModels(packed: string[]): Promise<Model[]> {
  const models: Model[] = [];
  for (const text of packed) models.push(openModel(await unpack(text)));
  return models;
}
