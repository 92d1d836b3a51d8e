/** Numbers that a reader adds up, rounded as adding_up.py does, so that what is shown adds up. */

const shown = (value: number, digits: number): number => Number(value.toFixed(digits));

/** Parts of a sum rounded so that they give the total as it is shown, by their largest remainders. */
export function together(parts: number[], total?: number, digits = 2): number[] {
  const unit = 10 ** digits;
  const sum = total ?? parts.reduce((before, part) => before + part, 0);
  const rounded = parts.map((part) => Math.round(unit * shown(part, digits)));
  const missing = Math.round(unit * shown(sum, digits)) - rounded.reduce((before, part) => before + part, 0);
  const way = missing > 0 ? 1 : -1;
  const left = parts.map((part, place) => way * (unit * part - rounded[place]));
  const moved = parts.map((_, place) => place)
    .sort((one, other) => left[other] - left[one])
    .slice(0, Math.abs(missing))
    .filter((place) => left[place] > 0);
  // No part is moved by a whole last digit: where that does not reach the total, none is.
  if (moved.length === Math.abs(missing)) for (const place of moved) rounded[place] += way;
  return rounded.map((part) => part / unit);
}

/** Shares of one whole as percentages that add up to 100. */
export const percents = (shares: number[]): string[] =>
  together(shares).map((share) => `${Math.round(100 * share)} %`);

/** How far one number is from another, as both are shown. */
export const apart = (before: number, after: number): number => shown(shown(after, 2) - shown(before, 2), 2);
