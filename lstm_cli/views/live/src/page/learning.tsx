/** Learn one review: the error, its way back to every word, and what the model says then. */

import { useLayoutEffect, useMemo, useState } from "preact/hooks";
import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";

import type { LearningTrace, Model, Trace } from "../engine/index";
import { percents } from "./adding-up";
import { Bars } from "./bars";
import { Figure } from "./figure";
import { clamp, signed, visible } from "./format";

const MOST_STEPS = 50;
const MOST_WORDS = 40;
const NO_STEPS = { taken: 0, shown: 0 }; // taken so far, and the one that is looked at
const RATES = [0.01, 0.03, 0.1, 0.3, 1];

export function Learning({ model, trace }: { model: Model; trace: Trace }) {
  const [truth, setTruth] = useState(model.labels.length - 1);
  const [rate, setRate] = useState(0.1);
  const [{ taken, shown }, setSteps] = useState(NO_STEPS);
  const tokens = trace.tokens.slice(0, MOST_WORDS);
  const text = tokens.join(" ");
  // Before the next click, which may come before the browser has painted.
  useLayoutEffect(() => setSteps(NO_STEPS), [text, truth, rate, model]);
  const learned = useMemo(
    () => (tokens.length ? model.learn(tokens, truth, rate, Math.max(1, taken)) : null),
    [text, truth, rate, taken, model],
  );
  if (!learned) return <p>Type a word that can be learned from.</p>;
  const now = clamp(shown, 0, learned.history.length - 1);
  const step = learned.history[now];
  const first = learned.history[0];
  const [before, after] = [first, step].map((one) => percents(one.probabilities));
  const show = (to: (shown: number) => number) =>
    setSteps((steps) => {
      const shown = clamp(to(steps.shown), 0, MOST_STEPS);
      return { shown, taken: Math.max(steps.taken, shown) };
    });
  return (
    <>
      <p class="small">
        Say what the true rating is, and let the model learn from this one review. The model in this file stays as it is.
        {trace.tokens.length > MOST_WORDS && ` The first ${MOST_WORDS} words are learned from.`}
      </p>
      <div class="controls">
        <label>true rating{" "}
          <select value={truth} onChange={(event) => setTruth(Number(event.currentTarget.value))} id="truth">
            {model.labels.map((label, k) => <option key={k} value={k}>{visible(label, 30)}</option>)}
          </select>
        </label>
        <label>learning rate{" "}
          <select value={rate} onChange={(event) => setRate(Number(event.currentTarget.value))}>
            {RATES.map((each) => <option key={each} value={each}>{each}</option>)}
          </select>
        </label>
        <button type="button" class="act" disabled={now === 0} onClick={() => show((shown) => shown - 1)}>Back</button>
        <button type="button" class="act strong" id="step" disabled={now >= MOST_STEPS} onClick={() => show((shown) => shown + 1)}>Step</button>
        <label class="steps">step {now} of {taken}{" "}
          <input type="range" min={0} max={Math.max(1, taken)} value={now} disabled={taken === 0} onInput={(event) => { const to = event.currentTarget.valueAsNumber; show(() => Math.min(taken, to)); }} />
        </label>
      </div>
      <p id="learned">
        {now === 0 ? "Before the first step" : `After ${now} step${now > 1 ? "s" : ""}`}:{" "}
        P({visible(model.labels[truth], 14)}) = <b>{after[truth]}</b>, expected rating{" "}
        <b>{step.expected.toFixed(2)}</b>, loss = -ln P = <b>{step.loss.toFixed(4)}</b>.
        {!(step.loss <= first.loss) && " The loss rose: the steps go too far. Try a smaller rate."}
      </p>
      <div class="halves">
        <div>
          <h4>What it says</h4>
          <Bars
            name="learning probabilities" label="Probability of each rating before and after" most={1}
            entries={[{ name: "before", kind: "second" }, { name: now ? `after step ${now}` : "now", kind: "" }]}
            bars={model.labels.map((label, k) => ({
              label,
              values: [
                { value: first.probabilities[k], kind: "second", shown: before[k] },
                { value: step.probabilities[k], kind: "", shown: after[k] },
              ],
            })).reverse()}
          />
        </div>
        <Errors model={model} learned={learned} />
      </div>
      <Gradients tokens={tokens} learned={learned} />
      {taken > 0 && <Losses losses={learned.history.slice(0, taken + 1).map((one) => one.loss)} now={now} />}
    </>
  );
}

