/** Three questions to begin with, answered from what was measured. */

import type { Model, Trace } from "../engine/index";
import type { Edit } from "./changes";
import { LEAST_GAIN, saidEdit } from "./changes";
import { joined, named, quoted, signed, visible } from "./format";
import type { Deletions } from "./readings";
import type { Change, State } from "./state";
import { FIRST } from "./state";

export const QUESTIONS = [
  { ask: "Why is this rating low?", example: "The music is lovely but the story is slow and far too long", show: "words-title" },
  { ask: "What would make it high?", example: "An average film with a weak ending", show: "changes-title" },
  { ask: "Which word does the model overrate?", example: "I watched it with my family on a Sunday and it was fine", show: "without-title" },
];

interface Props {
  model: Model;
  trace: Trace;
  state: State;
  change: Change;
  deletions: Deletions;
  edits: Edit[];
}

export function Questions({ model, trace, state, change, deletions, edits }: Props) {
  const asked = state.question === null ? undefined : QUESTIONS[state.question];
  const isExample = [FIRST.text, "", ...QUESTIONS.map(({ example }) => example)].includes(state.text.trim());
  const ask = (number: number) =>
    change(
      {
        question: state.question === number ? null : number,
        ...(isExample && state.question !== number ? { text: QUESTIONS[number].example, place: null } : {}),
      },
      true,
    );
  return (
    <div class="questions">
      <p class="small" id="questions-label">Ask, of this review or of an example:</p>
      <div role="group" aria-labelledby="questions-label">
        {QUESTIONS.map(({ ask: question }, number) => (
          <button type="button" class="act" key={question} aria-pressed={state.question === number} onClick={() => ask(number)}>{question}</button>
        ))}
      </div>
      {asked && trace.words.length > 0 && (
        <div class="answer" id="answer">
          <p>{answers[state.question!](model, trace, deletions, edits)}</p>
          <button type="button" class="plain" onClick={() => goTo(asked.show)}>show me</button>
        </div>
      )}
    </div>
  );
}

/** The address holds the state, so a section is shown without one. */
export function goTo(id: string): void {
  const title = document.getElementById(id);
  title?.scrollIntoView({ block: "start", behavior: "smooth" });
  title?.focus({ preventScroll: true });
}

type Answer = (model: Model, trace: Trace, deletions: Deletions, edits: Edit[]) => string;

const why: Answer = (model, trace, deletions) => {
  const rating = `The rating is ${visible(model.labels[trace.rating], 20)} (expected ${trace.expected.toFixed(2)}).`;
  const lowering = trace.words.filter((word) => word.contribution < -0.02)
    .sort((one, other) => one.contribution - other.contribution).slice(0, 3);
  if (!lowering.length) return `${rating} No word lowered it when it was read.`;
  const lowered = joined(lowering.map((word) => `${quoted(word.token)} (${signed(word.contribution)})`));
  const guilty = [...deletions.of.values()].sort((one, other) => one.effect - other.effect)[0];
  const without = guilty && guilty.effect < -0.02
    ? ` Without ${named(trace.tokens, guilty.place)} it would rise most: to ${guilty.expected.toFixed(2)}.` : "";
  return `${rating} Words that lowered it when they were read: ${lowered}.${without}`;
};

const high: Answer = (_, trace, deletions, edits) => {
  const top = edits[0];
  if (!top || (deletions.left > 0 && !top.word)) return "Single changes are being tried …";
  if (top.expected - trace.expected < LEAST_GAIN) return "No single change that was tried makes it higher.";
  return `Of all single changes that were tried, this one raises it most: ${saidEdit(trace, top)}. The rating goes from ${trace.expected.toFixed(2)} to ${top.expected.toFixed(2)}.`;
};

const overrated: Answer = (_, trace, deletions) => {
  const most = [...deletions.of.values()].sort((one, other) => Math.abs(other.effect) - Math.abs(one.effect)).slice(0, 3);
  if (!most.length) return "Each word is being left out in turn …";
  const said = joined(most.map(({ place, effect }) => `${named(trace.tokens, place)} by ${signed(-effect)}`));
  return `These words have most say; leaving one out moves the rating: ${said}. A word is overrated if it has more say here than its meaning deserves: that is for you to judge.`;
};

const answers: Answer[] = [why, high, overrated];
