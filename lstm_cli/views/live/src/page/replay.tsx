/** Training once more: the text is read with the weights of any epoch that was kept. */

import { useEffect, useMemo, useState } from "preact/hooks";
import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";

import type { Glance, Model } from "../engine/index";
import { Figure } from "./figure";
import { clamp, joined, percent, quoted, visible } from "./format";
import type { Entry } from "./key";
import { Key, keyHeight } from "./key";
import { whenIdle } from "./readings";

const PACE = 600; // ms an epoch is shown while it plays
const MOST_WORDS = 400; // of a text that every epoch reads
const MOST_TURNS = 4; // that are told
const NONE: Glance[] = [];

export interface Overview {
  text: Glance[]; // of each epoch; none before the first are there
  alone: { word: string; found: Glance[] } | null;
  waits: boolean; // these are of what was typed before
}

/** What every epoch says of the text, and of one word alone: worked off when the page is idle. */
export function useOverview(model: Model, tokens: string[], word: string | null): Overview {
  const [text, setText] = useState<{ of: string[]; found: Glance[] }>({ of: [], found: [] });
  const [alone, setAlone] = useState<Overview["alone"]>(null);
  useEffect(() => {
    if (tokens.length > MOST_WORDS) return;
    return ofEveryEpoch(model, tokens, (found) => setText({ of: tokens, found }));
  }, [model, tokens]);
  useEffect(() => {
    if (word !== null) return ofEveryEpoch(model, [word], (found) => setAlone({ word, found }));
  }, [model, word]);
  // While the new ones are worked out the old stay: the page would jump else.
  const isShort = tokens.length <= MOST_WORDS && text.found.length === model.epochs.length;
  const hasWord = word !== null && alone?.found.length === model.epochs.length;
  const waits = text.of !== tokens || (word !== null && alone?.word !== word);
  return { text: isShort ? text.found : NONE, alone: hasWord ? alone : null, waits };
}

function ofEveryEpoch(model: Model, tokens: string[], after: (found: Glance[]) => void): () => void {
  const found: Glance[] = [];
  const tasks = model.epochs.map((_, place) => () => found.push(model.at(place).glance(tokens)));
  return whenIdle(tasks, (left) => left || after(found));
}

interface Props {
  model: Model; // as it was saved
  place: number; // of the epoch that is shown
  tokens: string[];
  word: string | null; // the chosen one
  onEpoch: (place: number, step: boolean) => void;
}

export function Replay({ model, place, tokens, word, onEpoch }: Props) {
  const { epochs } = model;
  const last = epochs.length - 1;
  const [plays, setPlays] = useState(false);
  const overview = useOverview(model, tokens, word);
  useEffect(() => {
    if (!plays) return;
    if (place >= last) return setPlays(false);
    const timer = setTimeout(() => onEpoch(place + 1, false), PACE);
    return () => clearTimeout(timer);
  }, [plays, place, last]);
  const show = (to: number) => {
    setPlays(false);
    onEpoch(clamp(to, 0, last), true);
  };
  const play = () => {
    if (!plays && place >= last) onEpoch(0, true);
    setPlays(!plays);
  };
  // The same from key to key, until the new readings are there.
  const chart = useMemo(
    () => overview.text.length > 0 && <Chart {...{ model, place, overview }} onPick={show} />,
    [model, place, overview.text, overview.alone],
  );
  const { epoch, accuracy } = epochs[place];
  const isOwn = place === model.own;
  const said = `epoch ${epoch} of ${epochs[last].epoch}`;
  return (
    <>
      <p class="small">
        An epoch is a pass over all reviews; epoch 0 is the network before its first step. Move on, and the whole
        page reads with the weights of that epoch.
      </p>
      <div class="controls" role="group" aria-labelledby="replay-title">
        <button type="button" class="act" aria-label="Back an epoch" disabled={place === 0} onClick={() => show(place - 1)}>Back</button>
        <button type="button" class="act strong" id="play" onClick={play}>{plays ? "Pause" : "Play"}</button>
        <button type="button" class="act" aria-label="Step an epoch" disabled={place === last} onClick={() => show(place + 1)}>Step</button>
        <label class="steps">{said}{" "}
          <input
            type="range" id="epoch" min={0} max={last} value={place} aria-valuetext={said}
            onInput={(event) => { setPlays(false); onEpoch(event.currentTarget.valueAsNumber, false); }}
          />
        </label>
      </div>
      <p id="epoch-said">
        {epoch === 0 ? "Before training" : `After epoch ${epoch}`}{isOwn && ", as the model was saved"}:{" "}
        <b>{percent(accuracy)}</b> of the held-out reviews are rated right. {!overview.waits && <Turns model={model} found={overview.text} />}
      </p>
      {chart
        ? <div class={overview.waits ? "lags" : ""}>{chart}</div>
        : <p class="small">{tokens.length > MOST_WORDS ? `A text of more than ${MOST_WORDS} words is read with one epoch at a time.` : "Reading with every epoch …"}</p>}
    </>
  );
}

