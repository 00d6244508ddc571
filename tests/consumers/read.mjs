// Read reports with the consumers from npm, and print the result of each in a common form:
// {consumer: {report: {tests, failures, errors, skipped, cases: [{suite, classname, name, time, outcome, said, …}]}}}.
// The arguments name the consumers, and standard input is {name of a report: path}. Fields that a consumer does not
// read are null.
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";

import { AllureReport, readConfig } from "@allurereport/core"; // the part of Allure that its command-line program calls
import merger from "junit-report-merger";
import { convertJUnitToCTRFReport } from "junit-to-ctrf";
import { parse as parseJunit2json } from "junit2json";
import testbeats from "test-results-parser";
import parseXunitViewer from "xunit-viewer/src/cli/parse.js";

console.log = console.info = console.error; // some consumers log to stdout, which must contain only the result
const run = promisify(execFile);
const sites = await mkdtemp(join(tmpdir(), "allure-"));
const here = import.meta.dirname;
const require = createRequire(import.meta.url);
// These two packages are not meant to be imported. The files below are the parsers that their programs use for
// uploads.
const { getParsers } = require("./node_modules/@testmo/testmo-cli/dist/parsers");
const TestomatioReader = require("./node_modules/@testomatio/reporter/lib/xmlReader.js");

const CONSUMERS = {
  junit2json: async (path) => ofJunit2json(await parseJunit2json(await readFile(path, "utf8"))),

  "junit-report-merger": async (path) => ofJunit2json(await parseJunit2json(await merged(path))),

  "junit-to-ctrf": async (path) => {
    const { summary, tests } = (await convertJUnitToCTRFReport(path)).results;
    const cases = tests.map((test) => ({
      suite: test.suite.join(" "),
      classname: null,
      name: test.name,
      time: test.duration / 1000,
      outcome: test.status,
      said: test.message,
      attempts: test.retries ?? 0,
      flaky: test.flaky ?? false,
    }));
    return { tests: summary.tests, failures: summary.failed, errors: null, skipped: summary.skipped, cases };
  },

  testbeats: async (path) => {
    const result = testbeats.parse({ type: "junit", files: [path] });
    const cases = result.suites.flatMap((suite) =>
      suite.cases.map((each) => ({
        suite: suite.name,
        classname: null,
        name: each.name,
        time: each.duration / 1000,
        outcome: each.status,
        said: each.failure,
        fields: each.metadata,
      })),
    );
    const { failed, errors, skipped } = result;
    return { tests: result.total, failures: failed, errors, skipped, cases };
  },

  "xunit-viewer": async (path) => {
    const { suites } = await parseXunitViewer(await readFile(path, "utf8"));
    const cases = Object.values(suites).flatMap((suite) =>
      Object.values(suite.tests).map(({ classname, name, time, status, messages }) => ({
        suite: suite.name,
        classname,
        name,
        time: Number(time),
        outcome: status,
        said: ["failure", "error", "skipped"].includes(status) ? messages[0] : null,
      })),
    );
    return { ...counted(cases), cases };
  },

  testmo: async (path) => {
    const { tests } = getParsers()[0].parse(await readFile(path, "utf8"));
    const cases = tests.map(({ key, folder, name, elapsed, status, fields }) => ({
      suite: null,
      classname: key === `${folder}.${name}` ? folder : key,
      name,
      time: elapsed / 1e6,
      outcome: status,
      said: fields.find((field) => field.source === "status")?.value,
      fields: Object.fromEntries(fields.filter((each) => each.type === "string").map((each) => [each.name, each.value])),
    }));
    return { ...counted(cases), cases };
  },

  testomatio: async (path) => {
    const reader = new TestomatioReader({});
    const cases = reader.parse(path).tests.map((test) => ({
      suite: test.suite_title,
      classname: null,
      name: test.title,
      time: test.run_time / 1000,
      outcome: test.status,
      said: test.message,
    }));
    const { tests_count: tests, failed_count: failures } = reader.calculateStats();
    return { tests, failures, errors: null, skipped: null, cases };
  },

  allure: async (path) => {
    const site = siteOf("allure", path);
    const report = new AllureReport(await readConfig(sites, undefined, { output: site }));
    await report.start();
    await report.readDirectory(dirname(path));
    await report.done();
    const cases = (await documents(join(site, "data/test-results"))).map((each) =>
      ofAllure(each, each.duration, each.error?.message),
    );
    return { ...ofAllureCounts((await document(join(site, "summary.json"))).stats), cases };
  },

  "allure-commandline": async (path) => {
    const site = siteOf("allure-commandline", path);
    const shown = (await documents(join(site, "data/test-cases"))).filter((each) => !each.hidden);
    const cases = shown.map((each) => ({
      ...ofAllure(each, each.time.duration, each.statusMessage),
      attempts: each.retriesCount,
    }));
    return { ...ofAllureCounts((await document(join(site, "widgets/summary.json"))).statistic), cases };
  },
};

// Consumers that start slowly. A single process prepares all reports before they are read one by one.
const PREPARED = {
  "allure-commandline": async (paths) => {
    const home = join(here, "node_modules/allure-commandline/dist");
    const options = ["-XX:TieredStopAtLevel=1", "-cp", `${home}/lib/*:${home}/lib/config`];
    const folders = paths.flatMap((path) => [dirname(path), siteOf("allure-commandline", path)]);
    await run("java", [...options, join(here, "AllureSites.java"), home, ...folders]);
  },
};

/** Return the folder of the site that Allure generates from a report. */
function siteOf(consumer, path) {
  return join(sites, consumer, basename(dirname(path)));
}

async function document(path) {
  return JSON.parse(await readFile(path, "utf8"));
}

async function documents(folder) {
  return Promise.all((await readdir(folder)).map((file) => document(join(folder, file))));
}

function ofAllure({ name, status, labels }, duration, said) {
  const label = (wanted) => labels.find((each) => each.name === wanted)?.value;
  return { suite: label("suite"), classname: label("testClass"), name, time: duration / 1000, outcome: status, said };
}

function ofAllureCounts({ total, failed = 0, broken = 0, skipped = 0 }) {
  return { tests: total, failures: failed, errors: broken, skipped };
}

/** Return the XML that the merger writes for a single report. */
async function merged(path) {
  return merger.mergeToString([await readFile(path, "utf8")]);
}

function ofJunit2json(report) {
  const sum = (key) => report.testsuite.reduce((total, suite) => total + (suite[key] ?? 0), 0);
  const cases = report.testsuite.flatMap((suite) =>
    suite.testcase.map((each) => ({
      suite: suite.name,
      classname: each.classname,
      name: each.name,
      time: each.time,
      outcome: ["failure", "error", "skipped"].find((kind) => each[kind]) ?? "passed",
      said: (each.failure ?? each.error ?? each.skipped)?.[0].message,
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
const seen = {};
for (const consumer of process.argv.slice(2)) {
  await PREPARED[consumer]?.(reports.map(([, path]) => path));
  seen[consumer] = {};
  for (const [report, path] of reports) seen[consumer][report] = await CONSUMERS[consumer](path);
}
await rm(sites, { recursive: true });
process.stdout.write(JSON.stringify(seen));
