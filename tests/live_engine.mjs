/** The engine of the live page, asked outside a browser: `node live_engine.mjs ENGINE PAGE`.
 *
 * ENGINE is `src/engine/index.ts` with `src/page/editing.ts`, built as a module; PAGE is what `lstm live` wrote. Each line of
 * standard input is a question in JSON, each line of standard output its answer, in their order.
 */

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [engine, file] = process.argv.slice(2);
const { edited, openModels } = await import(pathToFileURL(engine));
// Latin-1 stands for windows-1252 here: the engine takes both.
const page = readFileSync(file, "latin1");
const element = /<script type="application\/octet-stream">([^]*?)<\/script>/g;
const models = await openModels(Array.from(page.matchAll(element), ([, text]) => text));

const list = (values) => (values === null ? null : Array.from(values));

function trace(model, { text, holds, ledger }) {
  const tokens = model.tokenize(text);
  const found = model.inspect(tokens, holds ?? []);
  const plain = { ...found, words: found.words.map((word) => ({ ...word })), reading: null };
  plain.warnings = model.warnings(tokens);
  plain.carrying = found.carrying.map((unit) =>
    Object.fromEntries(Object.entries(unit).map(([name, value]) => [name, name in { unit: 0, share: 0 } ? value : list(value)])),
  );
  plain.remembered = ledger ? Array.from(found.remembered, list) : [];
  plain.contributions = ledger ? list(found.contributions) : [];
  if (!ledger) for (const word of plain.words) word.routes = null;
  return plain;
}

const answers = {
  about: (model) => Object.fromEntries(["name", "about", "cell", "labels", "ratings", "embeddingSize", "hiddenSize", "pooling", "learns"].map((name) => [name, model[name]])),
  epochs: ({ epochs, own }) => ({ epochs, own }),
  glance: (model, { text }) => model.glance(model.tokenize(text)),
  tokens: (model, { text }) => model.tokenize(text),
  readAs: (model, { tokens }) => model.inspect(tokens).words.map(({ readAs }) => readAs),
  edited: (model, { text, changes }) => edited(text, model.tokenize, changes),
  trace,
  without: (model, { text, place, holds }) => model.without(model.tokenize(text), place, holds ?? []),
  product: (model, { text, place, gate, unit }) => {
    const tokens = model.tokenize(text);
    return model.product(model.inspect(tokens), place, gate, unit);
  },
  learn: (model, { text, truth, rate, times }) => model.learn(model.tokenize(text), truth, rate, times),
};

/** The model of a question: where it names an epoch, by its place, the model as it was then. */
function asked({ model, epoch }) {
  const found = models[model ?? 0];
  return epoch === undefined ? found : found.at(epoch);
}

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  const answer = answers[question.ask](asked(question), question);
  process.stdout.write(JSON.stringify(answer) + "\n");
}
