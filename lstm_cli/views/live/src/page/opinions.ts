/** Words of opinion, by kind, and words that hold a sentence together but say nothing of it. */

import { useEffect, useMemo, useState } from "preact/hooks";

import { isUnderstood, type Model, type Trace } from "../engine/index";
import { whenIdle } from "./readings";

/** Each line is one kind, from its worst word to its best; the bar stands where bad turns good. */
const KINDS = `
terrible bad | good great
awful poor | fine excellent
horrible | wonderful
lousy mediocre | superb
worst | best
worse | better
poorly badly | well
hate dislike | like love
hated disliked | liked loved
never | always
unfortunately sadly | fortunately happily
disappointing | delightful
disappointed | pleased delighted
disappointment | delight
unhappy angry | happy
dissatisfied | satisfied
frustrating annoying | satisfying
nasty unpleasant | pleasant lovely
useless | useful
worthless | valuable
wrong | right
avoid | recommend
regret | enjoy
regretted | enjoyed
waste | bargain
unacceptable | acceptable
filthy dirty | clean spotless
messy | tidy
stale | fresh
smelled smelly | fresh
freezing cold | warm cozy
dark | bright
noisy loud | quiet peaceful
cramped small | large spacious
tiny | huge
uncomfortable | comfortable
painful | comfortable
ugly | beautiful
outdated | modern
old | new
rude unfriendly | polite friendly
mean | kind
unhelpful | helpful
ignored | welcomed
lazy careless | attentive careful
unprofessional | professional
incompetent | competent
dishonest | honest
overpriced expensive | reasonable affordable
unfair | fair
dangerous unsafe | safe
disgusting | delicious
tasteless bland | tasty
dry | juicy
tough | tender
soggy | crisp
greasy | light
burnt overcooked | perfect
slow | quick fast
weak | strong
flimsy thin | solid sturdy
cheap | premium
heavy | light
stiff scratchy | soft
broken | working
broke | lasted
breaks | lasts
fails | works
failed | worked
faulty defective | flawless
unreliable | reliable
inaccurate | accurate
blurry | sharp
muffled | clear
tinny | rich
confusing | clear
complicated difficult | simple easy
boring | interesting exciting
dull tedious | gripping
predictable | surprising
unoriginal | original
stupid silly | clever smart
unfunny | funny hilarious
forgettable | memorable
unconvincing | convincing
shallow | deep
pointless | meaningful
lifeless | lively
ridiculous | brilliant
average | outstanding
`;

const NEGATING = new Set("no not never nothing none nobody neither nor without hardly barely cannot cant dont didnt doesnt wasnt isnt wont".split(" "));

const JOINING = new Set(
  ("a an the this that these those there here i you he she it we they me him her us them my your his its our their one " +
    "who whom which what where when how why of in on at to for from with by about as into onto over under after before " +
    "during between through up down out off and or but so if because while than then though although yet however is am " +
    "are was were be been being do does did have has had having will would can could should may might must shall just " +
    "also too very really quite even still only again all any some each both such more most much many other another " +
    "get got go went i'm it's i've we've that's there's he's she's they're we're you're i'd i'll 's 're 've 'll 'd 'm s t ca wo").split(" "),
);

/** Whether a word turns round what follows: "not", "never", "didn't". */
export const negates = (token: string): boolean => NEGATING.has(token) || token.endsWith("n't");

/** Whether a word says something by itself: no sign, and no word that only joins others. */
export const says = (token: string): boolean => /[\p{L}\p{N}]/u.test(token) && !JOINING.has(token);

const others = new Map<string, Set<string>>();
const bad = new Set<string>();
for (const line of KINDS.trim().split("\n")) {
  const words = line.split(/[ |]+/);
  for (const word of line.split("|")[0].trim().split(" ")) bad.add(word);
  for (const word of words) {
    const found = others.get(word) ?? new Set();
    for (const other of words) if (other !== word) found.add(other);
    others.set(word, found);
  }
}

/** A review of one word: how it is rated, and whether the model knows the word. */
interface Alone {
  isKnown: boolean;
  expected: number;
}

const read = new WeakMap<Model, Map<string, Alone>>();

/** What a word says by itself. */
export function alone(model: Model, token: string): Alone {
  const known = read.get(model) ?? new Map<string, Alone>();
  read.set(model, known);
  let found = known.get(token);
  if (!found) {
    const { words, expected } = model.inspect([token]);
    known.set(token, (found = { isKnown: isUnderstood(words[0]), expected }));
  }
  return found;
}

/** Whether each word of a text was read by itself; it is done when the page is idle. */
export function useAlone(model: Model, trace: Trace): boolean {
  const [done, set] = useState<Trace | null>(null);
  const words = useMemo(
    () => [...new Set(trace.tokens.filter(says))].filter((word) => !read.get(model)?.has(word)), [model, trace],
  );
  useEffect(() => {
    const tasks = words.map((word) => () => {
      alone(model, word);
      model.read(trace.tokens); // the model remembers the last readings: this one is wanted
    });
    return whenIdle(tasks, (left) => left === 0 && set(trace));
  }, [words]);
  return done === trace || !words.length;
}

/** The opposites of a word of opinion, and the stronger and weaker ones of its kind. */
export const kin = (token: string): string[] => [...(others.get(token) ?? [])];

/** Whether a word complains: it is on the bad side of its kind, turns round, or is rated low by itself.
 *
 * @param start the rating of a review of no word.
 */
export function complains(model: Model, token: string, start: number): boolean {
  const point = (model.ratings[model.ratings.length - 1] - model.ratings[0]) / 4; // as if ratings went from 1 to 5
  return bad.has(token) || negates(token) || (says(token) && alone(model, token).expected < start - point);
}
