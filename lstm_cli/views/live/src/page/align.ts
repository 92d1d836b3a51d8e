/** Two readings beside each other: the same words stand at the same place of the axis. */

export interface Aligned {
  slots: number; // of the axis; slot 0 is before any word
  now: number[]; // the slot of each word of the reading
  kept: number[]; // and of the one it is compared with
  first: number | null; // the first slot at which they differ
}

const LONGEST = 400; // words between the common ends; what is longer is not compared word by word

/** The words that two readings share stand at one place, and what differs between them.
 *
 * align(["a", "bad", "film"], ["a", "film"]) -> slots 3, now [1, 2, 3], kept [1, 3], first 2
 */
export function align(now: string[], kept: string[]): Aligned {
  const aligned: Aligned = { slots: 0, now: [], kept: [], first: null };
  const pairs = [...shared(now, kept), [now.length, kept.length]];
  let [one, other] = [0, 0]; // places up to which the two are aligned
  for (const [nextOne, nextOther] of pairs) {
    const apart = Math.max(nextOne - one, nextOther - other);
    if (apart > 0) aligned.first ??= aligned.slots + 1;
    for (let k = one; k < nextOne; k++) aligned.now.push(aligned.slots + 1 + k - one);
    for (let k = other; k < nextOther; k++) aligned.kept.push(aligned.slots + 1 + k - other);
    aligned.slots += apart;
    [one, other] = [nextOne + 1, nextOther + 1];
    if (nextOne === now.length) break;
    aligned.slots++;
    aligned.now.push(aligned.slots);
    aligned.kept.push(aligned.slots);
  }
  return aligned;
}

/** Places of the same word in both, as many as possible, in order: a longest common subsequence. */
function shared(now: string[], kept: string[]): [number, number][] {
  const shorter = Math.min(now.length, kept.length);
  let start = 0;
  while (start < shorter && now[start] === kept[start]) start++;
  let end = 0;
  while (end < shorter - start && now[now.length - 1 - end] === kept[kept.length - 1 - end]) end++;
  const [rows, columns] = [now.length - end - start, kept.length - end - start];
  const between: [number, number][] = [];
  if (rows <= LONGEST && columns <= LONGEST) {
    const most = commonAhead(now.slice(start, start + rows), kept.slice(start, start + columns));
    for (let r = 0, c = 0; r < rows && c < columns; ) {
      if (now[start + r] === kept[start + c]) between.push([start + r++, start + c++]);
      else if (most[r + 1][c] >= most[r][c + 1]) r++;
      else c++;
    }
  }
  const pair = (one: number, other: number) => (_: unknown, k: number): [number, number] => [one + k, other + k];
  return [
    ...Array.from({ length: start }, pair(0, 0)),
    ...between,
    ...Array.from({ length: end }, pair(now.length - end, kept.length - end)),
  ];
}

/** How many words are common to what follows each place of the one and of the other. */
function commonAhead(one: string[], other: string[]): Uint16Array[] {
  const most = Array.from({ length: one.length + 1 }, () => new Uint16Array(other.length + 1));
  for (let r = one.length - 1; r >= 0; r--) {
    for (let c = other.length - 1; c >= 0; c--) {
      most[r][c] = one[r] === other[c] ? most[r + 1][c + 1] + 1 : Math.max(most[r + 1][c], most[r][c + 1]);
    }
  }
  return most;
}
