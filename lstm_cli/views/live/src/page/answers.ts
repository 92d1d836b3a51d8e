/** What the page answers to its three questions, in sentences, from what was measured. */

import type { Deletion, Model, Trace } from "../engine/index";
import { apart } from "./adding-up";
import type { Edit, Edits, Together } from "./changes";
import { LEAST_GAIN, saidEdit } from "./changes";
import { joined, named, quoted, signed, visible } from "./format";
import { alone, complains, negates, says } from "./opinions";
import type { Deletions } from "./readings";

export interface Answer {
  said: string[]; // sentences
  waits: boolean; // whether more is to come
  changes: Edit[]; // that the answer proposes, to be made at once
}

const LOW = 0.4; // of the span of the ratings: up to here an expected rating is low
const HIGH = 0.7; // from here on it is high
const FELT = 0.02; // points of ratings from 1 to 5, as all below; less is no cause
const LARGE = 0.3; // that even a word which only joins others must have to be a cause
const DROPPED = 0.15; // when read, that is worth a sentence where its deletion says otherwise
const WORTH = 0.1; // that a change of a review rated high has to gain to be advised
const STANDS_OUT = 0.15; // gap between what a word says here and by itself
const ODD = 0.05; // that leaving out no complaint must do more than the best change
const REACH = 3; // words that a "not" turns round

const spanOf = (model: Model) => model.ratings[model.ratings.length - 1] - model.ratings[0] || 1;
const pointOf = (model: Model) => spanOf(model) / 4; // as if ratings went from 1 to 5
const shareOf = (model: Model, rating: number) => (rating - model.ratings[0]) / spanOf(model);

/** The expected rating from which on a rating is called high. */
export const highOf = (model: Model): number => model.ratings[0] + HIGH * spanOf(model);

const isLow = (model: Model, trace: Trace) =>
  shareOf(model, trace.expected) <= LOW || shareOf(model, model.ratings[trace.rating]) < LOW;
const isHigh = (model: Model, trace: Trace) => trace.expected >= highOf(model);
const isComplaint = (model: Model, trace: Trace, place: number) =>
  complains(model, trace.tokens[place] ?? "", trace.startExpected);
const went = (from: number, to: number) => `${from.toFixed(2)} → ${to.toFixed(2)}`;
const rated = (model: Model, trace: Trace) => `${visible(model.labels[trace.rating], 20)} (expected ${trace.expected.toFixed(2)})`;

/** The deletions that are tried together for "why": of words that pull the rating down. */
export function burdens(model: Model, trace: Trace, deletions: Deletions): Edit[] {
  return [...deletions.of.values()]
    .filter(({ place }) => isComplaint(model, trace, place))
    .map(({ place, expected }) => ({ place, word: "", expected }));
}

/** The changes that are tried together for "what would make it high": of complaints only. */
export function mendings(model: Model, trace: Trace, edits: Edit[]): Edit[] {
  return edits.filter((edit) => edit.word || isComplaint(model, trace, edit.place));
}

export function why(model: Model, trace: Trace, deletions: Deletions, together: Together): Answer {
  const waits = !together.isDone;
  const said = [opening(model, trace)];
  const { causes, besides } = causesOf(model, trace, deletions);
  const list = joined(causes.map((one) => withoutIt(trace, one)));
  const low = isLow(model, trace);
  if (causes.length) said.push(`${low ? "What pulls it down most" : "What held it back most"}: ${list}.`);
  else said.push(low ? `No word alone pulls it down${hardly(model, deletions)}.` : "No word holds it back.");
  if (besides) said.push(`${withoutIt(trace, besides)} weighs ${besides.effect < causes[0].effect ? "more" : "much, too"}, though it is no complaint.`);
  const parted = disagreement(model, trace, deletions);
  if (parted) said.push(parted);
  const { taken } = together;
  if (taken.length > 1) {
    const names = joined(taken.map(({ place }) => named(trace.tokens, place)));
    const end = taken.at(-1)!.expected;
    const still = low && shareOf(model, end) <= LOW ? "; it stays low, so other words say the same" : "";
    said.push(`Without ${names} together: ${went(trace.expected, end)}${still}.`);
  }
  return { said, waits, changes: [] };
}

/** How little leaving out one word changes, where that is so. */
function hardly(model: Model, deletions: Deletions): string {
  const most = Math.max(0, ...[...deletions.of.values()].map(({ effect }) => Math.abs(effect)));
  return most < 0.1 * pointOf(model) ? ": leaving out any one hardly changes it" : " that says something by itself";
}

