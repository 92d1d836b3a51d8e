/** A model as the page holds it: text, one character a byte, back to arrays.
 *
 * `views/live_packing.py` writes it. The page is served as windows-1252, in which every byte is a
 * character of its own; the few bytes that HTML would change or misread are written as an escape
 * and another byte. The bytes are a size of 4, a description in JSON of that size, the arrays and
 * the vocabulary; all but the size is deflated. Numbers of several bytes are stored byte by byte:
 * first the lowest byte of each, then the next, which deflates better.
 */

/** What the windows-1252 decoder makes of the bytes 0x80 to 0x9f; all others stand for themselves. */
const WINDOWS =
  "\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f" +
  "\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178";
const ESCAPE = "=".charCodeAt(0);
const ESCAPED = 64; // what an escaped byte is moved by

export type Kind = "float32" | "float16" | "int8" | "int16" | "int32";

export interface Stored {
  kind: Kind;
  shape: number[];
  bytes: Uint8Array;
}

export interface Description {
  name: string;
  cell: "lstm" | "rnn";
  labels: string[];
  ratings: number[];
  embeddingSize: number;
  hiddenSize: number;
  pooling: string[];
  pattern: string; // of tokens, for a RegExp with the flags "gv"
  longest: number | null; // review it learned from, in tokens
  script: string; // of its commonest words, such as "Latin"
  about: string; // a sentence: what it learned from
  epochs: KeptEpochs | null; // null where training kept none
  arrays: { name: string; kind: Kind; shape: number[]; size: number }[];
  vocabularySize: number; // in bytes, deflated
}

export interface KeptEpochs {
  kept: { epoch: number; accuracy: number }[]; // 0 is before the first step
  model: number; // the place of the one that the model is
  isWhole: boolean; // else by differences
}

export interface Packed {
  description: Description;
  arrays: Map<string, Stored>;
  vocabulary: string[];
}

/** The bytes that the characters of a page stand for; of a page read as Latin-1, too. */
export function bytesOf(text: string): Uint8Array {
  // A server's word counts more than that of the page, and bytes that are no UTF-8 are gone then.
  if (text.includes("\ufffd")) throw new Error("a server sent this page as UTF-8, which it is not");
  const byteOf = Uint8Array.from({ length: 1 << 16 }, (_, code) => code);
  for (let k = 0; k < WINDOWS.length; k++) byteOf[WINDOWS.charCodeAt(k)] = 0x80 + k;
  const bytes = new Uint8Array(text.length);
  const shift = text.charCodeAt(0) - "A".charCodeAt(0) + 16 * (text.charCodeAt(1) - "A".charCodeAt(0));
  let size = 0;
  for (let k = 2; k < text.length; k++) {
    let code = byteOf[text.charCodeAt(k)];
    if (code === ESCAPE) code = byteOf[text.charCodeAt(++k)] - ESCAPED;
    bytes[size++] = code - shift; // a Uint8Array counts modulo 256
  }
  return bytes.subarray(0, size);
}

async function inflated(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
  const inflating = stream.pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(inflating).arrayBuffer());
}

/** One model out of the text of its element. */
export async function unpack(text: string): Promise<Packed> {
  const bytes = bytesOf(text);
  let begin = 4 + new DataView(bytes.buffer).getUint32(0, true);
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const description: Description = JSON.parse(decoder.decode(await inflated(bytes.subarray(4, begin))));
  const next = (size: number) => inflated(bytes.subarray(begin, (begin += size)));
  const waiting = description.arrays.map(({ size }) => next(size));
  const vocabulary = decoder.decode(await next(description.vocabularySize)).split("\n");
  const arrays = new Map<string, Stored>();
  for (const [k, { name, kind, shape }] of description.arrays.entries()) {
    arrays.set(name, { kind, shape, bytes: await waiting[k] });
  }
  return { description, arrays, vocabulary };
}

/** Numbers of an array, from a place on; all of them where nothing else is said.
 *
 * @param step from each number to the next.
 */
export function numbers(stored: Stored, from = 0, count = sizeOf(stored), step = 1): Float32Array {
  const { kind, bytes } = stored;
  const total = sizeOf(stored);
  const found = new Float32Array(count);
  if (kind === "int8") {
    for (let k = 0, at = from; k < count; k++, at += step) found[k] = (bytes[at] << 24) >> 24;
  } else if (kind === "int16") {
    for (let k = 0, at = from; k < count; k++, at += step) found[k] = ((bytes[at] | (bytes[at + total] << 8)) << 16) >> 16;
  } else if (kind === "float16") {
    const values = halves();
    for (let k = 0, at = from; k < count; k++, at += step) found[k] = values[bytes[at] | (bytes[at + total] << 8)];
  } else {
    const bits = kind === "int32" ? found : new Uint32Array(found.buffer);
    for (let k = 0, at = from; k < count; k++, at += step) {
      bits[k] = bytes[at] | (bytes[at + total] << 8) | (bytes[at + 2 * total] << 16) | (bytes[at + 3 * total] << 24);
    }
  }
  return found;
}

export const sizeOf = ({ shape }: Stored) => shape.reduce((size, axis) => size * axis, 1);

let everyHalf: Float32Array | null = null;

/** The number that each pattern of 16 bits stands for. */
function halves(): Float32Array {
  if (everyHalf) return everyHalf;
  everyHalf = new Float32Array(1 << 16);
  for (let bits = 0; bits < 1 << 16; bits++) {
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    const size = exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : fraction * 2 ** -24;
    everyHalf[bits] = exponent === 31 ? NaN : bits >> 15 ? -size : size;
  }
  return everyHalf;
}
