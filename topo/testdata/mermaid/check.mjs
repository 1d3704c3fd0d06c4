// Parses diagrams with mermaid's own parser, as a browser does: each line of standard
// input is one, as a JSON string. Prints the number of each that it refuses, and why.
// Takes mermaid and jsdom from the folder in its argument.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const require = createRequire(process.argv[2] + "/");
const { JSDOM } = require("jsdom");
const dom = new JSDOM("");
globalThis.window = dom.window;
globalThis.document = dom.window.document;
const { default: mermaid } = await import(pathToFileURL(require.resolve("mermaid")));
let number = 0;
for await (const line of createInterface({ input: process.stdin })) {
  number++;
  try {
    await mermaid.parse(JSON.parse(line));
  } catch (e) {
    console.log(number + ": " + e.message);
  }
}
