/** The key of a chart, a part of the picture: what is saved says what its colours are. */

export interface Entry {
  name: string;
  kind: string; // the class of the line or of the bar
}

interface Props {
  entries: Entry[];
  width: number;
  isLines?: boolean; // else bars
}

const LETTER = 6.7;
const ROW = 19;
const SAMPLE = 26;

/** Where each entry stands: beside each other, as far as there is room. */
function places(entries: Entry[], width: number): { x: number; y: number }[] {
  let [x, y] = [0, 0];
  return entries.map(({ name }) => {
    const wide = SAMPLE + LETTER * [...name].length + 18;
    if (x > 0 && x + wide > width) [x, y] = [0, y + ROW];
    const place = { x, y };
    x += wide;
    return place;
  });
}

export function keyHeight(entries: Entry[], width: number): number {
  return entries.length < 2 ? 0 : places(entries, width).at(-1)!.y + ROW + 4;
}

export function Key({ entries, width, isLines = false }: Props) {
  if (entries.length < 2) return null;
  const at = places(entries, width);
  return (
    <>
      {entries.map(({ name, kind }, k) => (
        <g key={name} transform={`translate(${at[k].x} ${at[k].y})`}>
          {isLines ? <line class={`line ${kind}`} x1={0} x2={SAMPLE - 6} y1={9} y2={9} /> : <rect class={`fill ${kind}`} x={6} width={12} height={12} y={3} />}
          <text class="tick" x={SAMPLE} y={13}>{name}</text>
        </g>
      ))}
    </>
  );
}
