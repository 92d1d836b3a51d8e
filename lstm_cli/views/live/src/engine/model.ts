/** A model of the page, as `types.ts` and `index.ts` promise it. */

import { sigmoid, tanh } from "./cell";
import { learn } from "./learning";
import { highestOf, Network, softmax } from "./network";
import type { Packed } from "./packing";
import { Reader } from "./reading";
import { tokenizer } from "./tokens";
import { traceOf } from "./trace";
import type { Deletion, Hold, LearningTrace, Product, Trace } from "./types";
import { warningsOf } from "./warnings";

const UNKNOWN = 1; // the id of every word that is not in the vocabulary
const FIRST_WORD = 2;
const WARMING = 40; // words that are read at the start
const MOST_LEARNING = 100_000; // weights of a cell that a step of learning is quick for
const ROWS = { learn: 0, forget: 1, candidate: 2, use: 3 }; // as torch stacks them

export class OpenedModel {
  readonly name: string;
  readonly about: string;
  readonly cell: "lstm" | "rnn";
  readonly labels: string[];
  readonly ratings: number[];
  readonly embeddingSize: number;
  readonly hiddenSize: number;
  readonly pooling: string[];
  readonly learns: boolean;
  readonly tokenize: (text: string) => string[];
  private readonly network: Network;
  private readonly reader: Reader;
  private readonly ids: Map<string, number>;
  private readonly script: string;
  private readonly longest: number | null;

  constructor(packed: Packed) {
    const { description, vocabulary } = packed;
    this.name = description.name;
    this.about = description.about;
    this.cell = description.cell;
    this.labels = description.labels;
    this.ratings = description.ratings;
    this.embeddingSize = description.embeddingSize;
    this.hiddenSize = description.hiddenSize;
    this.pooling = description.pooling;
    this.script = description.script;
    this.longest = description.longest;
    this.network = new Network(packed);
    this.reader = new Reader(this.network);
    const { rows, columns } = this.network.cell.weights.shortTerm;
    this.learns = rows * (columns + this.embeddingSize) <= MOST_LEARNING;
    this.tokenize = tokenizer(description.pattern);
    this.ids = new Map();
    for (let id = FIRST_WORD; id < vocabulary.length; id++) this.ids.set(vocabulary[id], id);
    // The commonest words: half of what anyone types is known then, and the browser has
    // compiled the products before the first key.
    this.reader.read(Array.from({ length: Math.min(WARMING, vocabulary.length) }, (_, id) => id), []);
  }

  read(tokens: string[], holds: Hold[] = []): void {
    this.reader.read(this.encode(tokens), holds);
  }

  inspect(tokens: string[], holds: Hold[] = []): Trace {
    const ids = this.encode(tokens);
    const known = ids.map((id) => id !== UNKNOWN);
    return traceOf(this.network, tokens, known, this.reader.read(ids, holds));
  }

  without(tokens: string[], place: number, holds: Hold[] = []): Deletion {
    const { network, reader } = this;
    const ids = this.encode(tokens);
    const nothing = Array.from(network.readoutBias);
    const whole = reader.read(ids, holds).at(-1);
    const left = reader.without(ids, place, holds);
    const [before, after] = [whole, left].map((step) => softmax(step?.logits(network) ?? nothing));
    const expected = network.expected(after);
    return { place, expected, rating: highestOf(after), effect: network.expected(before) - expected };
  }

  product(trace: Trace, place: number, gate: keyof typeof ROWS, unit: number): Product {
    const { event, shortTerm, bias, hasGates } = this.network.cell.weights;
    const size = this.hiddenSize;
    const row = hasGates ? ROWS[gate] * size + unit : unit;
    const [id] = this.encode([trace.tokens[place]]);
    const before = (place - 1) * size;
    const fromEvent = Array.from(this.network.eventOf(id), (input, k) => ({ weight: event.at(row, k), input }));
    const fromShortTerm = Array.from({ length: size }, (_, k) => ({
      weight: shortTerm.at(row, k),
      input: place ? trace.reading.shortTerm[before + k] : 0,
    }));
    const products = [...fromShortTerm, ...fromEvent];
    const sum = products.reduce((total, { weight, input }) => total + weight * input, bias[row]);
    const value = !hasGates || gate === "candidate" ? tanh(sum) : sigmoid(sum);
    return { bias: bias[row], fromEvent, fromShortTerm, sum, value };
  }

  learn(tokens: string[], truth: number, rate: number, times: number): LearningTrace {
    return learn(this.network, this.encode(tokens), truth, rate, times);
  }

  warnings(tokens: string[]): string[] {
    const known = this.encode(tokens).map((id) => id !== UNKNOWN);
    return warningsOf(tokens, known, this.script, this.longest);
  }

  private encode(tokens: readonly string[]): number[] {
    return tokens.map((token) => this.ids.get(token) ?? UNKNOWN);
  }
}
