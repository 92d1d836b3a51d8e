/** A heat map: rows of shares from 0 to 1 (or from -1 to 1), a column a word. */

import { Figure } from "./figure";
import { visible } from "./format";

interface Props {
  name: string;
  label: string;
  rows: { name: string; values: (number | null)[] }[]; // null: nothing is drawn
  columns: string[];
  chosen: number | null; // a column
  chosenRow?: number;
  isSigned?: boolean; // above zero green, below red
  tallest?: number; // px of a cell
  onPick: (column: number, row: number) => void;
}

const LETTER = 6.6;
const LEVELS = 12;

export function Heat({ name, label, rows, columns, chosen, chosenRow, isSigned = false, tallest = 16, onPick }: Props) {
  const left = 10 + LETTER * Math.max(2, ...rows.map((row) => Math.min(12, [...row.name].length)));
  const lengths = columns.map((word) => Math.min(12, [...word].length));
  const below = 12 + 0.7 * LETTER * Math.max(2, ...lengths);
  const sizeOf = (width: number) => Math.min(34, (width - left - 4) / Math.max(1, columns.length));
  const tallOf = (width: number) => Math.min(tallest, Math.max(9, sizeOf(width)));
  return (
    <Figure
      name={name} label={label}
      height={(width) => rows.length * tallOf(width) + below}
      onPoint={(x, y, width) => {
        const column = Math.floor((x - left) / sizeOf(width));
        const row = Math.floor(y / tallOf(width));
        if (column >= 0 && column < columns.length && row < rows.length) onPick(column, row);
      }}
    >
      {(width) => {
        const wide = sizeOf(width);
        const tall = tallOf(width);
        const every = Math.max(1, Math.ceil(13 / wide));
        const everyRow = Math.max(1, Math.ceil(11 / tall));
        return (
          <>
            <rect class="frame" x={left} y={0.5} width={wide * columns.length} height={tall * rows.length} />
            {rows.map((row, r) => (
              <g key={r}>
                {r % everyRow === 0 && <text class="tick" x={left - 6} y={r * tall + tall / 2 + 4} text-anchor="end">{visible(row.name, 12)}</text>}
                {runs(row.values).map(([column, length, level]) => (
                  <rect
                    key={column} class={`cell ${isSigned ? (level > 0 ? "up" : "down") : "fill"}`}
                    x={left + column * wide} y={r * tall} width={length * wide} height={tall}
                    fill-opacity={Math.abs(level) / LEVELS}
                  />
                ))}
              </g>
            ))}
            {columns.map((word, k) => k % every === 0 && (
              <text key={k} class="tick" text-anchor="end" transform={`translate(${left + (k + 0.5) * wide + 4} ${rows.length * tall + 11}) rotate(-42)`}>{visible(word, 12)}</text>
            ))}
            {chosen !== null && chosen >= 0 && chosen < columns.length && (
              <rect class="choice" x={left + chosen * wide} y={0.5} width={wide} height={tall * rows.length} />
            )}
            {chosenRow !== undefined && chosenRow >= 0 && (
              <rect class="choice" x={left} y={chosenRow * tall + 0.5} width={wide * columns.length} height={tall} />
            )}
          </>
        );
      }}
    </Figure>
  );
}

/** Neighbours of one level as one cell: column, how many, level. */
function runs(values: (number | null)[]): [number, number, number][] {
  const found: [number, number, number][] = [];
  values.forEach((value, column) => {
    const level = Math.round(LEVELS * Math.min(1, Math.max(-1, value ?? 0)));
    const last = found[found.length - 1];
    if (!level) return;
    if (last && last[2] === level && last[0] + last[1] === column) last[1]++;
    else found.push([column, 1, level]);
  });
  return found;
}

/** At most `most` places around the chosen one, of `number` in all. */
export function around(chosen: number, number: number, most: number): [number, number] {
  const start = Math.max(0, Math.min(number - most, chosen - Math.floor(most / 2)));
  return [start, Math.min(number, start + most)];
}
