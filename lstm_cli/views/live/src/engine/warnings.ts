/** When not to believe a rating: the sentences of `inference/input_warnings.py`. */

const STRANGE = 1 / 3; // share of unknown words above which a rating is doubted

// Scripts whose letters have names in Unicode that begin with the name of the script.
const SCRIPTS = [
  "Latin", "Cyrillic", "Greek", "Arabic", "Hebrew", "Thai", "Devanagari", "Hiragana", "Katakana", "Hangul",
  "Armenian", "Georgian", "Bengali", "Gurmukhi", "Gujarati", "Oriya", "Tamil", "Telugu", "Kannada",
  "Malayalam", "Sinhala", "Lao", "Tibetan", "Myanmar", "Ethiopic", "Khmer", "Mongolian", "Syriac", "Thaana",
  "Cherokee", "Bopomofo",
] as const;

const LETTERS: [string, RegExp][] = [
  ...SCRIPTS.map((name): [string, RegExp] => [name, new RegExp(`\\p{Script=${name}}`, "u")]),
  ["Chinese", /\p{Script=Han}/u],
];

/** The most common script of some words; "" of none. */
export function scriptOf(words: Iterable<string>): string {
  const counts = new Map<string, number>();
  for (const word of words) {
    for (const letter of word.match(/\p{L}/gu) ?? []) {
      const name = LETTERS.find(([, pattern]) => pattern.test(letter))?.[0] ?? "";
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  let most = "";
  for (const [name, count] of counts) if (count > (counts.get(most) ?? 0)) most = name;
  return most;
}

/** Reasons not to believe the rating of a text, a sentence each.
 *
 * @param known whether the model knows each token.
 * @param script that of the model's commonest words.
 * @param longest tokens in the longest review it learned from, if that is recorded.
 */
export function warningsOf(tokens: string[], known: boolean[], script: string, longest: number | null): string[] {
  if (!tokens.length) return ["the text is empty: this is what the model says before it reads anything"];
  const words = known.filter((_, k) => /[\p{L}\p{N}]/u.test(tokens[k]));
  const unknown = words.filter((isKnown) => !isKnown).length;
  const warnings: string[] = [];
  if (!words.length) {
    warnings.push("there is no word in this text: do not believe the rating");
  } else if (unknown === words.length) {
    warnings.push("no word of this text is known to the model: do not believe the rating");
  } else if (unknown > STRANGE * words.length) {
    warnings.push(
      `${unknown} of ${words.length} words are unknown to the model: ` +
        "another language or subject than it learned from",
    );
  }
  if (unknown > STRANGE * words.length) {
    const its = scriptOf(tokens.filter((_, k) => !known[k]));
    if (its && script && its !== script) {
      warnings.push(`the text is in ${its} letters, what the model learned in ${script}`);
    }
  }
  if (longest !== null && tokens.length > 2 * longest) {
    const [found, most] = [tokens.length, longest].map((count) => count.toLocaleString("en-US"));
    warnings.push(`the text has ${found} words and signs, the longest the model learned from ${most}`);
  }
  return warnings;
}
