/** Routes, single units and the ledger: where in the memories a rating comes from. */

import { useEffect, useMemo, useState } from "preact/hooks";

import type { Model, Route, Trace } from "../engine/index";
import { together } from "./adding-up";
import { Bars } from "./bars";
import { joined, named, percent, Press, signed } from "./format";
import { around, Heat } from "./heat";
import { endsOf, ROUTES } from "./panel";
import { whenIdle } from "./readings";

const MOST_COLUMNS = 60;
const LONG = 150; // words

interface Props {
  model: Model;
  trace: Trace;
  chosen: number;
  onChoose: (place: number) => void;
}

const SHORT: Record<Route, string> = { last: "last memory", mean: "mean", maximum: "highest" };
const margin = (parts: number[]) => parts[parts.length - 1] - parts[0];

export function Routes({ model, trace }: { model: Model; trace: Trace }) {
  const [lowest, highest] = endsOf(model);
  const bars = (Object.entries(trace.routes) as [Route, number[]][]).map(([route, parts]) => ({
    label: SHORT[route], value: margin(parts),
  }));
  bars.push({ label: "before any word", value: margin(trace.bias) });
  const whole = margin(trace.logits);
  const shown = [...together(bars.map((bar) => bar.value), whole), whole];
  bars.push({ label: "together", value: whole });
  return (
    <>
      <p class="small">
        The rating is read off {joined(model.pooling.map((route) => ROUTES[route as Route]))}. Each favours {highest} (to the right) or {lowest} (to the left), in logits (log odds of {highest} to {lowest}); they add up to what stands below them.
      </p>
      <Bars
        name="through which memory" label={`What favours ${highest} and what ${lowest}`} isSigned
        most={Math.max(...bars.map((bar) => Math.abs(bar.value)))}
        bars={bars.map(({ label, value }, k) => ({ label, values: [{ value, kind: value < 0 ? "down" : "up", shown: signed(shown[k]) }] }))}
      />
      {betweenTheEnds(model, trace, whole)}
    </>
  );
}

/** That the odds of the two ends lean the other way than the rating. */
function betweenTheEnds(model: Model, trace: Trace, whole: number) {
  const shares = trace.probabilities;
  const leaning = shares.reduce((sum, share, place) => sum + (2 * place - shares.length + 1) * share, 0);
  if (leaning * whole >= 0) return null;
  const [lowest, highest] = endsOf(model);
  return (
    <p class="small">
      This weighs {highest} against {lowest} alone, which have {percent(shares[shares.length - 1])} and {percent(shares[0])}; with the ratings between them, the review leans the other way.
    </p>
  );
}

export function Units({ model, trace, chosen, onChoose, onUnit }: Props & { onUnit: (unit: number, place: number) => void }) {
  const units = trace.carrying;
  if (model.cell === "rnn" || !units.length) return <p>A plain RNN has no gates to show.</p>;
  const [start, end] = around(Math.min(chosen, trace.tokens.length - 1), trace.tokens.length, MOST_COLUMNS);
  const columns = trace.tokens.slice(start, end);
  const panels = [
    ["kept (f)", "full colour keeps, pale forgets", (unit: (typeof units)[number]) => unit.forget, false],
    ["learned (i)", "full colour learns the word, pale ignores it", (unit: (typeof units)[number]) => unit.learn, false],
    ["used (V)", "full colour uses all of the memory, pale nothing", (unit: (typeof units)[number]) => unit.use, false],
    ["long-term memory (LTM)", "green favours a high rating, red a low one", (unit: (typeof units)[number]) => unit.longTerm, true],
  ] as const;
  return (
    <>
      <p class="small">
        The units with most say in this rating have a row each, words a column each. {Press} a cell to open that unit at that word.
        {units[0] && ` Unit ${units[0].unit + 1} has ${percent(units[0].share)} of the say of all ${model.hiddenSize}.`}
      </p>
      <Part start={start} end={end} of={trace.tokens.length} />
      <div class={columns.length > 18 ? "panels one" : "panels"}>
        {panels.map(([title, reading, values, isSigned]) => (
          <div key={title}>
            <h4>{title} <span class="small">{reading}</span></h4>
            <Heat
              name={`units ${title}`} label={`${title} of each unit at each word: ${reading}`} columns={columns}
              isSigned={isSigned} chosen={chosen - start}
              rows={units.map((unit) => ({ name: String(unit.unit + 1), values: [...values(unit).slice(start, end)] }))}
              onPick={(column, row) => (row < units.length ? onUnit(units[row].unit, start + column) : onChoose(start + column))}
            />
          </div>
        ))}
      </div>
    </>
  );
}

/** Whether the rows are worked out: those of a long text one by one, when the page is idle. */
function useRows(trace: Trace, start: number, end: number): boolean {
  const name = useMemo(() => ({}), [trace, start, end]);
  const [ready, set] = useState<object | null>(null);
  const isLong = trace.tokens.length > LONG;
  useEffect(() => {
    if (!isLong) return;
    const tasks = Array.from({ length: end - start }, (_, k) => () => void trace.remembered[start + k]);
    return whenIdle(tasks, (left) => left === 0 && set(name));
  }, [name]);
  return !isLong || ready === name;
}

export function Ledger({ model, trace, chosen, onChoose }: Props) {
  const [start, end] = around(Math.min(chosen, trace.tokens.length - 1), trace.tokens.length, MOST_COLUMNS);
  const isReady = useRows(trace, start, model.cell === "rnn" ? start : end);
  if (model.cell === "rnn") return <p>What a plain RNN wrote cannot be told apart by word: no gate keeps it.</p>;
  if (!isReady) return <p class="small">The ledger of this long text is being worked out …</p>;
  const columns = trace.tokens.slice(start, end);
  const rows = columns.map((name, k) => {
    const shares = trace.remembered[start + k] ?? [];
    return { name, values: columns.map((_, column) => (column < k ? null : shares[column - k] ?? 0)) };
  });
  const at = chosen - start;
  return (
    <>
      <p class="small">Each row is a word: the stronger a cell's colour, the more of what the row's word wrote into the long-term memory (LTM) is left after the column's word. {Press} a cell to choose its row's word.</p>
      <Part start={start} end={end} of={trace.tokens.length} />
      <Heat
        name="memory ledger" label="How much of what each word wrote was left after each later word" rows={rows}
        columns={columns} chosen={null} chosenRow={at} tallest={24} onPick={(_, row) => onChoose(start + row)}
      />
      {rows[at] && <p id="ledger-said">{saidLedger(trace, chosen, at, rows[at].values)}</p>}
    </>
  );
}

/** How much of a word is left, and after which word less than half was. */
function saidLedger(trace: Trace, chosen: number, at: number, values: (number | null)[]): string {
  const token = named(trace.tokens, chosen);
  if (chosen === trace.tokens.length - 1) return `${token} was read last: all that it wrote is there.`;
  const gone = values.findIndex((share, column) => column > at && share !== null && share < 0.5);
  const left = `${token}: ${percent(trace.words[chosen].retained)} of what it wrote is left at the end`;
  return gone < 0 ? `${left}.` : `${left}; less than half after ${named(trace.tokens, chosen - at + gone)}.`;
}

/** That not all words are drawn. */
function Part({ start, end, of }: { start: number; end: number; of: number }) {
  if (end - start === of) return null;
  return <p class="small">Words {start + 1} to {end} of {of.toLocaleString("en")} are drawn, around the chosen one.</p>;
}
