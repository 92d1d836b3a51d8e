/** The page: what is typed stands at the side, what follows from it in sections. */

import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";

import type { Model, Trace } from "../engine/index";
import { About } from "./about";
import { apart } from "./adding-up";
import { align } from "./align";
import { Changes, useEdits } from "./changes";
import { Edit, useUndo } from "./edit";
import { edited } from "./editing";
import { clamp } from "./format";
import { Holds } from "./holds";
import { Learning } from "./learning";
import { Ledger, Routes, Units } from "./memories";
import { OpenedGate } from "./opened";
import { says } from "./opinions";
import { Panel } from "./panel";
import { Questions } from "./questions";
import type { Beside } from "./rating";
import { Glance, Rating } from "./rating";
import { MOST_READ, mostBeside, useCalm, useDeletions, useReading } from "./readings";
import { Kept, Without } from "./readings-compared";
import { Replay } from "./replay";
import { Running } from "./running";
import { Header, Notes, openingFor, Typing } from "./side";
import type { Change, State } from "./state";
import { GATES, holdsOf, useAddress } from "./state";
import { HOW, Words } from "./words";

const NONE: never[] = [];

/** The model as it was saved, and the one beside it where both are wanted. */
function chosenModels(models: Model[], state: State): [Model, Model | null] {
  const place = clamp(state.model, 0, models.length - 1);
  return [models[place], state.both && models.length > 1 ? models[place ? 0 : 1] : null];
}

/** The place of the epoch that is shown: the model's own, unless another that it has was chosen. */
function chosenEpoch({ epochs, own }: Model, state: State): number {
  const place = epochs.findIndex(({ epoch }) => epoch === state.epoch);
  return place < 0 ? own ?? 0 : place;
}

function strongest(trace: Trace): number {
  let best = trace.words.length - 1;
  trace.words.forEach((word, place) => {
    if (Math.abs(word.contribution) > Math.abs(trace.words[best].contribution)) best = place;
  });
  return best;
}

/** The first words of a text, at most `most`, and how many there are besides. */
function useTokens(model: Model | null, text: string | null, most: number): [string[], number] {
  const all = useMemo(() => (model && text !== null ? model.tokenize(text) : []), [model, text]);
  const first = useMemo(() => (all.length > most ? all.slice(0, most) : all), [all, most]);
  return [first, all.length - first.length];
}

/** Every reading that is drawn: of the text, and of what stands beside it. */
function useReadings(models: Model[], state: State) {
  const [saved, other] = chosenModels(models, state);
  const epoch = chosenEpoch(saved, state);
  const model = saved.at(epoch);
  const isAlone = state.pinned === null && model === saved && !GATES.some((gate) => state.holds[gate].on);
  const most = isAlone ? MOST_READ : Math.min(MOST_READ, mostBeside(model));
  const [tokens, left] = useTokens(saved, state.text, most);
  const [keptTokens] = useTokens(saved, state.pinned, most);
  const [otherTokens] = useTokens(other, state.text, most);
  const now = useReading(model, tokens, NONE)!;
  const final = useReading(model === saved ? null : saved, tokens, NONE);
  // By the saved model, for the word to stay while epochs go by.
  const chosen = clamp(state.place ?? strongest((final ?? now).trace), -1, now.trace.words.length - 1);
  const holds = model.cell === "lstm" && chosen >= 0 ? holdsOf(state, chosen) : NONE;
  const held = useReading(holds.length ? model : null, tokens, holds);
  const kept = useReading(state.pinned === null ? null : model, keptTokens, NONE);
  const beside = useReading(other, otherTokens, NONE);
  return { model, saved, epoch, other, now, chosen, held, kept, beside, final, left };
}

