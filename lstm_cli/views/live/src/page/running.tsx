/** The curve of every reading that is drawn, in one chart. */

import type { Model, Trace } from "../engine/index";
import type { Aligned } from "./align";
import type { Series } from "./curve";
import { Curve } from "./curve";
import { visible } from "./format";
import type { Beside } from "./rating";

interface Props {
  model: Model;
  trace: Trace;
  beside: Beside[];
  aligned: Aligned;
  chosen: number;
  onChoose: (place: number) => void;
}

export function Running({ model, trace, beside, aligned, chosen, onChoose }: Props) {
  const kept = beside.find((one) => one.kind === "second");
  const slotsOf = (one: Beside) => {
    if (one === kept) return aligned.kept;
    const isSame = one.trace.tokens.length === trace.tokens.length;
    return isSame ? aligned.now : one.trace.tokens.map((_, place) => place + 1);
  };
  const series: Series[] = [
    ...beside.map((one) => line(one.name, one.kind, one.trace, slotsOf(one))),
    line(beside.length ? `${model.name}, as typed` : "rating", "", trace, aligned.now),
  ];
  const slots = Math.max(aligned.slots, ...series.map((one) => one.slots.length));
  const words = trace.tokens.map((text, place) => ({
    slot: aligned.now[place], text, kind: place === chosen ? "strong" : "", row: 0,
    weight: place === chosen ? Infinity : Math.abs(trace.words[place].contribution),
  }));
  const known = new Map(words.map((word) => [word.slot, word.text]));
  kept?.trace.tokens.forEach((text, place) => {
    const slot = aligned.kept[place];
    if (known.get(slot) !== text) words.push({ slot, text, kind: "second", row: 1, weight: Math.abs(kept.trace.words[place].contribution) });
  });
  const pick = (slot: number) => {
    const place = aligned.now.findIndex((one) => one >= slot);
    onChoose(place < 0 ? trace.tokens.length - 1 : place);
  };
  return (
    <>
      <p class="small">
        The curve is the expected rating after each word, as if the review ended there.
      </p>
      <Curve
        series={series} slots={slots} words={words} ticks={ticksOf(model, beside)}
        chosen={chosen < 0 ? null : aligned.now[chosen]} differs={kept ? aligned.first : null} onPick={pick}
      />
    </>
  );
}

const line = (name: string, kind: string, trace: Trace, slots: number[]): Series => ({
  name, kind, slots, start: trace.startExpected, values: trace.words.map((word) => word.expected),
});

/** Every rating where they are few, else the ends and the middle. */
function ticksOf(model: Model, beside: Beside[]): { value: number; text: string }[] {
  const all = beside.flatMap((one) => one.model.ratings).concat(model.ratings);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const isOwn = low === model.ratings[0] && high === model.ratings[model.ratings.length - 1];
  if (isOwn && model.ratings.length <= 6) {
    return model.ratings.map((value, k) => ({ value, text: visible(model.labels[k], 12) }));
  }
  return [low, (low + high) / 2, high].map((value) => ({ value, text: String(value) }));
}
