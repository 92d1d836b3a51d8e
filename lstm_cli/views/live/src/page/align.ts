/** Two readings beside each other: the same words stand at the same place of the axis. */

export interface Aligned {
  slots: number; // of the axis; slot 0 is before any word
  now: number[]; // the slot of each word of the reading
  kept: number[]; // and of the one it is compared with
  first: number | null; // the first slot at which they differ
}

/** A common beginning, a common end, and what differs between them.
 *
 * align(["a", "bad", "film"], ["a", "film"]) -> slots 3, now [1, 2, 3], kept [1, 3], first 2
 */
export function align(now: string[], kept: string[]): Aligned {
  const shorter = Math.min(now.length, kept.length);
  let start = 0;
  while (start < shorter && now[start] === kept[start]) start++;
  let end = 0;
  while (end < shorter - start && now[now.length - 1 - end] === kept[kept.length - 1 - end]) end++;
  const slots = Math.max(now.length, kept.length);
  const place = (tokens: string[]) =>
    tokens.map((_, k) => (k < tokens.length - end ? k + 1 : slots - tokens.length + k + 1));
  const isSame = now.length === kept.length && start === now.length;
  return { slots, now: place(now), kept: place(kept), first: isSame ? null : start + 1 };
}

/** The text without a word, or with another in its place.
 *
 * Words are looked for in the text one after the other, whatever their case; where the text was
 * tidied so that they are not found, the words themselves are put together.
 */
export function edited(text: string, tokens: string[], place: number, word: string): string {
  const low = text.toLowerCase();
  const isAsLong = low.length === text.length;
  let from = 0;
  for (let k = 0; isAsLong && k <= place; k++) {
    const at = low.indexOf(tokens[k], from);
    if (at < 0) break;
    const end = at + tokens[k].length;
    if (k === place) {
      const before = text.slice(0, at);
      const after = text.slice(end);
      return word ? before + word + after : (before + after.replace(/^\s+/, "")).trim();
    }
    from = end;
  }
  const changed = [...tokens.slice(0, place), ...(word ? [word] : []), ...tokens.slice(place + 1)];
  return changed.join(" ");
}
