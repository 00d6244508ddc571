// Reads reports with the consumers that npm has, and prints what each of them sees in one form for all:
// {consumer: {report: {tests, failures, errors, skipped, cases: [{classname, name, time, outcome, …}]}}}.
// Standard input is {name of a report: path}. What a consumer does not know is null.
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import merger from "junit-report-merger";
import { convertJUnitToCTRFReport } from "junit-to-ctrf";
import { parse as parseJunit2json } from "junit2json";
import testbeats from "test-results-parser";
import parseXunitViewer from "xunit-viewer/src/cli/parse.js";

const run = promisify(execFile);
const here = import.meta.dirname;

const CONSUMERS = {
  junit2json: async (path) => ofJunit2json(await parseJunit2json(await readFile(path, "utf8"))),

  "junit-report-merger": async (path) => ofJunit2json(await parseJunit2json(await merged(path))),

  "junit-to-ctrf": async (path) => {
    const { summary, tests } = (await convertJUnitToCTRFReport(path)).results;
    const cases = tests.map((test) => ({
      classname: null,
      name: test.name,
      time: test.duration / 1000,
      outcome: test.status,
      attempts: test.retries ?? 0,
      flaky: test.flaky ?? false,
    }));
    return { tests: summary.tests, failures: summary.failed, errors: null, skipped: summary.skipped, cases };
  },

  testbeats: async (path) => {
    const result = testbeats.parse({ type: "junit", files: [path] });
    const cases = result.suites.flatMap((suite) =>
      suite.cases.map((each) => ({
        classname: null,
        name: each.name,
        time: each.duration / 1000,
        outcome: each.status,
        fields: each.metadata,
      })),
    );
    const { failed, errors, skipped } = result;
    return { tests: result.total, failures: failed, errors, skipped, cases };
  },

  "xunit-viewer": async (path) => {
    const { suites } = await parseXunitViewer(await readFile(path, "utf8"));
    const tests = Object.values(suites).flatMap((suite) => Object.values(suite.tests));
    const cases = tests.map(({ classname, name, time, status }) => ({
      classname,
      name,
      time: Number(time),
      outcome: status,
    }));
    return { ...counted(cases), cases };
  },

  allure: async (path) => {
    const out = await mkdtemp(join(tmpdir(), "allure-"));
    try {
      const program = join(here, "node_modules/allure/cli.js");
      await run(process.execPath, [program, "generate", dirname(path), "--output", out], { cwd: out });
      const folder = join(out, "data/test-results");
      const results = (await readdir(folder)).map(async (file) => JSON.parse(await readFile(join(folder, file))));
      const cases = (await Promise.all(results)).map(({ name, status, duration, labels }) => ({
        classname: labels.find((label) => label.name === "testClass")?.value,
        name,
        time: duration / 1000,
        outcome: status,
      }));
      const { stats } = JSON.parse(await readFile(join(out, "summary.json")));
      const { total, failed = 0, broken = 0, skipped = 0 } = stats;
      return { tests: total, failures: failed, errors: broken, skipped, cases };
    } finally {
      await rm(out, { recursive: true });
    }
  },
};

/** What the merger makes of a report by itself, as XML. */
async function merged(path) {
  return merger.mergeToString([await readFile(path, "utf8")]);
}

function ofJunit2json(report) {
  const sum = (key) => report.testsuite.reduce((total, suite) => total + (suite[key] ?? 0), 0);
  const cases = report.testsuite.flatMap((suite) =>
    suite.testcase.map((each) => ({
      classname: each.classname,
      name: each.name,
      time: each.time,
      outcome: ["failure", "error", "skipped"].find((kind) => each[kind]) ?? "passed",
      attempts: (each.rerunFailure ?? []).length + (each.flakyFailure ?? []).length,
    })),
  );
  return { tests: sum("tests"), failures: sum("failures"), errors: sum("errors"), skipped: sum("skipped"), cases };
}

function counted(cases) {
  const count = (outcome) => cases.filter((each) => each.outcome === outcome).length;
  return {
    tests: cases.length,
    failures: count("failure"),
    errors: count("error"),
    skipped: count("skipped"),
  };
}

const input = [];
for await (const chunk of process.stdin) input.push(chunk);
const reports = Object.entries(JSON.parse(Buffer.concat(input)));
const seen = Object.fromEntries(Object.keys(CONSUMERS).map((consumer) => [consumer, {}]));
const jobs = Object.entries(CONSUMERS).flatMap(([consumer, read]) =>
  reports.map(([report, path]) => async () => (seen[consumer][report] = await read(path))),
);
// Allure is a program of its own for each report: no more of them at once than there are processors.
await Promise.all(cpus().map(async () => { while (jobs.length) await jobs.shift()(); }));
process.stdout.write(JSON.stringify(seen));
