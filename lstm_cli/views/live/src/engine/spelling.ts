/** Misspelled words, and the known ones that are meant, by the rules of `text/spelling.py`. */

const COMMONEST = 10_000;
const SHORTEST = 6;
const SHORTEST_CHANGED = 7;
const BEGINNING = 2;
const SHORTEST_DRAWN = 3;
const MOST_FOUND = 10_000;

/** Known words, by how they begin. */
export class Spelling {
  private readonly beginning = new Map<string, string[][]>();
  private readonly found = new Map<string, string | null>(); // for a text is read again and again

  /** @param ids of all known words, the commonest first. */
  constructor(private readonly ids: ReadonlyMap<string, number>) {
    for (const word of [...ids.keys()].slice(0, COMMONEST)) {
      const letters = [...word];
      if (letters.length < SHORTEST - 1 || !isOfLetters(word)) continue;
      const begin = letters.slice(0, BEGINNING).join("");
      const alike = this.beginning.get(begin);
      if (alike) alike.push(letters);
      else this.beginning.set(begin, [letters]);
    }
  }

  /** The known word that an unknown one stands for, if there is one. */
  meant(word: string): string | null {
    const before = this.found.get(word);
    if (before !== undefined) return before;
    if (this.found.size >= MOST_FOUND) this.found.clear();
    const found = this.find(word) ?? null;
    this.found.set(word, found);
    return found;
  }

  private find(word: string): string | undefined {
    if (!isOfLetters(word)) return undefined;
    for (const left of ["$1$1", "$1"]) {
      const shorter = word.replace(/(.)\1\1+/gu, left);
      if ([...shorter].length >= SHORTEST_DRAWN && this.ids.has(shorter)) return shorter;
    }
    const letters = [...word];
    if (letters.length < SHORTEST) return undefined;
    const alike = this.beginning.get(letters.slice(0, BEGINNING).join("")) ?? [];
    let changed: string[] | undefined;
    for (const near of alike) {
      if (Math.abs(near.length - letters.length) > 1) continue;
      const [ours, its] = withoutEnds(letters, near);
      const isSwapped = ours.length === 2 && its.length === 2 && ours[0] === its[1] && ours[1] === its[0];
      if (ours.length + its.length === 1 || isSwapped) return near.join("");
      if (ours.length === 1 && its.length === 1 && letters.length >= SHORTEST_CHANGED) changed ??= near;
    }
    return changed?.join("");
  }
}

const isOfLetters = (word: string) => /^\p{L}+$/u.test(word);

/** What two words have between the letters that they begin and end with alike. */
function withoutEnds(one: string[], other: string[]): [string[], string[]] {
  let [begin, ours, its] = [0, one.length, other.length];
  while (begin < Math.min(one.length, other.length) && one[begin] === other[begin]) begin++;
  while (begin < ours && begin < its && one[ours - 1] === other[its - 1]) ours--, its--;
  return [one.slice(begin, ours), other.slice(begin, its)];
}
