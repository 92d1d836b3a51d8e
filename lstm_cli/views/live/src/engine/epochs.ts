/** What training went through: the weights of the epochs that it kept, over one vocabulary.
 *
 * A small network is here whole at each epoch. Of a larger one there are differences from the model:
 * integers times a scale that each row has in each epoch, and of the embedding only the rows of
 * words in the reviews. `bundle/epochs.py` makes them, `views/live_epochs.py` puts them into a page:
 * of each array all epochs but the model's own, and of differences those to the epoch after.
 */

import { numbers, sizeOf, type Description, type Packed, type Stored } from "./packing";

const DIFFERENT = ["embedding", "cell.event", "cell.short_term"];

/** The numbers of a network; rows of the embedding are decoded when they are asked for. */
export interface Weights {
  description: Description;
  /** Any array but the embedding, row by row. */
  array(name: string): Float32Array;
  /** The embedding of one word. (E,) */
  eventOf(id: number): Float32Array;
}

/** Those of the model itself. */
export function weightsOf({ description, arrays }: Packed): Weights {
  const embedding = arrays.get("embedding")!;
  const scales = arrays.get("embedding.scale");
  const [size, words] = embedding.shape; // it is stored column by column
  return {
    description,
    array: (name) => numbers(arrays.get(name)!),
    eventOf: (id) => {
      const row = numbers(embedding, id, size, words);
      if (!scales) return row;
      const [scale] = numbers(scales, id, 1);
      return row.map((integer) => integer * scale);
    },
  };
}

export class Epochs {
  private readonly model: Weights;
  private readonly arrays: Map<string, Stored>;
  private readonly placeOf = new Map<number, number>(); // of a word, among the rows that moved

  constructor(packed: Packed) {
    const { description, arrays } = packed;
    this.model = weightsOf(packed);
    this.arrays = arrays;
    if (description.epochs?.isWhole !== false) return;
    for (const name of DIFFERENT) {
      const stored = arrays.get(`epochs/${name}`);
      if (stored) addUp(stored);
    }
    numbers(arrays.get("epochs/rows")!).forEach((id, place) => this.placeOf.set(id, place));
  }

  /** The weights of one epoch.
   *
   * @param place among those that are kept.
   */
  weightsAt(place: number): Weights {
    const { model } = this;
    const { description } = model;
    const epochs = description.epochs!;
    if (place === epochs.model) return model;
    const kept = place - Number(place > epochs.model); // the model's own is not among the others
    const { embeddingSize } = description;
    const all = (name: string) => {
      const stored = this.arrays.get(`epochs/${name}`)!;
      const count = sizeOf(stored) / stored.shape[0];
      return numbers(stored, kept * count, count);
    };
    const rowOf = (row: number) => {
      const stored = this.arrays.get("epochs/embedding")!;
      return numbers(stored, (kept * stored.shape[1] + row) * embeddingSize, embeddingSize);
    };
    if (epochs.isWhole) return { description, array: all, eventOf: rowOf };
    const scaleOf = (name: string) => all(`scale/${name}`);
    const embeddingScales = scaleOf("embedding");
    return {
      description,
      array: (name) => {
        if (!DIFFERENT.includes(name)) return all(name);
        const [found, moved, scales] = [model.array(name), all(name), scaleOf(name)];
        const columns = found.length / scales.length;
        for (let row = 0, p = 0; row < scales.length; row++) {
          for (let column = 0; column < columns; column++, p++) found[p] += moved[p] * scales[row];
        }
        return found;
      },
      eventOf: (id) => {
        const found = model.eventOf(id);
        const row = this.placeOf.get(id);
        if (row === undefined) return found;
        const moved = rowOf(row);
        return found.map((value, k) => value + moved[k] * embeddingScales[row]);
      },
    };
  }
}

/** From differences to the next epoch to those to the model, in place. (K, rows, columns) */
function addUp({ kind, shape, bytes }: Stored): void {
  const each = shape[1] * shape[2];
  const total = shape[0] * each;
  for (let p = total - each - 1; p >= 0; p--) {
    const low = bytes[p] + bytes[p + each];
    bytes[p] = low; // a Uint8Array counts modulo 256
    if (kind === "int16") bytes[p + total] += bytes[p + total + each] + (low >> 8);
  }
}