function Errors({ model, learned }: { model: Model; learned: LearningTrace }) {
  return (
    <div>
      <h4>Error of each rating <span class="small">before the first step</span></h4>
      <Bars
        name="error of each rating" label="Error of each rating" isSigned most={1}
        bars={model.labels.map((label, k) => ({
          label, values: [{ value: learned.errors[k], kind: learned.errors[k] > 0 ? "down" : "up", shown: signed(learned.errors[k]) }],
        })).reverse()}
      />
      <p class="small">The probability; for the true rating, less one. Below zero (green) the rating has to become likelier, above zero (red) less likely.</p>
    </div>
  );
}

/** How much of the error reached each word, on its way from the last to the first. */
function Gradients({ tokens, learned }: { tokens: string[]; learned: LearningTrace }) {
  const hasLong = learned.words[0]?.longTerm !== null;
  const most = Math.max(1e-12, ...learned.words.flatMap((word) => [word.shortTerm, word.longTerm ?? 0]));
  const shown = (value: number) => (value >= 0.001 ? value.toFixed(3) : value.toExponential(0));
  return (
    <>
      <h4>The error on its way back</h4>
      <p class="small">The error starts at the last word and flows back to the first: a bar is the length of the gradient there.</p>
      <Bars
        name="error on its way back" label="Length of the gradient at each word, last word first" most={most}
        entries={hasLong ? [{ name: "reaches the short-term memory", kind: "" }, { name: "the long-term memory", kind: "second" }] : []}
        bars={tokens.map((label, k) => ({
          label,
          values: [
            { value: learned.words[k].shortTerm, kind: "", shown: shown(learned.words[k].shortTerm) },
            ...(hasLong ? [{ value: learned.words[k].longTerm ?? 0, kind: "second", shown: shown(learned.words[k].longTerm ?? 0) }] : []),
          ],
        })).reverse()}
      />
    </>
  );
}

function Losses({ losses, now }: { losses: number[]; now: number }) {
  const most = Math.max(...losses.filter(Number.isFinite), 1e-9);
  const height = 120;
  return (
    <>
      <h4>Loss after each step</h4>
      <Figure name="loss after each step" label={`The loss goes from ${losses[0].toFixed(3)} to ${losses.at(-1)!.toFixed(3)}`} height={height + 20}>
        {(width) => {
          const x = scaleLinear([0, Math.max(1, losses.length - 1)], [40, width - 14]);
          const y = scaleLinear([0, most], [height, 10]).clamp(true);
          const path = line<number>().x((_, k) => x(k)).y((loss) => y(loss))(losses.map((loss) => (Number.isFinite(loss) ? loss : most)));
          return (
            <>
              {[0, most].map((value) => (
                <g key={value}>
                  <line class="grid" x1={40} x2={width - 14} y1={y(value)} y2={y(value)} />
                  <text class="tick" x={34} y={y(value) + 4} text-anchor="end">{value.toFixed(2)}</text>
                </g>
              ))}
              <path class="line" d={path ?? ""} />
              <circle class="dot" cx={x(now)} cy={y(losses[now])} r={4} />
              <text class="tick" x={40} y={height + 16}>step 0</text>
              <text class="tick" x={width - 14} y={height + 16} text-anchor="end">{losses.length - 1}</text>
            </>
          );
        }}
      </Figure>
    </>
  );
}
