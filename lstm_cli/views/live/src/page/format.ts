/** Numbers and words as the page writes them. */

export const percent = (share: number | null): string =>
  share === null ? "" : `${(100 * share).toFixed(0)} %`;

export function signed(value: number, digits = 2): string {
  const text = value.toFixed(digits).replace(/^-(0\.?0*)$/, "$1"); // no "-0.00"
  return text.startsWith("-") ? text : `+${text}`;
}

/** Long words are cut, and what would turn the writing round or hide is left out. */
export function visible(text: string, longest = 24): string {
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/g, "");
  const letters = [...clean];
  return letters.length > longest ? `${letters.slice(0, longest - 1).join("")}…` : clean;
}

export const quoted = (text: string): string => `“${visible(text)}”`;

/** A word of the review, with its place where it occurs more than once. */
export function named(tokens: string[], place: number, isQuoted = true): string {
  const token = tokens[place];
  const isTwice = tokens.indexOf(token) !== tokens.lastIndexOf(token);
  return (isQuoted ? quoted(token) : visible(token, 20)) + (isTwice ? ` (word ${place + 1})` : "");
}

/** "a", "a and b", "a, b and c". */
export function joined(parts: string[]): string {
  if (parts.length < 2) return parts.join("");
  return `${parts.slice(0, -1).join(", ")} and ${parts[parts.length - 1]}`;
}

/** What a finger does, or a mouse. */
export const isTouch = matchMedia("(pointer: coarse)").matches;
export const Press = isTouch ? "Tap" : "Click";

export const clamp = (value: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, value));

/** The class of a word by how far it moved the rating, on a scale as wide as `span`. */
export function shade(moved: number, span: number): string {
  const size = (4 * Math.abs(moved)) / span; // as if ratings went from 1 to 5
  if (size < 0.02) return "";
  const strength = 1 + Number(size >= 0.1) + Number(size >= 0.4);
  return `${moved > 0 ? "up" : "down"}${strength}`;
}