/** At which epochs the likeliest rating of the text changed. */
function Turns({ model, found }: { model: Model; found: Glance[] }) {
  if (!found.length) return null;
  const turns = found.flatMap(({ rating }, place) =>
    place && rating !== found[place - 1].rating
      ? [`to ${visible(model.labels[rating], 14)} at epoch ${model.epochs[place].epoch}`]
      : [],
  );
  const first = visible(model.labels[found[0].rating], 14);
  if (!turns.length) return <>The text is rated {first} at every epoch.</>;
  const left = turns.length - MOST_TURNS;
  const told = left > 0
    ? `${turns[0]}, then ${left} more time${left > 1 ? "s" : ""}, and at last ${joined(turns.slice(1 - MOST_TURNS))}`
    : joined(turns);
  return <>The rating of the text starts at {first} and turns {told}.</>;
}

const HEIGHT = 150;
const BELOW = 62; // of the accuracy
const GAP = 36;
const AXIS = 22;
const RIGHT = 14;

/** The expected rating over the epochs, and below it how many held-out reviews were right. */
function Chart({ model, place, overview, onPick }: {
  model: Model; place: number; overview: Overview; onPick: (place: number) => void;
}) {
  const { epochs, ratings, labels } = model;
  const lines: (Entry & { found: Glance[] })[] = [{ name: "the text", kind: "", found: overview.text }];
  const { alone } = overview;
  if (alone) lines.push({ name: `${quoted(alone.word)} alone`, kind: "third", found: alone.found });
  const ticks = ratings.length <= 6
    ? ratings.map((value, k) => ({ value, text: visible(labels[k], 12) }))
    : [ratings[0], ratings[ratings.length - 1]].map((value) => ({ value, text: String(value) }));
  const left = Math.max(44, 10 + 6.6 * Math.max(...ticks.map((tick) => tick.text.length)));
  const first = epochs[0].epoch;
  const last = epochs[epochs.length - 1].epoch;
  const xOf = (width: number) => scaleLinear([first, Math.max(first + 1, last)], [left, width - RIGHT]);
  const y = scaleLinear([ratings[0], ratings[ratings.length - 1]], [HEIGHT, 12]).clamp(true);
  const share = scaleLinear([0, 1], [HEIGHT + GAP + BELOW, HEIGHT + GAP]);
  const height = (width: number) => keyHeight(lines, width) + HEIGHT + GAP + BELOW + AXIS;
  const now = overview.text[place];
  const nearest = (epoch: number) => {
    const away = epochs.map((one) => Math.abs(one.epoch - epoch));
    return away.indexOf(Math.min(...away));
  };
  return (
    <Figure
      name="rating over the epochs" height={height} onPoint={(x, _, width) => onPick(nearest(xOf(width).invert(x)))}
      label={`The expected rating of the text over the epochs: from ${overview.text[0].expected.toFixed(2)} to ${overview.text.at(-1)!.expected.toFixed(2)}, and ${now.expected.toFixed(2)} at epoch ${epochs[place].epoch}. Below, the share of held-out reviews that were rated right, from ${percent(epochs[0].accuracy)} to ${percent(epochs[epochs.length - 1].accuracy)}`}
    >
      {(width) => {
        const x = xOf(width);
        const path = (values: number[], scale: (value: number) => number) =>
          line<number>().x((_, k) => x(epochs[k].epoch)).y(scale)(values) ?? "";
        return (
          <>
            <Key entries={lines} width={width} isLines />
            <g transform={`translate(0 ${keyHeight(lines, width)})`}>
              {ticks.map((tick) => <Level key={tick.value} y={y(tick.value)} text={tick.text} {...{ left, width }} />)}
              {[[8, HEIGHT], [HEIGHT + GAP, HEIGHT + GAP + BELOW]].map(([from, to]) => (
                <line key={from} class="marker" x1={x(epochs[place].epoch)} x2={x(epochs[place].epoch)} y1={from} y2={to} />
              ))}
              {[...lines].reverse().map(({ name, kind, found }) => (
                <g key={name}>
                  <path class={`line ${kind}`} d={path(found.map((one) => one.expected), y)} />
                  <circle class={`dot ${kind}`} cx={x(epochs[place].epoch)} cy={y(found[place].expected)} r={4.5} />
                </g>
              ))}
              <text class="tick" x={left} y={HEIGHT + GAP - 8}>held-out reviews rated right</text>
              {[0, 1].map((value) => <Level key={value} y={share(value)} text={percent(value)} {...{ left, width }} />)}
              <path class="line fifth" d={path(epochs.map((one) => one.accuracy), share)} />
              <circle class="dot fifth" cx={x(epochs[place].epoch)} cy={share(epochs[place].accuracy)} r={3.5} />
              <g transform={`translate(0 ${HEIGHT + GAP + BELOW + 17})`}>
                {x.ticks(Math.min(last - first, Math.floor(width / 80))).filter(Number.isInteger).map((epoch) => (
                  <text key={epoch} class="tick" x={x(epoch)} text-anchor={epoch === last ? "end" : "middle"}>{epoch === first ? `epoch ${epoch}` : epoch}</text>
                ))}
              </g>
            </g>
          </>
        );
      }}
    </Figure>
  );
}

function Level({ y, text, left, width }: { y: number; text: string; left: number; width: number }) {
  return (
    <g>
      <line class="grid" x1={left} x2={width - RIGHT} y1={y} y2={y} />
      <text class="tick" x={left - 6} y={y + 4} text-anchor="end">{text}</text>
    </g>
  );
}