/** All that the page shows, from what is typed and chosen. */
function useView(models: Model[]) {
  const opening = useMemo(() => openingFor(models[0]), [models]);
  const [state, change] = useAddress(opening);
  const readings = useReadings(models, state);
  const { model, saved, other, now, chosen, held, kept, beside, final } = readings;
  const trace = now.trace;
  const deletions = useDeletions(model, trace, chosen);
  const edits = useEdits(model, trace, deletions);
  const { remember, undo } = useUndo(state, change);
  const aligned = useMemo(
    () => align(trace.tokens, kept?.trace.tokens ?? trace.tokens), [trace, kept?.trace],
  );
  const edit = (changes: { place: number; word: string }[]) => {
    if (now.read < now.wanted) return; // the words shown are not yet those of the text
    const text = edited(state.text, saved.tokenize, changes);
    remember(text);
    const place = changes.length === 1 && changes[0].word ? changes[0].place : null;
    change({ text, pinned: state.pinned ?? state.text, isAuto: state.isAuto || state.pinned === null, place }, true);
  };
  const drawn: Beside[] = [];
  if (final) drawn.push({ name: `${saved.name}, as saved`, kind: "fifth", model: saved, trace: final.trace });
  if (other && beside) drawn.push({ name: other.name, kind: "fourth", model: other, trace: beside.trace });
  if (kept) drawn.push({ name: "pinned reading", kind: "second", isEarlier: true, model, trace: kept.trace, onDrop: () => change(UNPINNED, true) });
  if (held) drawn.push({ name: "gates held", kind: "third", model, trace: held.trace });
  return { ...readings, state, change, trace, deletions, edits, aligned, edit, undo, drawn };
}

type View = ReturnType<typeof useView>;

export function App({ models }: { models: Model[] }) {
  const view = useView(models);
  const { model, saved, other, state, change, trace, chosen } = view;
  const seen = useMemo(() => ({ model, trace, chosen }), [model, trace, chosen]);
  const calm = useCalm(seen);
  const depths = useMemo(() => <Depths {...calm} change={change} />, [calm]);
  return (
    <>
      <Header models={models} model={saved} state={state} onModel={(place, both) => change({ model: place, both, unit: null, epoch: null }, true)} />
      <div class="columns">
        <Side view={view} />
        <div class="sections">
          <Glance model={model} trace={trace} beside={view.drawn} />
          {saved.epochs.length > 1 && <Training view={view} />}
          {chosen >= 0 ? (
            <>
              <WordByWord view={view} />
              <WhatIf view={view} />
              <Inside view={view} />
              {depths}
            </>
          ) : <p class="empty">No word yet: type a review, or try an example.</p>}
        </div>
      </div>
      <About model={model} other={other} />
    </>
  );
}

function Side({ view }: { view: View }) {
  const { model, trace, state, change, now, left, drawn, deletions, edits, edit } = view;
  return (
    <div class="side">
      <Typing
        model={model} state={state} isKept={state.pinned === state.text}
        onType={(text) => change({ text, place: samePlace(state, trace, text), ...(isOther(model, state, text) ? UNPINNED : {}) })}
        onKeep={() => change({ pinned: state.text, isAuto: false }, true)}
        onExample={(text) => change({ text, place: null, ...UNPINNED }, true)}
      />
      <Notes model={model} trace={trace} read={now.read} wanted={now.wanted} left={left} />
      <Rating model={model} trace={trace} beside={drawn} isReading={now.read < now.wanted} />
      <Questions {...{ model, trace, state, change, deletions, edits }} isReading={now.read < now.wanted} onTry={edit} />
    </div>
  );
}

/** What training went through, where the model kept it. */
function Training({ view: { saved, epoch, trace, chosen, change } }: { view: View }) {
  const show = (place: number, step: boolean) =>
    change({ epoch: place === saved.own ? null : saved.epochs[place].epoch }, step);
  return (
    <Section id="replay" title="Replay">
      <Replay model={saved} place={epoch} tokens={trace.tokens} word={chosen < 0 ? null : trace.tokens[chosen]} onEpoch={show} />
    </Section>
  );
}

/** The words, the curve, and the chosen word with its gates. */
function WordByWord({ view }: { view: View }) {
  const { model, trace, state, change, chosen, kept, aligned, drawn, deletions, edit, undo } = view;
  const differs = kept && aligned.first !== null ? aligned.first - 1 : null;
  const choose = (place: number) => change({ place });
  const open = state.open && (model.cell === "rnn" ? "candidate" : state.open);
  const best = open ? trace.carrying[0]?.unit ?? null : null;
  const swap = () => change({ text: state.pinned!, pinned: state.text, isAuto: false, place: null }, true);
  return (
    <Section id="words" title="Words" says={HOW}>
      <Words trace={trace} span={spanOf(model)} chosen={chosen} differs={differs} onChoose={choose} />
      <Edit tokens={trace.tokens} chosen={chosen} onUndo={undo} onEdit={(word) => { edit([{ place: chosen, word }]); focusLater('#words [tabindex="0"]'); }} />
      {kept && <Kept trace={trace} kept={kept.trace} differs={differs} isAuto={state.isAuto} onBack={swap} />}
      <Running model={model} trace={trace} beside={drawn} aligned={aligned} chosen={chosen} onChoose={choose} />
      <Panel
        {...{ model, trace, chosen, open }} deletion={deletions.of.get(chosen)} isWaiting={deletions.left > 0}
        onOpen={(gate) => change({ open: gate, place: chosen }, true)}
      >
        {open && (
          <OpenedGate
            {...{ model, trace, chosen, open, best }} unit={clamp(state.unit ?? best ?? 0, 0, model.hiddenSize - 1)}
            onOpen={(gate) => { change({ open: gate }); focusLater(".opened input:checked"); }} onUnit={(unit) => change({ unit })}
          />
        )}
      </Panel>
    </Section>
  );
}