function opening(model: Model, trace: Trace): string {
  if (isLow(model, trace)) return `The rating is low: ${rated(model, trace)}.`;
  return isHigh(model, trace) ? `It is not low: ${rated(model, trace)}.` : `It is not low, but in the middle: ${rated(model, trace)}.`;
}

const withoutIt = (trace: Trace, { place, expected }: Deletion) =>
  `${named(trace.tokens, place)} (without it ${went(trace.expected, expected)})`;

/** The complaints without which the rating would rise most, and another word that weighs as much. */
function causesOf(model: Model, trace: Trace, deletions: Deletions): { causes: Deletion[]; besides: Deletion | null } {
  const rising = [...deletions.of.values()].filter(({ effect }) => effect < -FELT * pointOf(model)).sort((one, other) => one.effect - other.effect);
  const telling = rising.filter(({ place }) => says(trace.tokens[place]));
  const large = rising.filter(({ place, effect }) => /\p{L}/u.test(trace.tokens[place]) && effect < -LARGE * pointOf(model));
  const complaints = telling.filter(({ place }) => isComplaint(model, trace, place));
  if (!complaints.length) return { causes: (telling.length ? telling : large).slice(0, 3), besides: null };
  const other = rising.find((one) => (telling.includes(one) || large.includes(one)) && !complaints.includes(one));
  const besides = other && -other.effect > Math.max(0.1 * pointOf(model), -complaints[0].effect / 2) ? other : null;
  return { causes: complaints.slice(0, 3), besides };
}

/** A word that lowered the rating when it was read, and whose deletion does not raise it. */
function disagreement(model: Model, trace: Trace, deletions: Deletions): string {
  const lowering = trace.words.map((word, place) => ({ place, moved: word.contribution }))
    .filter(({ place, moved }) => moved < -DROPPED * pointOf(model) && says(trace.tokens[place]))
    .sort((one, other) => one.moved - other.moved);
  const [first] = lowering;
  const deletion = first && deletions.of.get(first.place);
  if (!deletion || -deletion.effect > -first.moved / 2) return "";
  const token = named(trace.tokens, first.place);
  const start = `${token} lowered it when it was read (${signed(apart(first.place ? trace.words[first.place - 1].expected : trace.startExpected, trace.words[first.place].expected))}), but without it the rating would`;
  const ends = -deletion.effect < FELT * pointOf(model)
    ? `be ${deletion.expected.toFixed(2)}, no higher` : `only go ${went(trace.expected, deletion.expected)}`;
  const same = trace.tokens.map((_, place) => place)
    .filter((place) => trace.tokens[place] !== trace.tokens[first.place] && isComplaint(model, trace, place))
    .sort((one, other) => alone(model, trace.tokens[one]).expected - alone(model, trace.tokens[other]).expected)
    .slice(0, 3).map((place) => visible(trace.tokens[place]));
  return `${start} ${ends}${same.length ? `: other words say the same (${[...new Set(same)].join(", ")})` : ""}.`;
}

export function high(model: Model, trace: Trace, { edits, left }: Edits, together: Together): Answer {
  const enough = highOf(model);
  if (left > 0) return { said: [`Changes are being tried one by one: ${left} to go.`], waits: true, changes: [] };
  const offered = mendings(model, trace, edits);
  const best = offered[0];
  const odd = oddly(model, trace, edits[0], best);
  const least = isHigh(model, trace) ? WORTH * pointOf(model) : LEAST_GAIN;
  const gains = best && best.expected - trace.expected >= least;
  if (isHigh(model, trace)) {
    const more = gains ? `The best improvement: ${saidEdit(trace, best)} (${went(trace.expected, best.expected)}).` : "No improvement was found.";
    return { said: [`It is high already: ${rated(model, trace)}.`, more, ...odd], waits: false, changes: gains ? [best] : [] };
  }
  if (!gains) return { said: ["Nothing that was tried makes it high: no complaint, left out or turned into its opposite, raises it.", ...odd], waits: false, changes: [] };
  if (best.expected >= enough) {
    const single = friendliest(offered, enough);
    return { said: [`One change makes it high: ${saidEdit(trace, single)}. The rating goes ${went(trace.expected, single.expected)}.`], waits: false, changes: [single] };
  }
  const none = `No single change makes it high (${enough.toFixed(1)} or more). The best: ${saidEdit(trace, best)} (${went(trace.expected, best.expected)}).`;
  if (!together.isDone) return { said: [none, "Changes are being tried together …"], waits: true, changes: [] };
  const { taken } = together;
  const end = taken.at(-1)?.expected ?? trace.expected;
  if (taken.length < 2) return { said: [none, "Others beside it take it no further."], waits: false, changes: [best] };
  const list = [...taken].sort((one, other) => one.place - other.place).map((edit) => shortEdit(trace, edit)).join(", ");
  const these = `These ${NUMBERS[taken.length] ?? taken.length} together`;
  const said = end >= enough
    ? `${these} do: ${list}. The rating goes ${went(trace.expected, end)}.`
    : `Nothing that was tried makes it high. ${these} get furthest: ${list}. The rating goes ${went(trace.expected, end)}.`;
  return { said: [none, said, ...odd], waits: false, changes: taken };
}

