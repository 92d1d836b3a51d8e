/** A review cut into tokens, as `text/tokens.py` cuts it.
 *
 * Where Python and JavaScript mean different characters by one name, they are spelled out: `\w` of
 * Python is \p{L}, \p{N} and the underscore. The pattern of the model comes translated.
 */

import { decodeHTML } from "entities/decode";

// No comment may seem to begin in the script. Ignoring case, Python takes İ, ı, ſ and the sign of kelvin for letters from a to z.
const TAG = /<\/?[a-zA-Z\u0130\u0131\u017f\u212a][^<>]{0,300}>/gu;
const TAG_OR_COMMENT = new RegExp(`<!-{2}[^]*?-->|${TAG.source}`, "gu");
const CONTROL =
  /[\x00-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]+/gu;
const LONG_RUN = /([\p{L}\p{Nl}\p{No}])\1{3,}/gu;
const MANY_MARKS = /([!?])\1+|\.{4,}|\u2026/gu;
const QUOTE = /[\u2019\u2018\u201b\u02bc\uff07\u201c\u201d\u201e\xab\xbb]/gu;
const SINGLE = "\u2019\u2018\u201b\u02bc\uff07";
const ENTITY = /&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)/gu;

// What `html.unescape` makes of bytes of windows-1252 that are written as numbers.
const WINDOWS =
  "\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f" +
  "\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178";

function numbered(digits: string): string {
  const code = /^[xX]/.test(digits) ? parseInt(digits.slice(1), 16) : parseInt(digits, 10);
  if (code === 0 || (code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) return "\ufffd";
  if (code >= 0x80 && code <= 0x9f) return WINDOWS[code - 0x80];
  const isNothing =
    (code < 0x20 && !"\t\n\f\r".includes(String.fromCharCode(code))) ||
    code === 0x7f ||
    (code >= 0xfdd0 && code <= 0xfdef) ||
    (code & 0xfffe) === 0xfffe;
  return isNothing ? "" : String.fromCodePoint(code);
}

/** Text with its HTML entities replaced, as `html.unescape` replaces them. */
export function unescape(text: string): string {
  return text.replace(ENTITY, (whole, name: string) =>
    name.startsWith("#") ? numbered(name.slice(1)) : decodeHTML(whole),
  );
}

/** A text whose tags and comments are spaces.
 *
 * Behind the last end of a comment none begins: looked for from each beginning there to the end of
 * the text, a page of these would take minutes.
 */
function withoutMarkup(text: string): string {
  const last = text.lastIndexOf("-->");
  const end = last < 0 ? 0 : last + 3;
  return text.slice(0, end).replace(TAG_OR_COMMENT, " ") + text.slice(end).replace(TAG, " ");
}

/** A review without markup, in lower case, with long runs of a letter shortened to three. */
export function tidy(text: string): string {
  if (text.includes("&")) text = unescape(text);
  if (text.includes("<")) text = withoutMarkup(text);
  if (/[^\x00-\x7f]/.test(text)) {
    text = text.replaceAll("\u2026", "...").normalize("NFKC");
    text = text.replace(QUOTE, (quote) => (SINGLE.includes(quote) ? "'" : '"'));
  }
  text = text.replace(CONTROL, " ").toLowerCase();
  text = text.replace(LONG_RUN, "$1$1$1");
  return text.replace(MANY_MARKS, (_, mark?: string) => (mark ? mark + mark : "..."));
}

/** Cuts reviews by the pattern of a model. */
export function tokenizer(pattern: string): (text: string) => string[] {
  const compiled = new RegExp(pattern, "gv");
  return (text) => tidy(text).match(compiled) ?? [];
}