/** The review with a word less, and with another word. */
function WhatIf({ view }: { view: View }) {
  const { model, trace, deletions, edits, edit } = view;
  return (
    <>
      <Section id="without" title="Without a word" says="Each word is left out in turn, and the rest is read again: this is how the rating would change.">
        <Without trace={trace} deletions={deletions} span={spanOf(model)} />
      </Section>
      <Section id="changes" title="What would change it">
        <Changes trace={trace} {...edits} onTry={(one) => { edit([one]); focusLater("#changes-title"); }} />
      </Section>
    </>
  );
}

/** From here on the page is about the network. */
function Inside({ view }: { view: View }) {
  const { model, trace, state, change, chosen, held } = view;
  return (
    <>
      <div class="inside">
        <h2 id="inside-title">Inside the memory</h2>
        <p>For those who want to know how the network works: what it carries from word to word, and what its gates are for.</p>
      </div>
      <Section isInside id="holds" title="Hold a gate">
        <Holds {...{ model, state, change, trace, chosen }} moved={held && apart(trace.expected, held.trace.expected)} />
      </Section>
    </>
  );
}

/** What may lag behind a key: it is drawn when the page has a moment. */
function Depths({ model, trace, chosen, change }: { model: Model; trace: Trace; chosen: number; change: Change }) {
  if (!trace.words.length) return null;
  const memories = { model, trace, chosen, onChoose: (place: number) => change({ place }) };
  const openUnit = (unit: number, place: number) => {
    change({ unit, place, open: "forget" }, true);
    document.getElementById("panel")?.scrollIntoView({ block: "start", behavior: "smooth" });
  };
  return (
    <>
      <Section isInside id="routes" title="Through which memory"><Routes model={model} trace={trace} /></Section>
      <Section isInside id="units" title="Single units"><Units {...memories} onUnit={openUnit} /></Section>
      <Section isInside id="ledger" title="Memory ledger"><Ledger {...memories} /></Section>
      {model.learns && <Section isInside id="learning" title="Learning"><Learning model={model} trace={trace} /></Section>}
    </>
  );
}

/** The button that was pressed is gone when the words have changed: go on from here. */
function focusLater(selector: string): void {
  setTimeout(() => document.querySelector<HTMLElement>(selector)?.focus({ preventScroll: true }), 60);
}

const spanOf = (model: Model) => model.ratings[model.ratings.length - 1] - model.ratings[0] || 1;

/** The chosen word stays chosen while the words up to it stay as they are. */
function samePlace(state: State, trace: Trace, text: string): number | null {
  if (state.place === null) return null;
  const token = trace.tokens[state.place];
  return token !== undefined && text.startsWith(state.text.slice(0, state.text.toLowerCase().indexOf(token) + token.length)) ? state.place : null;
}

/** Whether a text has less than half in common with a reading that a change pinned: then that goes. */
function isOther(model: Model, state: State, text: string): boolean {
  if (state.pinned === null || !state.isAuto) return false;
  const words = new Set(model.tokenize(text).filter(says));
  const before = model.tokenize(state.pinned).filter(says);
  return before.filter((token) => words.has(token)).length < before.length / 2;
}

const UNPINNED = { pinned: null, isAuto: false };

function Section({ id, title, says, isInside = false, children }: {
  id: string; title: string; says?: string; isInside?: boolean; children: ComponentChildren;
}) {
  const Title = isInside ? "h3" : "h2";
  return (
    <section aria-labelledby={`${id}-title`}>
      <Title id={`${id}-title`} tabIndex={-1}>{title}</Title>
      {says && <p class="small">{says}</p>}
      {children}
    </section>
  );
}
