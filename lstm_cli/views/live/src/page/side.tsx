/** What stands at the side: which model, the text, and what to know before its rating is believed. */

import { useLayoutEffect, useMemo, useRef } from "preact/hooks";

import { countedAsKnown, isUnderstood, type Model, readable, type Trace } from "../engine/index";
import type { State } from "./state";

export function Header({ models, model, state, onModel }: {
  models: Model[]; model: Model; state: State; onModel: (place: number, both: boolean) => void;
}) {
  return (
    <header>
      <h1>Read a review with the model</h1>
      <p class="lead">Type a review: the model rates it as you type, and you see what each word did to the rating.</p>
      {models.length > 1 && (
        <fieldset class="tabs">
          <legend>Model</legend>
          {models.slice(0, 2).map((one, place) => (
            <label key={one.name}><input type="radio" name="model" checked={!state.both && model === one} onChange={() => onModel(place, false)} /> {one.name}</label>
          ))}
          <label><input type="radio" name="model" checked={state.both} onChange={() => onModel(0, true)} /> both</label>
        </fieldset>
      )}
    </header>
  );
}

const EXAMPLES: Record<string, string> = {
  hotel: "The location is great, but our room was dirty, the shower was cold and the woman at the desk was rude. Breakfast was slow and disappointing. We will never come back.",
  film: "The acting is brilliant and the music is beautiful, but the story is predictable and the ending is disappointing.",
  headphones: "These headphones sound great and they are very comfortable. The battery lasts for days. Only the case feels cheap.",
};

// The second is of words that the blackboard sample has, which has no signs.
const OPENINGS = ["I expected a boring film, but I loved it.", "the film is not good but the end is superb"];
const COMMONEST = 6; // words of a model that knows no opening

/** What stands in the box at first: a text that the model knows, or else its own commonest words. */
export function openingFor(model: Model): string {
  const known = OPENINGS.filter((text) => isReadable(model, text));
  const whole = known.find((text) => model.known(model.tokenize(text)).every(Boolean));
  return whole ?? known[0] ?? model.commonest(COMMONEST).join(" ");
}

function isReadable(model: Model, text: string): boolean {
  const tokens = model.tokenize(text);
  return !doubtIn(tokens, model.known(tokens));
}

export function Typing({ model, state, isKept, onType, onKeep, onExample }: {
  model: Model; state: State; isKept: boolean; onType: (text: string) => void; onKeep: () => void; onExample: (text: string) => void;
}) {
  const box = useGrowing(state.text);
  const examples = useMemo(() => Object.keys(EXAMPLES).filter((name) => isReadable(model, EXAMPLES[name])), [model]);
  return (
    <div class="typing">
      <label for="text">Your review</label>
      <textarea id="text" rows={3} ref={box} value={state.text} spellcheck={false} onInput={(event) => onType(event.currentTarget.value)} />
      {examples.length > 0 && (
        <p class="small examples">
          Try an example:{" "}
          {examples.map((name) => (
            <button type="button" class="act" key={name} onClick={() => onExample(EXAMPLES[name])}>{name}</button>
          ))}
        </p>
      )}
      <button type="button" class="act" id="keep" disabled={isKept || !state.text.trim()} onClick={onKeep}>pin this reading</button>{" "}
      <span class="small">{isKept ? "Pinned. Now change the text: both readings are shown." : "to compare it with what you type next"}</span>
    </div>
  );
}

/** A box as high as its text, also where the style sheet cannot make it so. */
function useGrowing(text: string) {
  const box = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element || CSS.supports("field-sizing", "content")) return;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight + 2}px`;
  }, [text]);
  return box;
}

/** How far a rating is to be doubted: wholly where nothing is known, half where most words are not. */
export function doubtOf(trace: Trace): "" | "half" | "whole" {
  const [known, isRead] = [trace.words.map((word) => word.known), trace.words.map(isUnderstood)];
  return doubtIn(trace.tokens, countedAsKnown(trace.tokens, known, isRead));
}

function doubtIn(tokens: string[], known: boolean[]): "" | "half" | "whole" {
  const { words, unknown, showsFeeling } = readable(tokens, known);
  if (words ? unknown === words : !showsFeeling) return "whole";
  return unknown > words / 2 ? "half" : "";
}

/** What to know of a text before its rating is believed. */
export function Notes({ model, trace, read, wanted, left }: { model: Model; trace: Trace; read: number; wanted: number; left: number }) {
  const warnings = useMemo(() => model.warnings(trace.tokens), [model, trace]);
  const said = doubtOf(trace) === "whole" ? warnings.slice(1) : [...warnings]; // no rating stands there to be doubted
  if (left > 0) said.push(`The first ${wanted.toLocaleString("en")} words are read; ${left.toLocaleString("en")} are left out.`);
  return (
    <>
      {read < wanted && <p class="small" role="status">Reading: {read.toLocaleString("en")} of {wanted.toLocaleString("en")} words …</p>}
      {said.map((warning) => <p class="warning" key={warning}>{warning}</p>)}
    </>
  );
}
