/** The words as buttons, coloured by how each moved the rating. */

import { useRef } from "preact/hooks";

import type { Trace, Word } from "../engine/index";
import { apart } from "./adding-up";
import { isTouch, shade, signed, visible } from "./format";

const MOST_BUTTONS = 300;
const MANY = 90; // from here on they scroll

export const HOW = "A green word raised the rating when the model read it, a red word lowered it. " +
  (isTouch ? "Tap a word to look at it." : "Hover over a word, or click it to stay with it; the arrow keys step.");

interface Props {
  trace: Trace;
  span: number; // of the ratings
  chosen: number;
  differs: number | null; // the first place at which a pinned reading differs
  onChoose: (place: number) => void;
}

export function Words({ trace, span, chosen, differs, onChoose }: Props) {
  const group = useRef<HTMLParagraphElement>(null);
  const stays = useRef(false); // whether a word was clicked: then the pointer may pass over others
  const drawn = Math.min(trace.words.length, MOST_BUTTONS);
  const step = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const to = { ArrowRight: chosen + 1, ArrowLeft: chosen - 1, Home: 0, End: drawn - 1 }[event.key];
    if (to === undefined || to < 0 || to >= drawn) return;
    event.preventDefault();
    stays.current = true;
    onChoose(to);
    group.current?.querySelectorAll("button")[to]?.focus();
  };
  const choose = (place: number, isClick: boolean) => {
    if (isClick) stays.current = !(stays.current && place === chosen);
    if (isClick || !stays.current) onChoose(place);
  };
  return (
    <>
      <p class={drawn > MANY ? "words many" : "words"} id="words" role="group" aria-label="Words of the review" ref={group} onKeyDown={step}>
        {trace.words.slice(0, drawn).map((word, place) => (
          <>
            <button
              type="button" key={place} tabIndex={place === Math.min(chosen, drawn - 1) ? 0 : -1}
              class={`word ${shade(word.contribution, span)}${place === differs ? " parts" : ""}`}
              aria-pressed={place === chosen}
              aria-label={`word ${place + 1}, ${visible(word.token, 60)}${word.known ? "" : `, ${strangeness(word)}`}, changed the rating by ${signed(apart(place ? trace.words[place - 1].expected : trace.startExpected, word.expected))}`}
              onMouseEnter={() => choose(place, false)} onClick={() => choose(place, true)}
            >
              {visible(word.token, 60)}{!word.known && <sup title={strangeness(word)}>?</sup>}
            </button>{" "}
          </>
        ))}
      </p>
      {trace.words.some(({ known }) => !known) && <p class="small">? marks a word the model does not know.{misspellings(trace)}</p>}
      {drawn < trace.words.length && (
        <p class="small">The first {drawn} of {trace.words.length.toLocaleString("en")} words are shown; all are read.</p>
      )}
    </>
  );
}

/** What is said of a word that the model does not know. */
export function strangeness({ readAs }: Word): string {
  return readAs === null ? "unknown to the model" : `read as ${readAs}`;
}

function misspellings({ words }: Trace): string {
  const read = words.filter(({ readAs }) => readAs !== null).map(({ token, readAs }) => `${visible(token, 60)} as ${readAs}`);
  return read.length ? ` It reads ${[...new Set(read)].join(", ")}.` : "";
}
