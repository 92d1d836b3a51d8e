/** The rating, how sure the model is, and the readings that stand beside it. */

import { useEffect, useState } from "preact/hooks";

import type { Model, Trace } from "../engine/index";
import { apart, percents } from "./adding-up";
import { Bars } from "./bars";
import { signed, visible } from "./format";
import { doubtOf } from "./side";

/** A reading beside the one that is typed. */
export interface Beside {
  name: string;
  kind: string; // as its line in the curve
  isEarlier?: boolean; // what is typed came after it, else it came after what is typed
  model: Model;
  trace: Trace;
  onDrop?: () => void;
}

const REST = 900; // ms without a key before the rating is read out

export function Rating({ model, trace, beside, isReading }: {
  model: Model; trace: Trace; beside: Beside[]; isReading: boolean;
}) {
  const shares = percents(trace.probabilities);
  const sure = shares[trace.rating];
  const doubt = doubtOf(trace);
  if (doubt === "whole") return <Unrated isEmpty={!trace.words.length} />;
  const sameScale = beside.filter((one) => one.model.labels.join() === model.labels.join())
    .map((one) => ({ ...one, shares: percents(one.trace.probabilities) }));
  return (
    <section class="rating" aria-labelledby="rating-title">
      <h2 id="rating-title" class="hidden">Rating</h2>
      <p class={`big${isReading ? " waits" : ""}${doubt ? " doubted" : ""}`} id="rating">
        <b>{visible(model.labels[trace.rating], 20)}</b>{" "}
        <span class="small">expected <span class="count">{trace.expected.toFixed(2)}</span>, {sure} sure</span>
      </p>
      {beside.map((one) => (
        <p class="beside" key={one.name}>
          <span class={`swatch ${one.kind}`} /> {one.name}: <b>{visible(one.model.labels[one.trace.rating], 20)}</b>{" "}
          <span class="small">{moved(one, trace)}</span>{" "}
          {one.onDrop && <button type="button" class="plain" onClick={one.onDrop}>drop</button>}
        </p>
      ))}
      <Bars
        name="probability of each rating" label="Probability of each rating" most={1}
        entries={sameScale.length ? [{ name: "as typed", kind: "" }, ...sameScale] : []}
        bars={model.labels.map((label, k) => ({
          label,
          values: [
            { value: trace.probabilities[k], kind: "", shown: shares[k] },
            ...sameScale.map((one) => ({
              value: one.trace.probabilities[k], kind: one.kind, shown: one.shares[k],
            })),
          ],
        })).reverse()}
      />
      <p class="small">The large number is the likeliest rating; the expected one is the mean of all, by their probabilities.</p>
      <Spoken text={`Rating ${model.labels[trace.rating]}, expected ${trace.expected.toFixed(2)}, ${sure} sure`} />
    </section>
  );
}

/** No rating where there is nothing to rate. */
function Unrated({ isEmpty }: { isEmpty: boolean }) {
  const said = isEmpty ? "No rating: there is no word to read yet." : "No rating: the model knows no word of this text.";
  return (
    <section class="rating" aria-labelledby="rating-title">
      <h2 id="rating-title" class="hidden">Rating</h2>
      <p class="big doubted" id="rating"><b aria-hidden="true">-</b> <span class="small">{said}</span></p>
      <Spoken text={said} />
    </section>
  );
}

/** From the earlier reading to the later one, so that a change has the same sign everywhere. */
function moved({ kind, isEarlier, trace: other }: Beside, now: Trace): string {
  if (kind === "fourth") return `expected ${other.expected.toFixed(2)}`;
  const [from, to] = isEarlier ? [other.expected, now.expected] : [now.expected, other.expected];
  return `expected ${from.toFixed(2)} → ${to.toFixed(2)} (${signed(apart(from, to))})`;
}

/** On a phone the rating scrolls away; this line stays. */
export function Glance({ model, trace, beside }: { model: Model; trace: Trace; beside: Beside[] }) {
  const isRated = doubtOf(trace) !== "whole";
  return (
    <p class="glance" aria-hidden="true">
      rating <b>{isRated ? visible(model.labels[trace.rating], 14) : "-"}</b> {isRated && <span class="small">({trace.expected.toFixed(2)})</span>}
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
