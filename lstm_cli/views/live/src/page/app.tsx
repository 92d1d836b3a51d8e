/** The page: what is typed stands at the side, what follows from it in sections. */

import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";

import type { Model, Trace } from "../engine/index";
import { align, edited } from "./align";
import { Bars } from "./bars";
import type { Edit } from "./changes";
import { Changes, useEdits } from "./changes";
import { clamp, quoted, signed } from "./format";
import { Holds } from "./holds";
import { Learning } from "./learning";
import { Ledger, Routes, Units } from "./memories";
import { OpenedGate } from "./opened";
import { Panel } from "./panel";
import { Questions } from "./questions";
import type { Beside } from "./rating";
import { Glance, Rating } from "./rating";
import type { Deletions } from "./readings";
import { MOST_READ, useCalm, useDeletions, useReading } from "./readings";
import { Running } from "./running";
import type { Change, State } from "./state";
import { holdsOf, useAddress } from "./state";
import { Words } from "./words";

const NONE: never[] = [];
const MOST_BARS = 10;

/** The model that is read, and the one beside it where both are wanted. */
function chosenModels(models: Model[], state: State): [Model, Model | null] {
  const place = clamp(state.model, 0, models.length - 1);
  return [models[place], state.both && models.length > 1 ? models[place ? 0 : 1] : null];
}

function strongest(trace: Trace): number {
  let best = trace.words.length - 1;
  trace.words.forEach((word, place) => {
    if (Math.abs(word.contribution) > Math.abs(trace.words[best].contribution)) best = place;
  });
  return best;
}

function useTokens(model: Model | null, text: string | null): string[] {
  return useMemo(() => (model && text !== null ? model.tokenize(text) : []), [model, text]);
}

/** Every reading that is drawn: of the text, and of what stands beside it. */
function useReadings(models: Model[], state: State) {
  const [model, other] = chosenModels(models, state);
  const all = useTokens(model, state.text);
  const tokens = useMemo(() => (all.length > MOST_READ ? all.slice(0, MOST_READ) : all), [all]);
  const keptAll = useTokens(model, state.pinned);
  const keptTokens = useMemo(() => keptAll.slice(0, MOST_READ), [keptAll]);
  const otherAll = useTokens(other, state.text);
  const otherTokens = useMemo(() => otherAll.slice(0, MOST_READ), [otherAll]);
  const now = useReading(model, tokens, NONE)!;
  const chosen = clamp(state.place ?? strongest(now.trace), -1, now.trace.words.length - 1);
  const holds = model.cell === "lstm" && chosen >= 0 ? holdsOf(state, chosen) : NONE;
  const held = useReading(holds.length ? model : null, tokens, holds);
  const kept = useReading(state.pinned === null ? null : model, keptTokens, NONE);
  const beside = useReading(other, otherTokens, NONE);
  return { model, other, now, chosen, held, kept, beside, left: all.length - tokens.length };
}

