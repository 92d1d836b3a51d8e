/** A review with some of its words changed: what is typed stays as it is but for these. */

type Tokenize = (text: string) => string[];

interface Change {
  place: number;
  word: string; // "" leaves a word out
}

/** The text with several of its words changed.
 *
 * A text is tidied before it is cut into words, so that one may stand in it otherwise, or the same
 * letters in a tag. A change where the word seems to stand is therefore made only if the text is
 * then read as its words with the change; if it is not, these words are put together.
 */
export function edited(text: string, tokenize: Tokenize, changes: Change[]): string {
  // From the last place to the first: earlier places stay.
  for (const change of [...changes].sort((one, other) => other.place - one.place)) {
    const words = tokenize(text);
    const { place, word } = change;
    const joined = together([...words.slice(0, place), word, ...words.slice(place + 1)]);
    const wanted = tokenize(joined);
    const reads = (changed: string) => isSame(tokenize(changed), wanted);
    text = inPlace(text, words, change).find(reads) ?? joined;
  }
  return text;
}

const isSame = (some: string[], others: string[]) =>
  some.length === others.length && some.every((one, place) => one === others[place]);

/** Words as a text that is read as them: the end of "it's" is none behind a space. */
const together = (words: string[]) =>
  words.filter(Boolean).map((word) => (/^'\p{L}{1,2}$/u.test(word) ? word : ` ${word}`)).join("").trim();

/** The text with one word changed where it stands, the likeliest first; none where it is not found. */
function inPlace(text: string, words: string[], { place, word }: Change): string[] {
  const span = spanOf(text, words, place);
  if (!span) return [];
  const [before, after] = [text.slice(0, span[0]), text.slice(span[1])];
  if (word) return [before + word + after, `${before} ${word} ${after}`];
  const isApart = !before || /\s$/.test(before);
  const closed = before + (isApart ? after.trimStart() : after);
  return [closed, `${before} ${after}`, before.trimEnd() + after].map((changed) => changed.trim());
}

/** Where a word begins and ends in a text; words are looked for one after the other, whatever their case. */
function spanOf(text: string, words: string[], place: number): [number, number] | null {
  const low = text.toLowerCase();
  if (low.length !== text.length) return null;
  let [begin, end] = [0, 0];
  for (const word of words.slice(0, place + 1)) {
    const asTyped = new RegExp(drawnOut(word), "gu");
    asTyped.lastIndex = end;
    const found = asTyped.exec(low);
    if (!found) return null;
    [begin, end] = [found.index, asTyped.lastIndex];
  }
  return [begin, end];
}

/** The pattern of a word that may have been longer before it was tidied. */
const drawnOut = (word: string) =>
  word
    .replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")
    .replace(/(\p{L})\1\1|!!|(?:\\\?){2}|(?:\\\.){3}/gu, "$&+");
