/** The expected rating after each word: one line a reading, the words along the axis. */

import { scaleLinear } from "d3-scale";
import { curveMonotoneX, line } from "d3-shape";

import { Figure } from "./figure";
import { clamp, visible } from "./format";
import { Key, keyHeight } from "./key";

export interface Series {
  name: string;
  kind: string; // the class of its line
  slots: number[]; // of its words on the axis, from 1
  start: number; // before any word
  values: number[];
}

interface Props {
  series: Series[];
  slots: number;
  words: { slot: number; text: string; kind: string; row: number; weight: number }[]; // row 1 is under row 0
  ticks: { value: number; text: string }[];
  chosen: number | null; // a slot
  differs: number | null; // the first slot at which two readings part
  onPick: (slot: number) => void;
}

const HEIGHT = 210;
const TOP = 14;
const SLANTED = 15; // px that a slanted word needs
const THINNED = 24; // and where not all have room, so that those which are left are read easily
const LETTER = 6.6;

export function Curve({ series, slots, words, ticks, chosen, differs, onPick }: Props) {
  const left = Math.max(28, 10 + LETTER * Math.max(...ticks.map((tick) => tick.text.length)));
  const rows = words.some((word) => word.row === 1) ? 2 : 1;
  const xOf = (width: number) => scaleLinear([0, Math.max(1, slots)], [left, width - 14]);
  const lengths = words.map((word) => Math.min(14, [...word.text].length));
  const isSlanted = (width: number) => {
    const each = (width - left) / Math.max(1, slots);
    return lengths.some((letters) => letters * LETTER + 6 > each);
  };
  const below = (width: number) =>
    rows * (isSlanted(width) ? 16 + 0.68 * LETTER * Math.max(3, ...lengths) : 20);
  const y = scaleLinear([ticks[0].value, ticks[ticks.length - 1].value], [HEIGHT - 8, TOP]).clamp(true);
  const spoken = series
    .map((one) => `${one.name}: from ${one.start.toFixed(2)} before the first word to ${(one.values.at(-1) ?? one.start).toFixed(2)}`)
    .join("; ");
  return (
    <Figure
      name="rating word by word" label={`The expected rating after each word. ${spoken}`}
      height={(width) => keyHeight(series, width) + HEIGHT + below(width)}
      onPoint={(x, _, width) => onPick(clamp(Math.round(xOf(width).invert(x)), 1, Math.max(1, slots)))}
    >
      {(width) => {
        const x = xOf(width);
        const draw = line<[number, number]>().x((p) => x(p[0])).y((p) => y(p[1])).curve(curveMonotoneX);
        return (
          <>
            <Key entries={[...series].reverse()} width={width} isLines />
            <g transform={`translate(0 ${keyHeight(series, width)})`}>
            {ticks.map((tick) => (
              <g key={tick.value}>
                <line class="grid" x1={left} x2={width - 14} y1={y(tick.value)} y2={y(tick.value)} />
                <text class="tick" x={left - 6} y={y(tick.value) + 4} text-anchor="end">{tick.text}</text>
              </g>
            ))}
            {chosen !== null && <line class="marker" x1={x(chosen)} x2={x(chosen)} y1={TOP} y2={HEIGHT} />}
            {differs !== null && differs <= slots && (
              <g>
                <line class="differs" x1={x(differs)} x2={x(differs)} y1={TOP} y2={HEIGHT} />
                <text class="tick" x={x(differs)} y={TOP - 4} text-anchor={x(differs) > width / 2 ? "end" : "start"}>they differ from here</text>
              </g>
            )}
            {series.map((one) => (
              <g key={one.name}>
                <path class={`line ${one.kind}`} d={draw([[0, one.start], ...one.values.map((value, k): [number, number] => [one.slots[k], value])]) ?? ""} />
                {slots <= 40 && one.values.map((value, k) => (
                  <circle key={k} class={`dot ${one.kind}`} cx={x(one.slots[k])} cy={y(value)} r={one.slots[k] === chosen ? 5 : 3} />
                ))}
              </g>
            ))}
            <Axis words={fitting(words, (width - left) / Math.max(1, slots))} x={x} isSlanted={isSlanted(width)} row={below(width) / rows} right={width - 2} />
            </g>
          </>
        );
      }}
    </Figure>
  );
}

function Axis({ words, x, isSlanted, row, right }: {
  words: Props["words"]; x: (slot: number) => number; isSlanted: boolean; row: number; right: number;
}) {
  return (
    <>
      {words.map((word) => {
        const top = HEIGHT + 14 + word.row * row;
        return isSlanted ? (
          <text key={`${word.row}-${word.slot}`} class={`tick ${word.kind}`} text-anchor="end" transform={`translate(${x(word.slot) + 3} ${top - 2}) rotate(-42)`}>
            {visible(word.text, 14)}
          </text>
        ) : (
          <text key={`${word.row}-${word.slot}`} class={`tick ${word.kind}`} x={Math.min(x(word.slot), right - LETTER * [...visible(word.text, 14)].length / 2)} y={top} text-anchor="middle">{visible(word.text, 14)}</text>
        );
      })}
    </>
  );
}

/** All of the words where there is room, else those that moved the rating most. */
function fitting(words: Props["words"], each: number): Props["words"] {
  const apart = each < SLANTED ? THINNED : 0;
  const taken: Props["words"] = [];
  for (const word of [...words].sort((one, other) => other.weight - one.weight)) {
    const isFree = taken.every(({ row, slot }) => row !== word.row || Math.abs(slot - word.slot) * each >= apart);
    if (isFree) taken.push(word);
  }
  return taken;
}
