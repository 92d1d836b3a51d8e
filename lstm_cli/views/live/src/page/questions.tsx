/** Three questions to begin with; a click on one always answers it, of the text that stands there. */

import { useEffect, useMemo, useRef } from "preact/hooks";

import { isUnderstood, type Model, type Trace } from "../engine/index";
import type { Answer } from "./answers";
import { burdens, high, highOf, mendings, overrated, why } from "./answers";
import type { Edit, Edits } from "./changes";
import { useTogether } from "./changes";
import { useAlone } from "./opinions";
import type { Deletions } from "./readings";
import type { Change, State } from "./state";

const [WHY, HIGH, OVERRATED] = [0, 1, 2];
const QUESTIONS = [
  { ask: "Why is this rating low?", show: "words-title" },
  { ask: "What would make it high?", show: "changes-title" },
  { ask: "Which word does the model overrate?", show: "without-title" },
];

interface Props {
  model: Model;
  trace: Trace;
  state: State;
  change: Change;
  deletions: Deletions;
  edits: Edits;
  isReading: boolean; // whether the trace is still that of an earlier text
  onTry: (edits: Edit[]) => void;
}

export function Questions(props: Props) {
  const { state, change } = props;
  const isNew = useRef(false); // whether the question was asked just now: then its answer is brought into view
  const ask = (question: number | null) => {
    isNew.current = question !== null;
    change({ question }, question !== state.question);
  };
  const asked = state.question === null ? undefined : QUESTIONS[state.question];
  return (
    <div class="questions">
      <p class="small" id="questions-label">Ask about this review:</p>
      <div role="group" aria-labelledby="questions-label">
        {QUESTIONS.map(({ ask: question }, number) => (
          <button type="button" class="act" key={question} aria-pressed={state.question === number} onClick={() => ask(number)}>{question}</button>
        ))}
      </div>
      {asked && <Answered {...props} key={state.question} isNew={isNew} question={state.question!} show={asked.show} onClose={() => ask(null)} />}
    </div>
  );
}

interface Asked extends Props {
  question: number;
  show: string;
  isNew: { current: boolean };
  onClose: () => void;
}

function Answered(props: Asked) {
  const { show, isNew, onTry, onClose } = props;
  const box = useRef<HTMLDivElement>(null);
  const { said, waits, changes } = useAnswer(props);
  useEffect(() => {
    if (isNew.current) box.current?.scrollIntoView({ block: "nearest" });
    if (!waits) isNew.current = false;
  }, [waits, isNew.current]);
  return (
    <div class="answer" id="answer" aria-busy={waits} aria-live="polite" ref={box}>
      {said.map((sentence) => <p key={sentence}>{sentence}</p>)}
      <p class="acts">
        {changes.length > 0 && <button type="button" class="act" id="make" onClick={() => onTry(changes)}>{changes.length > 1 ? "make these changes" : "make this change"}</button>}
        <button type="button" class="plain" onClick={() => goTo(show)}>show me</button>
        <button type="button" class="plain" onClick={onClose}>close</button>
      </p>
    </div>
  );
}

/** The answer so far; what only one question needs is worked out when that one is asked. */
function useAnswer({ model, trace, deletions, edits, isReading, question }: Props & { question: number }): Answer {
  const isRead = useAlone(model, trace) && deletions.left === 0;
  const down = useMemo(
    () => (question === WHY && isRead ? burdens(model, trace, deletions) : null), [trace, question, isRead],
  );
  const up = useMemo(
    () => (question === HIGH && isRead && edits.left === 0 ? mendings(model, trace, edits.edits) : null), [trace, question, isRead && edits.left === 0],
  );
  const without = useTogether(model, trace, down, 3);
  const mended = useTogether(model, trace, up, 4, highOf(model));
  const only = (said: string, waits = false): Answer => ({ said: [said], waits, changes: [] });
  if (isReading) return only("The review is being read …", true);
  if (!trace.words.some(isUnderstood)) return only("There is no word yet that the model knows.");
  if (!isRead) return only(`Each word is being left out in turn: ${deletions.left} to go.`, true);
  if (deletions.tried === 0) return only("This text is too long for leaving out each word in turn: ask about one of up to 400 words.");
  if (question === OVERRATED) return overrated(model, trace, deletions);
  return question === WHY ? why(model, trace, deletions, without) : high(model, trace, edits, mended);
}

/** The address holds the state, so a section is shown without one. */
function goTo(id: string): void {
  const title = document.getElementById(id);
  title?.scrollIntoView({ block: "start", behavior: "smooth" });
  title?.focus({ preventScroll: true });
}
