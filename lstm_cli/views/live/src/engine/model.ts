/** A model of the page, as `types.ts` and `index.ts` promise it. */

import { sigmoid, tanh } from "./cell";
import { Epochs, weightsOf, type Weights } from "./epochs";
import { learn } from "./learning";
import { highestOf, Network, softmax } from "./network";
import type { Description, Packed } from "./packing";
import { Reader } from "./reading";
import { Spelling } from "./spelling";
import { tokenizer } from "./tokens";
import { traceOf } from "./trace";
import type { Deletion, Epoch, Glance, Hold, LearningTrace, Product, Trace } from "./types";
import { countedAsKnown, warningsOf } from "./warnings";

const UNKNOWN = 1; // the id of every word that is not in the vocabulary
const FIRST_WORD = 2;
const FEWEST_FOR_SPELLING = 20_000; // tokens, as `text/vocabulary.py` has it
const WARMING = 40; // words that are read at the start
const MOST_LEARNING = 100_000; // weights of a cell that a step of learning is quick for
const MOST_NUMBERS = 2e7; // in the cells of epochs that are kept at hand: 80 MB
const FEWEST_EPOCHS = 2; // that are, however large
const PRODUCTS_OF_EPOCHS = 1_000; // of distinct words that each of them keeps
const ROWS = { learn: 0, forget: 1, candidate: 2, use: 3 }; // as torch stacks them

/** What the model has in common with itself at every epoch. */
interface Common {
  description: Description;
  ids: Map<string, number>;
  spelling: Spelling | null; // of models that read misspelled words as others
  tokenize: (text: string) => string[];
}

/** The model that a page holds, and what it was at the epochs of its training. */
export function openModel(packed: Packed): OpenedModel {
  const { description, vocabulary } = packed;
  const ids = new Map<string, number>();
  for (let id = FIRST_WORD; id < vocabulary.length; id++) ids.set(vocabulary[id], id);
  const spelling = vocabulary.length < FEWEST_FOR_SPELLING ? null : new Spelling(ids);
  const common = { description, ids, spelling, tokenize: tokenizer(description.pattern) };
  const model = new OpenedModel(common, new Network(weightsOf(packed)), description.name);
  if (description.epochs) model.replays(new Epochs(packed), description.epochs);
  model.warmUp();
  return model;
}

export class OpenedModel {
  readonly about: string;
  readonly cell: "lstm" | "rnn";
  readonly labels: string[];
  readonly ratings: number[];
  readonly embeddingSize: number;
  readonly hiddenSize: number;
  readonly pooling: string[];
  readonly learns: boolean;
  readonly tokenize: (text: string) => string[];
  epochs: Epoch[] = [];
  own: number | null = null;
  private training: Epochs | null = null;
  private readonly atHand = new Map<number, OpenedModel>(); // by place, the latest last
  private readonly reader: Reader;
  private readonly glancing: Reader;
  private readonly ids: Map<string, number>;
  private readonly spelling: Spelling | null;
  private readonly script: string;
  private readonly longest: number | null;

  constructor(private readonly common: Common, private readonly network: Network, readonly name: string) {
    const { description, ids, spelling, tokenize } = common;
    this.about = description.about;
    this.cell = description.cell;
    this.labels = description.labels;
    this.ratings = description.ratings;
    this.embeddingSize = description.embeddingSize;
    this.hiddenSize = description.hiddenSize;
    this.pooling = description.pooling;
    this.script = description.script;
    this.longest = description.longest;
    this.reader = new Reader(network);
    this.glancing = new Reader(network, 2); // a text and a word of it
    const { rows, columns } = this.network.cell.weights.shortTerm;
    this.learns = rows * (columns + this.embeddingSize) <= MOST_LEARNING;
    this.tokenize = tokenize;
    this.ids = ids;
    this.spelling = spelling;
  }

  /** Read the commonest words: half of what anyone types is known then, and the browser has
   * compiled the products before the first key. */
  warmUp(): void {
    const words = Math.min(WARMING, this.ids.size + FIRST_WORD);
    this.reader.read(Array.from({ length: words }, (_, id) => id), []);
  }

  replays(training: Epochs, { kept, model }: NonNullable<Description["epochs"]>): void {
    this.training = training;
    this.epochs = kept;
    this.own = model;
  }

  at(place: number): OpenedModel {
    if (!this.training || place === this.own) return this;
    const { atHand, name, epochs } = this;
    const model = atHand.get(place) ?? this.opened(this.training.weightsAt(place), `${name}, epoch ${epochs[place].epoch}`);
    atHand.delete(place);
    atHand.set(place, model);
    const { rows, columns } = this.network.cell.weights.shortTerm;
    const most = Math.max(FEWEST_EPOCHS, Math.floor(MOST_NUMBERS / (rows * (columns + this.embeddingSize))));
    if (atHand.size > most) atHand.delete(atHand.keys().next().value!);
    return model;
  }

  private opened(weights: Weights, name: string): OpenedModel {
    return new OpenedModel(this.common, new Network(weights, PRODUCTS_OF_EPOCHS), name);
  }

  glance(tokens: string[]): Glance {
    const { network } = this;
    const logits = this.glancing.read(this.encode(tokens), []).at(-1)?.logits(network);
    const probabilities = softmax(logits ?? Array.from(network.readoutBias));
    return { expected: network.expected(probabilities), rating: highestOf(probabilities) };
  }

  read(tokens: string[], holds: Hold[] = []): void {
    this.reader.read(this.encode(tokens), holds);
  }

  known(tokens: string[]): boolean[] {
    return countedAsKnown(
      tokens,
      tokens.map((token) => this.ids.has(token)),
      this.encode(tokens).map((id) => id !== UNKNOWN),
    );
  }

  commonest(most: number): string[] {
    return [...this.ids.keys()].filter((token) => /^\p{L}+$/u.test(token)).slice(0, most);
  }

  inspect(tokens: string[], holds: Hold[] = []): Trace {
    const ids = this.encode(tokens);
    const spelled = tokens.map((token) => ({ token, known: this.ids.has(token), readAs: this.readAs(token) }));
    return traceOf(this.network, spelled, this.reader.read(ids, holds));
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
    return warningsOf(tokens, this.known(tokens), this.script, this.longest);
  }

  private encode(tokens: readonly string[]): number[] {
    return tokens.map((token) => this.ids.get(this.readAs(token) ?? token) ?? UNKNOWN);
  }

  /** The known word as which an unknown one is read. */
  private readAs(token: string): string | null {
    return this.ids.has(token) ? null : (this.spelling?.meant(token) ?? null);
  }
}
