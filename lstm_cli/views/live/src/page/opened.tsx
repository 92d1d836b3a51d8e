/** A gate opened: the numbers from which one unit computed it at one word. */

import type { Model, Product, Trace } from "../engine/index";
import { signed } from "./format";
import type { Opened } from "./state";

const FEW = 16; // terms: all are written out
const LARGEST = 8; // else these
const NAMES: Record<Opened, { name: string; symbol: string; formula: string; then: string }> = {
  forget: {
    name: "forget", symbol: "f", formula: "f = σ(W_f [STM, E] + b_f)",
    then: "kept = f × LTM: 1 keeps the old long-term memory, 0 forgets it.",
  },
  learn: {
    name: "learn", symbol: "i", formula: "i = σ(W_i [STM, E] + b_i)",
    then: "learned = i × N: i is how much of the proposal N is learned.",
  },
  candidate: {
    name: "proposal", symbol: "N", formula: "N = tanh(W_n [STM, E] + b_n)",
    then: "learned = i × N: N is what the word proposes to remember.",
  },
  use: {
    name: "use", symbol: "V", formula: "V = σ(W_v [STM, E] + b_v)",
    then: "new STM = tanh(new LTM) × V: how much of the memory is used now.",
  },
};
const PLAIN = { name: "memory", symbol: "STM", formula: "STM = tanh(W [STM, E] + b)", then: "It is the new short-term memory: a plain RNN has no gates." };

interface Props {
  model: Model;
  trace: Trace;
  chosen: number;
  open: Opened;
  unit: number;
  best: number | null; // the unit with most say; null of a plain RNN
  onOpen: (gate: Opened) => void;
  onUnit: (unit: number | null) => void;
}

export function OpenedGate({ model, trace, chosen, open, unit, best, onOpen, onUnit }: Props) {
  const product = model.product(trace, chosen, open, unit);
  const isPlain = model.cell === "rnn";
  const what = isPlain ? PLAIN : NAMES[open];
  const turn = isPlain || open === "candidate" ? "tanh" : "σ";
  return (
    <div class="opened" role="region" aria-label={`The ${what.name} gate of one unit, opened`}>
      {!isPlain && (
        <fieldset class="tabs">
          <legend class="hidden">Which gate</legend>
          {(Object.keys(NAMES) as Opened[]).map((gate) => (
            <label key={gate}>
              <input type="radio" name="opened" checked={gate === open} onChange={() => onOpen(gate)} /> {NAMES[gate].name} {NAMES[gate].symbol}
            </label>
          ))}
        </fieldset>
      )}
      <p>
        <label>
          In unit{" "}
          <input
            type="number" min={1} max={model.hiddenSize} value={unit + 1} id="unit"
            onInput={(event) => {
              const number = event.currentTarget.valueAsNumber;
              if (number >= 1 && number <= model.hiddenSize) onUnit(Math.floor(number) - 1);
            }}
          />
        </label>{" "}
        of {model.hiddenSize}{" "}
        {unit === best && <span class="small">(the one with most say in this rating)</span>}
        {best !== null && unit !== best && (
          <button type="button" class="plain" onClick={() => onUnit(null)}>the one with most say</button>
        )}
      </p>
      <p><code>{what.formula}</code> <span class="small">{what.then}</span></p>
      <Terms product={product} symbol={what.symbol} turn={turn} />
      {!isPlain && <Chain trace={trace} place={chosen} unit={unit} size={model.hiddenSize} />}
    </div>
  );
}

interface Term {
  name: string;
  weight: number;
  input: number;
}

function Terms({ product, symbol, turn }: { product: Product; symbol: string; turn: string }) {
  const all: Term[] = [
    ...product.fromShortTerm.map((term, k) => ({ name: `STM ${k + 1}`, ...term })),
    ...product.fromEvent.map((term, k) => ({ name: `E ${k + 1}`, ...term })),
  ];
  const size = (term: Term) => Math.abs(term.weight * term.input);
  const sorted = [...all].sort((one, other) => size(other) - size(one));
  const shown = all.length <= FEW ? all : sorted.slice(0, LARGEST);
  const rest = all.length <= FEW ? [] : sorted.slice(LARGEST);
  const most = Math.max(size(sorted[0]), Math.abs(product.bias), 1e-9);
  const sum = (terms: Term[]) => terms.reduce((total, term) => total + term.weight * term.input, 0);
  const of = (kind: string) => rest.filter((term) => term.name.startsWith(kind));
  return (
    <table class="terms">
      <caption class="hidden">bias + sum of weight × input</caption>
      <thead><tr><th scope="col">input</th><th scope="col" class="number">weight × value</th><th scope="col" class="number">adds</th><td /></tr></thead>
      <tbody>
        <TermRow name="bias" sum="" value={product.bias} most={most} />
        {shown.map((term) => (
          <TermRow key={term.name} name={term.name} sum={`${signed(term.weight, 3)} × ${signed(term.input, 3)}`} value={term.weight * term.input} most={most} />
        ))}
        {["STM", "E"].map((kind) => of(kind).length > 0 && (
          <TermRow key={kind} name={`other ${kind}`} sum={`${of(kind).length} terms`} value={sum(of(kind))} most={most} />
        ))}
        <TermRow name="sum" sum="" value={product.sum} most={Math.max(most, Math.abs(product.sum))} isTotal />
        <tr class="total">
          <th scope="row">{symbol}</th>
          <td class="number">{turn}({product.sum.toFixed(3)})</td>
          <td class="number" id="opened-value">{product.value.toFixed(4)}</td><td />
        </tr>
      </tbody>
    </table>
  );
}

function TermRow({ name, sum, value, most, isTotal = false }: {
  name: string; sum: string; value: number; most: number; isTotal?: boolean;
}) {
  const length = 50 * Math.min(1, Math.abs(value) / most);
  return (
    <tr class={isTotal ? "total" : ""}>
      <th scope="row">{name}</th><td class="number">{sum}</td><td class="number">{signed(value, 4)}</td>
      <td class="wide">
        <svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
          <rect class="track" width="100" height="10" />
          <rect class={value < 0 ? "fill down" : "fill up"} x={value < 0 ? 50 - length : 50} width={length} height="10" />
        </svg>
      </td>
    </tr>
  );
}

/** What the four gates of this unit made of its two memories. */
function Chain({ trace, place, unit, size }: { trace: Trace; place: number; unit: number; size: number }) {
  const { forget, learn, candidate, use, longTerm, shortTerm } = trace.reading;
  if (!forget || !learn || !candidate || !use || !longTerm) return null;
  const at = place * size + unit;
  const before = place ? longTerm[at - size] : 0;
  const lines: [string, string][] = [
    ["kept = f × LTM", `${forget[at].toFixed(3)} × ${before.toFixed(3)} = ${(forget[at] * before).toFixed(3)}`],
    ["learned = i × N", `${learn[at].toFixed(3)} × ${candidate[at].toFixed(3)} = ${(learn[at] * candidate[at]).toFixed(3)}`],
    ["new LTM = kept + learned", longTerm[at].toFixed(3)],
    ["new STM = tanh(new LTM) × V", `${Math.tanh(longTerm[at]).toFixed(3)} × ${use[at].toFixed(3)} = ${shortTerm[at].toFixed(3)}`],
  ];
  return (
    <dl class="chain">
      {lines.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
    </dl>
  );
}
