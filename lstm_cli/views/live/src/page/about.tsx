/** Which model this is, and where what is typed stays. */

import type { Model } from "../engine/index";

export function About({ model, other }: { model: Model; other: Model | null }) {
  const described = (one: Model) =>
    `${one.name}: ${one.cell === "lstm" ? "an LSTM" : "a plain RNN"} of ${one.hiddenSize} units that reads words as ${one.embeddingSize} numbers. ${one.about}`;
  return (
    <footer class="small">
      <p>{described(model)} {other && described(other)}</p>
      <p>
        The model is in this file, and nothing you type leaves it. Kept, learned, used and left are means over
        the hidden units, in which a unit counts by how much it adds to this rating; every number is computed,
        none estimated. The address of this page holds what you typed: copy it to show it to others who have
        the file.
      </p>
    </footer>
  );
}
