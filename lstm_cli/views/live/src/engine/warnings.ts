/** When not to believe a rating: the sentences of `inference/input_warnings.py`. */

import type { Word } from "./types";

const STRANGE = 1 / 3; // share of unknown words above which a rating is doubted
const WORD = /[\p{L}\p{N}]/u;
const FEELING = /^(?:[\u{1f1e6}-\u{1f1ff}\u{1f300}-\u{1faff}\u2600-\u27bf\u2b50\u2b55\u2763\u2764]|[:;=].)/u;

// Scripts whose letters have names in Unicode that begin with the name of the script; common ones
// come first.
const SCRIPTS =
  "Latin Greek Coptic Cyrillic Armenian Hebrew Arabic Syriac Thaana Nko Samaritan Mandaic Devanagari " +
  "Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala Thai Lao Tibetan Myanmar " +
  "Georgian Hangul Ethiopic Cherokee Ogham Runic Tagalog Hanunoo Buhid Tagbanwa Khmer Mongolian Limbu " +
  "Buginese Balinese Sundanese Batak Lepcha Glagolitic Tifinagh Hiragana Katakana Bopomofo Yi Lisu Vai " +
  "Bamum Saurashtra Rejang Javanese Cham Lycian Carian Gothic Ugaritic Deseret Shavian Osmanya Osage " +
  "Elbasan Vithkuqi Cypriot Palmyrene Nabataean Hatran Phoenician Lydian Kharoshthi Manichaean Avestan " +
  "Yezidi Sogdian Chorasmian Elymaic Brahmi Kaithi Sora Chakma Mahajani Sharada Khojki Multani " +
  "Khudawadi Grantha Newa Tirhuta Siddham Modi Takri Ahom Dogra Nandinagari Soyombo Bhaiksuki Marchen " +
  "Makasar Cuneiform Tangut Mro Tangsa Medefaidrin Miao Nushu Duployan Toto Wancho Adlam";

// Those whose names have more than one word: the first is what is said.
const LONGER =
  "Canadian_Aboriginal Anatolian_Hieroglyphs Egyptian_Hieroglyphs Khitan_Small_Script Mende_Kikakui " +
  "Pahawh_Hmong Warang_Citi Pau_Cin_Hau Nyiakeng_Puachue_Hmong Meetei_Mayek Masaram_Gondi Dives_Akuru " +
  "Zanabazar_Square Gunjala_Gondi Ol_Chiki Hanifi_Rohingya Syloti_Nagri Bassa_Vah Kayah_Li " +
  "Imperial_Aramaic Psalter_Pahlavi Caucasian_Albanian Linear_A Linear_B New_Tai_Lue Tai_Le Tai_Tham " +
  "Tai_Viet Old_Italic Old_Permic Old_Persian Old_Turkic Old_Hungarian Old_North_Arabian " +
  "Old_South_Arabian Old_Sogdian Old_Uyghur Meroitic_Hieroglyphs Meroitic_Cursive " +
  "Inscriptional_Parthian Inscriptional_Pahlavi";

let patterns: [string, RegExp][] = [];

/** A pattern for the letters of each script, made when they are first asked for. */
function letters(): [string, RegExp][] {
  if (!patterns.length) {
    const names = SCRIPTS.split(" ").map((name) => [name, name]);
    names.push(["Chinese", "Han"], ["Phags-pa", "Phags_Pa"], ["Cypro-minoan", "Cypro_Minoan"]);
    names.push(...LONGER.split(" ").map((script) => [script.split("_")[0], script]));
    patterns = names.map(([name, script]) => [name, new RegExp(`\\p{Script=${script}}`, "u")]);
  }
  return patterns;
}

/** The most common script of some words; "" of none. */
export function scriptOf(words: Iterable<string>): string {
  const counts = new Map<string, number>();
  for (const word of words) {
    for (const letter of word.match(/\p{L}/gu) ?? []) {
      const name = letters().find(([, pattern]) => pattern.test(letter))?.[0] ?? "";
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  const [most] = [...counts].sort(([, a], [, b]) => b - a); // the first met, where two are as common
  return most?.[0] ?? "";
}

/** Whether a word is known, or is read as one that is. */
export function isUnderstood({ known, readAs }: Pick<Word, "known" | "readAs">): boolean {
  return known || readAs !== null;
}

/** What a text has that can be read: its words, of which some are known, and emoji or emoticons that are. */
export function readable(tokens: string[], known: boolean[]): { words: number; unknown: number; showsFeeling: boolean } {
  const words = known.filter((_, k) => WORD.test(tokens[k]));
  return {
    words: words.length,
    unknown: words.filter((isKnown) => !isKnown).length,
    showsFeeling: tokens.some((token, k) => known[k] && FEELING.test(token)),
  };
}

/** Whether each token counts as known where a rating is doubted.
 *
 * Misspelled words do only where every other word is known: in another language some words are nearly
 * spelled as known ones, and seldom all.
 *
 * @param known whether the model knows each token.
 * @param isRead the same, or reads it as a known one.
 */
export function countedAsKnown(tokens: string[], known: boolean[], isRead: boolean[]): boolean[] {
  return tokens.every((token, k) => isRead[k] || !WORD.test(token)) ? isRead : known;
}

/** Reasons not to believe the rating of a text, a sentence each.
 *
 * @param known whether each token counts as known.
 * @param script that of the model's commonest words.
 * @param longest tokens in the longest review it learned from, if that is recorded.
 */
export function warningsOf(tokens: string[], known: boolean[], script: string, longest: number | null): string[] {
  if (!tokens.length) return ["the text is empty: this is what the model says before it reads anything"];
  const { words, unknown, showsFeeling } = readable(tokens, known);
  const warnings: string[] = [];
  if (!words && !showsFeeling) {
    warnings.push("there is no word in this text: do not believe the rating");
  } else if (words && unknown === words) {
    warnings.push("no word of this text is known to the model: do not believe the rating");
  } else if (unknown > STRANGE * words) {
    warnings.push(
      `${unknown} of ${words} words are unknown to the model: ` +
        "another language or subject than it learned from",
    );
  }
  if (unknown > STRANGE * words) {
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
