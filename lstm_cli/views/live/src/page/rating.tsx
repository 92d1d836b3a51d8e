/** The rating, how sure the model is, and the readings that stand beside it. */

import { useEffect, useState } from "preact/hooks";

import type { Model, Trace } from "../engine/index";
import { Bars } from "./bars";
import { percent, signed, visible } from "./format";

/** A reading beside the one that is typed. */
export interface Beside {
  name: string;
  kind: string; // as its line in the curve
  model: Model;
  trace: Trace;
  onDrop?: () => void;
}

const REST = 900; // ms without a key before the rating is read out

export function Rating({ model, trace, beside, isReading }: {
  model: Model; trace: Trace; beside: Beside[]; isReading: boolean;
}) {
  const sure = trace.probabilities[trace.rating];
  const sameScale = beside.filter((one) => one.model.labels.join() === model.labels.join());
  return (
    <section class="rating" aria-labelledby="rating-title">
      <h2 id="rating-title" class="hidden">Rating</h2>
      <p class={isReading ? "big waits" : "big"} id="rating">
        <b>{visible(model.labels[trace.rating], 20)}</b>{" "}
        <span class="small">expected <span class="count">{trace.expected.toFixed(2)}</span>, {percent(sure)} sure</span>
      </p>
      {beside.map((one) => (
        <p class="beside" key={one.name}>
          <span class={`swatch ${one.kind}`} /> {one.name}: <b>{visible(one.model.labels[one.trace.rating], 20)}</b>{" "}
          <span class="small">expected {one.trace.expected.toFixed(2)} ({signed(one.trace.expected - trace.expected)})</span>{" "}
          {one.onDrop && <button type="button" class="plain" onClick={one.onDrop}>drop</button>}
        </p>
      ))}
      <Bars
        name="probability of each rating" label="Probability of each rating" most={1}
        entries={sameScale.length ? [{ name: "as typed", kind: "" }, ...sameScale] : []}
        bars={model.labels.map((label, k) => ({
          label,
          values: [
            { value: trace.probabilities[k], kind: "", shown: percent(trace.probabilities[k]) },
            ...sameScale.map((one) => ({
              value: one.trace.probabilities[k], kind: one.kind, shown: percent(one.trace.probabilities[k]),
            })),
          ],
        })).reverse()}
      />
      <p class="small">The large number is the likeliest rating; the expected one is the mean of all, by their probabilities.</p>
      <Spoken text={`Rating ${model.labels[trace.rating]}, expected ${trace.expected.toFixed(2)}, ${percent(sure)} sure`} />
    </section>
  );
}

/** On a phone the rating scrolls away; this line stays. */
export function Glance({ model, trace, beside }: { model: Model; trace: Trace; beside: Beside[] }) {
  return (
    <p class="glance" aria-hidden="true">
      rating <b>{visible(model.labels[trace.rating], 14)}</b> <span class="small">({trace.expected.toFixed(2)})</span>
      {beside.map((one) => <span key={one.name}> <span class={`swatch ${one.kind}`} />{one.trace.expected.toFixed(2)}</span>)}
    </p>
  );
}

/** What a screen reader says, once the user rests. */
function Spoken({ text }: { text: string }) {
  const [said, say] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => say(text), REST);
    return () => clearTimeout(timer);
  }, [text]);
  return <p class="hidden" role="status" aria-live="polite">{said}</p>;
}