export function App({ models }: { models: Model[] }) {
  const [state, change] = useAddress();
  const { model, other, now, chosen, held, kept, beside, left } = useReadings(models, state);
  const trace = now.trace;
  const word = trace.words[chosen];
  const deletions = useDeletions(model, trace, chosen);
  const { edits, left: untried } = useEdits(model, trace, deletions);
  const aligned = useMemo(
    () => align(trace.tokens, kept?.trace.tokens ?? trace.tokens), [trace, kept?.trace],
  );
  const differs = kept && aligned.first !== null ? aligned.first - 1 : null;
  const choose = (place: number) => change({ place });
  const edit = (place: number, replacement: string) =>
    change({
      text: edited(state.text, trace.tokens, place, replacement),
      pinned: state.pinned ?? state.text,
      place: replacement ? place : null,
    }, true);
  const drawn: Beside[] = [];
  if (other && beside) drawn.push({ name: other.name, kind: "fourth", model: other, trace: beside.trace });
  if (kept) drawn.push({ name: "kept reading", kind: "second", model, trace: kept.trace, onDrop: () => change({ pinned: null }, true) });
  if (held) drawn.push({ name: "gates held", kind: "third", model, trace: held.trace });
  const best = trace.carrying[0]?.unit ?? 0;
  const open = state.open && (model.cell === "rnn" ? "candidate" : state.open);
  const seen = useMemo(() => ({ model, trace, chosen }), [model, trace, chosen]);
  const calm = useCalm(seen);
  const depths = useMemo(() => <Depths {...calm} change={change} />, [calm]);
  return (
    <>
      <Header models={models} model={model} state={state} onModel={(place, both) => change({ model: place, both, unit: null }, true)} />
      <div class="columns">
        <div class="side">
          <Typing
            state={state} isKept={state.pinned === state.text}
            onType={(text) => change({ text, place: samePlace(state, trace, text) })}
            onKeep={() => change({ pinned: state.text }, true)}
          />
          <Notes model={model} trace={trace} read={now.read} wanted={now.wanted} left={left} />
          <Rating model={model} trace={trace} beside={drawn} isReading={now.read < now.wanted} />
          <Questions {...{ model, trace, state, change, deletions, edits }} />
        </div>
        <div class="sections">
          <Glance model={model} trace={trace} beside={drawn} />
          {word ? (
            <>
              <Section id="words" title="Words" says="Green words raised the rating when they were read, red words lowered it. Hover over a word, or click it to stay with it; the arrow keys step.">
                <Words trace={trace} span={spanOf(model)} chosen={chosen} differs={differs} onChoose={choose} />
                {kept && <Kept trace={trace} kept={kept.trace} differs={differs} onBack={() => change({ text: state.pinned!, pinned: state.text, place: null }, true)} />}
                <Running model={model} trace={trace} beside={drawn} aligned={aligned} chosen={chosen} onChoose={choose} />
                <Panel
                  {...{ model, trace, chosen, open }} deletion={deletions.of.get(chosen)} isWaiting={deletions.left > 0}
                  onOpen={(gate) => change({ open: gate, place: chosen }, true)} onEdit={(replacement) => edit(chosen, replacement)}
                >
                  {open && (
                    <OpenedGate
                      {...{ model, trace, chosen, open, best }} unit={clamp(state.unit ?? best, 0, model.hiddenSize - 1)}
                      onOpen={(gate) => change({ open: gate })} onUnit={(unit) => change({ unit })}
                    />
                  )}
                </Panel>
              </Section>
              <Section id="without" title="Without a word" says="Each word is left out in turn, and the rest is read again: this is how the rating would change.">
                <Without trace={trace} deletions={deletions} span={spanOf(model)} />
              </Section>
              <Section id="changes" title="What would change it">
                <Changes trace={trace} edits={edits} left={untried} onTry={(one: Edit) => edit(one.place, one.word)} />
              </Section>
              <Section id="holds" title="Hold a gate">
                <Holds {...{ model, state, change, chosen }} word={word.token} moved={held && held.trace.expected - trace.expected} />
              </Section>
              {depths}
            </>
          ) : <p class="empty">No word yet: the rating is what the model says of an empty review. Type something.</p>}
        </div>
      </div>
      <About model={model} other={other} />
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
      <Section id="routes" title="Through which memory"><Routes model={model} trace={trace} /></Section>
      <Section id="units" title="Single units"><Units {...memories} onUnit={openUnit} /></Section>
      <Section id="ledger" title="Memory ledger"><Ledger {...memories} /></Section>
      <Section id="learning" title="Learning">
        {model.learns ? <Learning model={model} trace={trace} /> : <p>This model is too large to learn in a page. A small one shows each step: lstm learn, or lstm live with a model of up to about 100 units.</p>}
      </Section>
    </>
  );
}

const spanOf = (model: Model) => model.ratings[model.ratings.length - 1] - model.ratings[0] || 1;

/** The chosen word stays chosen while the words up to it stay as they are. */
function samePlace(state: State, trace: Trace, text: string): number | null {
  if (state.place === null) return null;
  const token = trace.tokens[state.place];
  return token !== undefined && text.startsWith(state.text.slice(0, state.text.toLowerCase().indexOf(token) + token.length)) ? state.place : null;
}

