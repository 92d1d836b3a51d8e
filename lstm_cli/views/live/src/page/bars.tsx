/** Bars beside each other, from the left or, where values have a sign, from the middle. */

import { visible } from "./format";
import { Figure } from "./figure";
import type { Entry } from "./key";
import { Key, keyHeight } from "./key";

export interface Bar {
  label: string;
  values: { value: number; kind: string; shown: string }[]; // thin bars under each other
}

interface Props {
  name: string;
  label: string;
  bars: Bar[];
  most: number; // the value of a full bar
  isSigned?: boolean;
  entries?: Entry[]; // of the key
}

const LETTER = 7.2; // px, about, of the labels' font
const THICK = 13;

export function Bars({ name, label, bars, most, isSigned = false, entries = [] }: Props) {
  const each = Math.max(1, ...bars.map((bar) => bar.values.length));
  const row = each === 1 ? THICK + 9 : each * (THICK + 1) + 7;
  const spoken = bars
    .map((bar) => `${bar.label} ${bar.values.map((one) => one.shown).join(" and ")}`)
    .join(", ");
  const longest = Math.max(...bars.map((bar) => Math.min(30, [...bar.label].length)));
  const numbers = LETTER * Math.max(3, ...bars.flatMap((bar) => bar.values.map((one) => one.shown.length)));
  return (
    <Figure name={name} label={`${label}: ${spoken}`} height={(width) => keyHeight(entries, width) + Math.max(1, bars.length) * row + 4}>
      {(width) => {
        const left = Math.min(width * 0.42, LETTER * longest + 10);
        const wide = Math.max(20, width - left - numbers - 14);
        const top = keyHeight(entries, width) + 4;
        const rows = bars.map((bar, place) => (
          <g key={place} transform={`translate(0 ${place * row + top})`}>
            <text class="tick" x={left - 8} y={row / 2 + 1} text-anchor="end">
              {visible(bar.label, Math.max(3, Math.floor((left - 8) / LETTER)))}
            </text>
            {bar.values.map((one, k) => {
              const share = Math.min(1, Math.abs(one.value) / (most || 1));
              const length = (isSigned ? wide / 2 : wide) * share;
              const x = !isSigned ? left : one.value >= 0 ? left + wide / 2 : left + wide / 2 - length;
              const y = (row - each * (THICK + 1)) / 2 + k * (THICK + 1) - 2;
              return (
                <g key={k}>
                  <rect class="track" x={left} y={y} width={wide} height={THICK} />
                  <rect class={`fill ${one.kind}`} x={x} y={y} width={length} height={THICK} />
                  <text class="tick strong" x={width - 2} y={y + THICK - 2} text-anchor="end">{one.shown}</text>
                </g>
              );
            })}
            {isSigned && <line class="grid" x1={left + wide / 2} x2={left + wide / 2} y1={0} y2={row - 4} />}
          </g>
        ));
        return <><Key entries={entries} width={width} />{rows}</>;
      }}
    </Figure>
  );
}
