/** What happened at one word, and what may be done to it. */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";

import type { Deletion, Model, Route, Trace } from "../engine/index";
import { percent, quoted, signed, visible } from "./format";
import type { Opened } from "./state";

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
  onEdit: (word: string) => void; // "" deletes
  children?: ComponentChildren; // the opened gate
}

export function Panel(props: Props) {
  const { model, trace, chosen, deletion, isWaiting, open, onOpen, onEdit } = props;
  const word = trace.words[chosen];
  const span = model.ratings[model.ratings.length - 1] - model.ratings[0] || 1;
  const place = `word ${chosen + 1} of ${trace.words.length}${word.known ? "" : ", unknown to the model"}`;
  const ends = endsOf(model);
  const routes = Object.entries(word.routes ?? {}) as [Route, number][];
  const widest = Math.max(1e-9, ...Object.values(trace.routes).map((parts) => Math.abs(parts[parts.length - 1] - parts[0])));
  const gate = (name: Opened, label: string, hint: string, value: number | null) => (
    <Row
      key={name} hint={hint} share={value ?? 0} shown={percent(value)}
      name={
        <button type="button" class="opens" aria-expanded={open === name} onClick={() => onOpen(open === name ? null : name)}>
          {label}
        </button>
      }
    />
  );
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
          {model.cell === "rnn" && (
            <Row
              name={<button type="button" class="opens" aria-expanded={open === "candidate"} onClick={() => onOpen(open === "candidate" ? null : "candidate")}>short-term memory</button>}
              hint="a plain RNN has no gates: it writes over its one memory. Above zero speaks for a high rating"
              signedShare={word.shortTerm} shown={signed(word.shortTerm)}
            />
          )}
          <Row name="rating after" hint="if the review ended here" share={(word.expected - model.ratings[0]) / span} shown={word.expected.toFixed(2)} id="after" />
          <Row name="when read" hint="change of the expected rating when the word was read" signedShare={word.contribution / span} shown={signed(word.contribution)} id="change" />
          <Row
            name="if deleted" hint="change if the word is left out of the review" id="deleted"
            signedShare={deletion ? -deletion.effect / span : 0}
            shown={deletion ? signed(-deletion.effect) : isWaiting ? "…" : "not tried"}
          />
          {routes.map(([route, part]) => (
            <Row
              key={route} name={`through ${ROUTES[route]}`} hint={`what it wrote speaks for ${ends[1]} (+) or ${ends[0]} (-)`}
              signedShare={part / widest} shown={signed(part)}
            />
          ))}
        </tbody>
      </table>
      <Edit key={`${chosen} ${word.token}`} token={word.token} onEdit={onEdit} />
      {props.children}
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

function Edit({ token, onEdit }: { token: string; onEdit: (word: string) => void }) {
  const [word, set] = useState("");
  useEffect(() => set(""), [token]);
  const swap = (event: Event) => {
    event.preventDefault();
    if (word.trim()) onEdit(word.trim());
  };
  return (
    <form class="edit" onSubmit={swap}>
      <button type="button" class="act" onClick={() => onEdit("")}>delete {quoted(token)}</button>
      <label>
        or swap it for{" "}
        <input type="text" value={word} size={10} autocomplete="off" onInput={(event) => set(event.currentTarget.value)} />
      </label>
      <button type="submit" class="act" disabled={!word.trim()}>swap</button>
    </form>
  );
}