function Section({ id, title, says, children }: { id: string; title: string; says?: string; children: ComponentChildren }) {
  return (
    <section aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`} tabIndex={-1}>{title}</h2>
      {says && <p class="small">{says}</p>}
      {children}
    </section>
  );
}

function Header({ models, model, state, onModel }: {
  models: Model[]; model: Model; state: State; onModel: (place: number, both: boolean) => void;
}) {
  return (
    <header>
      <h1>{model.cell === "lstm" ? "An LSTM" : "A plain RNN"} reads along</h1>
      <p class="lead">Type a review. At every key the model reads it again, word by word.</p>
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

function Typing({ state, isKept, onType, onKeep }: {
  state: State; isKept: boolean; onType: (text: string) => void; onKeep: () => void;
}) {
  return (
    <div class="typing">
      <label for="text">Your review</label>
      <textarea id="text" rows={3} value={state.text} spellcheck={false} onInput={(event) => onType(event.currentTarget.value)} />
      <button type="button" class="act" id="keep" disabled={isKept} onClick={onKeep}>keep this reading</button>{" "}
      <span class="small">{isKept ? "Kept. Now change the text: both readings are shown." : "to compare it with what you type next"}</span>
    </div>
  );
}

/** What to know of a text before its rating is believed. */
function Notes({ model, trace, read, wanted, left }: { model: Model; trace: Trace; read: number; wanted: number; left: number }) {
  const warnings = useMemo(() => model.warnings(trace.tokens), [model, trace]);
  const said = [...warnings];
  if (left > 0) said.push(`The first ${MOST_READ.toLocaleString("en")} words are read; ${left.toLocaleString("en")} are left out.`);
  return (
    <>
      {read < wanted && <p class="small" role="status">Reading: {read.toLocaleString("en")} of {wanted.toLocaleString("en")} words …</p>}
      {said.map((warning) => <p class="warning" key={warning}>{warning}</p>)}
    </>
  );
}

/** The reading that was kept, in words, and where it parts from the one that is typed. */
function Kept({ trace, kept, differs, onBack }: { trace: Trace; kept: Trace; differs: number | null; onBack: () => void }) {
  const moved = trace.expected - kept.expected;
  const shown = kept.tokens.slice(0, 60);
  return (
    <div class="kept" id="kept">
      <p>
        <b>Kept reading:</b>{" "}
        {shown.map((token, place) => (place === differs ? <><mark key={place}>{token}</mark> </> : `${token} `))}
        {kept.tokens.length > shown.length && "… "}
        <button type="button" class="plain" onClick={onBack}>swap the two</button>
      </p>
      <p>
        {differs === null ? "Both readings have the same words." : (
          <>
            They first differ at word {differs + 1}: {kept.tokens[differs] ? quoted(kept.tokens[differs]) : "nothing"} in the kept one, {trace.tokens[differs] ? quoted(trace.tokens[differs]) : "nothing"} now. The expected rating went from {kept.expected.toFixed(2)} to {trace.expected.toFixed(2)} (<b>{signed(moved)}</b>).
          </>
        )}
      </p>
    </div>
  );
}

function Without({ trace, deletions, span }: { trace: Trace; deletions: Deletions; span: number }) {
  const found = [...deletions.of.values()].sort((one, other) => Math.abs(other.effect) - Math.abs(one.effect)).slice(0, MOST_BARS);
  if (!found.length) return <p class="small">{deletions.left > 0 ? "Trying …" : "The text is too long to try each word: choose one near its end."}</p>;
  const most = Math.max(span / 40, ...found.map((one) => Math.abs(one.effect)));
  return (
    <Bars
      name="without a word" label="Change of the expected rating without each word" isSigned most={most}
      bars={found.map(({ place, effect }) => ({
        label: `without ${trace.tokens[place]}`,
        values: [{ value: -effect, kind: effect > 0 ? "down" : "up", shown: signed(-effect) }],
      }))}
    />
  );
}

function About({ model, other }: { model: Model; other: Model | null }) {
  const described = (one: Model) =>
    `${one.name}: ${one.cell === "lstm" ? "an LSTM" : "a plain RNN"} of ${one.hiddenSize} units that reads words as ${one.embeddingSize} numbers. ${one.about}`;
  const [isPrinting, print] = useState(false);
  useEffect(() => {
    const open = () => print(true);
    addEventListener("beforeprint", open);
    return () => removeEventListener("beforeprint", open);
  }, []);
  return (
    <footer class="small">
      <p>{described(model)} {other && described(other)}</p>
      <p>The model is in this file and nothing you type leaves it. Kept, learned, used and left are means over the hidden units, in which a unit counts by how much it adds to this rating; every number is computed, none estimated. The address of this page holds what you typed: copy it to show it to others who have the file.</p>
      {isPrinting && <p>Printed from {document.title}.</p>}
    </footer>
  );
}
