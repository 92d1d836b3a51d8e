/** What happened at one word. */

import type { ComponentChildren } from "preact";

import type { Deletion, Model, Route, Trace } from "../engine/index";
import { apart } from "./adding-up";
import { percent, signed, visible } from "./format";
import type { Opened } from "./state";
import { strangeness } from "./words";

export const ROUTES: Record<Route, string> = {
  last: "the last short-term memory",
  mean: "the mean of the short-term memories",
  maximum: "the highest value of each unit",
};

interface Props {
  model: Model;
  trace: Trace;
  chosen: number;
  deletion: Deletion | undefined;
  isWaiting: boolean; // whether the deletion is still to be tried
  open: Opened | null;
  onOpen: (gate: Opened | null) => void;
  children?: ComponentChildren; // the opened gate, shown under its row
}

export function Panel(props: Props) {
  const { model, trace, chosen, deletion, isWaiting, open, onOpen } = props;
  const word = trace.words[chosen];
  const span = model.ratings[model.ratings.length - 1] - model.ratings[0] || 1;
  const place = `word ${chosen + 1} of ${trace.words.length}${word.known ? "" : `, ${strangeness(word)}`}`;
  const ends = endsOf(model);
  const routes = Object.entries(word.routes ?? {}) as [Route, number][];
  const widest = Math.max(1e-9, ...Object.values(trace.routes).map((parts) => Math.abs(parts[parts.length - 1] - parts[0])));
  const opens = (name: Opened, label: string) => (
    <button type="button" class="opens" aria-expanded={open === name} onClick={() => onOpen(open === name ? null : name)}>{label}</button>
  );
  // The proposal N is the other half of what is learned: it has no row of its own.
  const below = (name: Opened) => (open === name || (name === "learn" && open === "candidate")) && (
    <tr key={`${name}, opened`}><td colSpan={3}>{props.children}</td></tr>
  );
  const gate = (name: Opened, label: string, hint: string, value: number | null) => [
    <Row key={name} hint={hint} share={value ?? 0} shown={percent(value)} name={opens(name, label)} />,
    below(name),
  ];
  return (
    <div class="panel" id="panel">
      <h3><span id="panel-word">{visible(word.token, 60)}</span> <span class="small" id="panel-place">{place}</span></h3>
      <table class="gates">
        <caption class="hidden">What happened at the word</caption>
        <tbody>
          {model.cell === "lstm" && [
            gate("forget", "kept", "forget gate: 100 % keeps the long-term memory (LTM), 0 % forgets it", word.forget),
            gate("learn", "learned", "learn gate: 100 % learns the word, 0 % ignores it", word.learn),
            gate("use", "used", "use gate: how much of the memory is used now", word.use),
            <Row key="left" name="left at the end" hint="of what this word wrote into the long-term memory" share={word.retained ?? 0} shown={percent(word.retained)} />,
          ]}
          {model.cell === "rnn" && [
            <Row
              key="memory" name={opens("candidate", "short-term memory")}
              hint="a plain RNN has no gates: it writes over its one memory. Above zero favours a high rating"
              signedShare={word.shortTerm} shown={signed(word.shortTerm)}
            />,
            below("candidate"),
          ]}
          <Row name="rating after" hint="if the review ended here" share={(word.expected - model.ratings[0]) / span} shown={word.expected.toFixed(2)} id="after" />
          <Row name="when read" hint="change of the expected rating when the word was read" signedShare={word.contribution / span} shown={signed(apart(chosen ? trace.words[chosen - 1].expected : trace.startExpected, word.expected))} id="change" />
          <Row
            name="if deleted" hint="change if the word is left out of the review" id="deleted"
            signedShare={deletion ? -deletion.effect / span : 0}
            shown={deletion ? signed(apart(trace.expected, deletion.expected)) : isWaiting ? "…" : "not tried"}
          />
          {routes.map(([route, part]) => (
            <Row
              key={route} name={`through ${ROUTES[route]}`} hint={`what it wrote favours ${ends[1]} (+) or ${ends[0]} (-)`}
              signedShare={part / widest} shown={signed(part)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

export const endsOf = (model: Model): [string, string] => [
  visible(model.labels[0], 14), visible(model.labels[model.labels.length - 1], 14),
];

interface RowProps {
  name: ComponentChildren;
  hint: string;
  shown: string;
  share?: number; // of a bar from the left
  signedShare?: number; // of a bar from the middle
  id?: string;
}

function Row({ name, hint, shown, share, signedShare, id }: RowProps) {
  const size = Math.min(1, Math.abs(signedShare ?? share ?? 0));
  const length = signedShare === undefined ? 100 * size : 50 * size;
  const x = signedShare === undefined ? 0 : signedShare >= 0 ? 50 : 50 - length;
  return (
    <tr>
      <th scope="row">{name}<span class="hint">{hint}</span></th>
      <td>
        <svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
          <rect class="track" width="100" height="10" />
          <rect class={signedShare === undefined ? "fill" : signedShare < 0 ? "fill down" : "fill up"} x={x} width={length} height="10" />
          {signedShare !== undefined && <rect class="middle" x="49.8" width="0.4" height="10" />}
        </svg>
      </td>
      <td class="number" id={id && `value-${id}`}>{shown}</td>
    </tr>
  );
}