const NUMBERS = ["", "one", "two", "three", "four"];

/** Of the changes that suffice, the best swap: it leaves a sentence. */
const friendliest = (edits: Edit[], enough: number): Edit =>
  edits.find(({ word, expected }) => word && expected >= enough) ?? edits[0];

/** That leaving out a word which is no complaint does more: it is said, and not advised. */
function oddly(model: Model, trace: Trace, first: Edit | undefined, best: Edit | undefined): string[] {
  if (!first || first === best || first.expected - (best?.expected ?? trace.expected) < ODD * pointOf(model)) return [];
  return [`Leaving out ${named(trace.tokens, first.place)}, which is no complaint, would do more (${went(trace.expected, first.expected)}): that tells of the model, not of the review.`];
}

const shortEdit = (trace: Trace, edit: Edit) =>
  edit.word ? `${named(trace.tokens, edit.place)} → ${quoted(edit.word)}` : `delete ${named(trace.tokens, edit.place)}`;

export function overrated(model: Model, trace: Trace, deletions: Deletions): Answer {
  const [most] = gapsOf(model, trace, deletions);
  const scale = `Alone: a review of that one word. A review of no word is rated ${trace.startExpected.toFixed(2)}.`;
  const none = "No word stands out: none says much here that it does not say by itself, too.";
  if (!most) return { said: [none], waits: false, changes: [] };
  if (most.gap < STANDS_OUT * pointOf(model)) return { said: [none, weightiest(model, trace, deletions), scale], waits: false, changes: [] };
  const { place, effect, own } = most;
  const pulls = effect < 0 ? "pulls this rating down" : "lifts this rating";
  const nothing = effect < 0 ? "nothing bad" : "nothing good";
  const opposite = effect < 0 ? "it favours a high rating" : "it favours a low one";
  const little = Math.abs(own) < STANDS_OUT * pointOf(model) ? `it says ${nothing}` : Math.sign(own) === Math.sign(effect) ? "it says much less" : opposite;
  const without = went(trace.expected, trace.expected - effect);
  return {
    said: [
      `${named(trace.tokens, place)} ${pulls} by ${Math.abs(effect).toFixed(2)} (without it ${without}), though by itself ${little} (alone: ${(trace.startExpected + own).toFixed(2)}).`,
      scale,
    ],
    waits: false, changes: [],
  };
}

/** The word with most say, which it has by itself, too. */
function weightiest(model: Model, trace: Trace, deletions: Deletions): string {
  const [most] = [...deletions.of.values()].filter(({ place }) => says(trace.tokens[place] ?? ""))
    .sort((one, other) => Math.abs(other.effect) - Math.abs(one.effect));
  const own = alone(model, trace.tokens[most.place]).expected;
  return `${named(trace.tokens, most.place)} has the most say of those that mean something by themselves (without it ${went(trace.expected, most.expected)}); alone it is rated ${own.toFixed(2)}.`;
}

interface Gap {
  place: number;
  effect: number; // here: expected with the word, less without it
  own: number; // by itself: expected of the word alone, less of nothing
  gap: number;
}

/** How much more each word says here than by itself; words that a "not" turns round are left out. */
function gapsOf(model: Model, trace: Trace, deletions: Deletions): Gap[] {
  const turned = (place: number) => trace.tokens.slice(Math.max(0, place - REACH), place + 1).some(negates);
  return [...deletions.of.values()]
    .filter(({ place, effect }) => says(trace.tokens[place] ?? "") && !turned(place) && Math.abs(effect) >= STANDS_OUT * pointOf(model))
    .map(({ place, effect }) => {
      const own = alone(model, trace.tokens[place]).expected - trace.startExpected;
      const [here, byItself] = [Math.abs(effect), Math.abs(own)];
      const isSame = Math.sign(own) === Math.sign(effect);
      if (isSame && byItself > here / 2) return { place, effect, own, gap: 0 }; // it says much by itself, too
      const gap = isSame ? here - byItself : here + Math.min(byItself, here);
      return { place, effect, own, gap };
    })
    .sort((one, other) => other.gap - one.gap);
}
