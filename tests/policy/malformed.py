"""Invalid policies: the text of each, and the mistake that the gate reports, with its position.

`beyond_schema` marks mistakes that a JSON Schema cannot find.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Malformed:
    written: str
    says: str
    beyond_schema: bool = False


def _bomb() -> str:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    return "\n".join(lines)


_Q = "quarantine:\n  - "
_C = "checks:\n  - "

MALFORMED: dict[str, Malformed] = {
    "empty": Malformed("", "p.yml: the document is empty", beyond_schema=True),
    "only comments": Malformed("# nothing yet\n", "p.yml: the document is empty", beyond_schema=True),
    "a list": Malformed("- degraded-threshold: 1", "p.yml:1:1: a mapping is needed here, not a list"),
    "a word": Malformed("strict", "p.yml:1:1: a mapping is needed here, not 'strict'"),
    "a typo": Malformed(
        "degraded-treshold: 1",
        "p.yml:1:1: unknown key 'degraded-treshold'; did you mean 'degraded-threshold'?",
    ),
    "an underscore": Malformed(
        "\nfailed_threshold: 1", "p.yml:2:1: unknown key 'failed_threshold'; did you mean 'failed-threshold'?"
    ),
    "upper case": Malformed("Missing: pass", "p.yml:1:1: unknown key 'Missing'; did you mean 'missing'?"),
    "a key that resembles no known key": Malformed(
        "zzz: 1", "p.yml:1:1: unknown key 'zzz'; known: degraded-threshold, "
    ),
    "a key twice": Malformed(
        "missing: fail\nmissing: pass", "p.yml:2:1: the key 'missing' is given twice", beyond_schema=True
    ),
    "a merge key": Malformed("<<: {missing: pass}", "p.yml:1:1: unknown key '<<'", beyond_schema=True),
    "a mapping as a key": Malformed(
        "? {a: 1}\n: 2", "p.yml:1:3: a single value is needed here, not a mapping", beyond_schema=True
    ),
    "null": Malformed("degraded-threshold:", "p.yml:1:20: degraded-threshold: a single value is needed here"),
    "a negative count": Malformed(
        "degraded-threshold: -1", "p.yml:1:21: degraded-threshold: '-1' is not a valid threshold: a count"
    ),
    "half a location": Malformed(
        "failed-threshold: 1.5", "p.yml:1:19: failed-threshold: '1.5' is not a valid threshold: a count"
    ),
    "more than a hundred percent": Malformed(
        "failed-threshold: 101%", "p.yml:1:19: failed-threshold: '101%' is not a valid threshold: a count"
    ),
    "a boolean as a threshold": Malformed(
        "failed-threshold: true", "p.yml:1:19: failed-threshold: 'true' is not a valid threshold: a count"
    ),
    "a list as a threshold": Malformed(
        "flaky-threshold: [1]", "p.yml:1:18: flaky-threshold: a single value is needed here, not a list"
    ),
    "a word as a threshold": Malformed(
        "flaky-threshold: some", "p.yml:1:18: flaky-threshold: 'some' is not a valid threshold: a count"
    ),
    "a word as a response time": Malformed(
        "response-time: fast", "p.yml:1:16: response-time: 'fast' is not a valid response time: seconds"
    ),
    "a response time of zero": Malformed(
        "response-time: 0s",
        "p.yml:1:16: response-time: '0s' is not a valid response time: it must be over 0s",
        beyond_schema=True,
    ),
    "a response time of a day": Malformed(
        "response-time: 24h",
        "p.yml:1:16: response-time: '24h' is not a valid response time: it must be over 0s and at most 1h",
        beyond_schema=True,
    ),
    "yes": Malformed("missing: yes", "p.yml:1:10: missing: 'yes' is not a known value; known: fail, pass"),
    "passed": Malformed(
        "cancelled: passed", "p.yml:1:12: cancelled: 'passed' is not a known value; did you mean 'pass'?"
    ),
    "locations as a list": Malformed(
        "locations: [us-east-1]", "p.yml:1:12: locations: a mapping is needed here, not a list"
    ),
    "a location without its list": Malformed(
        "locations: {required: us-east-1}",
        "p.yml:1:23: locations: required: a list is needed here, not 'us-east-1'",
    ),
    "an unknown list": Malformed(
        "locations:\n  require: [us-east-1]",
        "p.yml:2:3: locations: unknown key 'require'; did you mean 'required'?",
    ),
    "a location twice": Malformed(
        "locations: {ignore: [a, b, a]}",
        "p.yml:1:28: locations: ignore: the location 'a' is in this list twice",
    ),
    "a number as a location": Malformed(
        "locations: {ignore: [1]}", "p.yml:1:22: locations: ignore: a string is needed here, not 1"
    ),
    "an empty location": Malformed(
        "locations: {ignore: ['']}", "p.yml:1:22: locations: ignore: '' is not a valid name"
    ),
    "a location name with a line break": Malformed(
        'locations: {ignore: ["a\\nb"]}',
        "p.yml:1:22: locations: ignore: 'a\\nb' is not a valid name",
        beyond_schema=True,
    ),
    "quarantine as a mapping": Malformed(
        "quarantine: {check: a}", "p.yml:1:13: quarantine: a list is needed here, not a mapping"
    ),
    "no reason": Malformed(
        _Q + "{check: a, until: 2026-12-31}", "p.yml:2:5: quarantine: the key 'reason' is missing here"
    ),
    "no end": Malformed(
        _Q + "{check: a, reason: INC-1}", "p.yml:2:5: quarantine: the key 'until' is missing here"
    ),
    "a day that does not exist": Malformed(
        _Q + "{check: a, until: 2026-02-30, reason: r}",
        "p.yml:2:23: quarantine: until: '2026-02-30' is not a valid day",
        beyond_schema=True,
    ),
    "a date in another format": Malformed(
        _Q + "{check: a, until: 31.12.2026, reason: r}",
        "p.yml:2:23: quarantine: until: '31.12.2026' is not a valid day",
    ),
    "a day with a time": Malformed(
        _Q + "{check: a, until: 2026-12-31T12:00:00Z, reason: r}",
        "p.yml:2:23: quarantine: until: '2026-12-31T12:00:00Z' is not a valid day",
    ),
    "no check and no location": Malformed(
        _Q + "{until: 2026-12-31, reason: r}",
        "p.yml:2:5: quarantine: a quarantine needs a check, a location, or both",
    ),
    "an unclosed bracket": Malformed(
        _Q + "{check: 'Pay [v2', until: 2026-12-31, reason: r}",
        "p.yml:2:13: quarantine: check: 'Pay [v2' is not a valid glob: a '[' is not closed",
        beyond_schema=True,
    ),
    "an unclosed bracket with an exclamation mark": Malformed(
        _C + "match: {name: 'a[!]'}\n    missing: x",
        "p.yml:2:19: checks: match: name: 'a[!]' is not a valid glob",
    ),
    "a rule without a match": Malformed(
        _C + "degraded-threshold: 1", "p.yml:2:5: checks: the key 'match' is missing here"
    ),
    "a rule without an effect": Malformed(
        _C + "match: {name: a}",
        "p.yml:2:5: checks: this rule has no effect: it needs one of degraded-threshold",
    ),
    "an empty match": Malformed(
        _C + "match: {}\n    failed-threshold: 1",
        "p.yml:2:12: checks: match: a match needs a name, an id or a type",
    ),
    "an invalid id": Malformed(
        _C + "match: {id: checkout}\n    failed-threshold: 1",
        "p.yml:2:17: checks: match: id: 'checkout' is not a valid UUID",
    ),
    "a rule with a key that is not a limit": Malformed(
        _C + "match: {name: a}\n    missing: pass", "p.yml:3:5: checks: unknown key 'missing'"
    ),
    "two documents": Malformed(
        "missing: pass\n---\nmissing: fail",
        "p.yml:2:1: not YAML: expected a single document",
        beyond_schema=True,
    ),
    "a tag": Malformed("missing: !!str pass", "p.yml:1:10: tags are not allowed", beyond_schema=True),
    "a tag that would run code": Malformed(
        "missing: !!python/object/apply:os.system [exit]",
        "p.yml:1:10: tags are not allowed",
        beyond_schema=True,
    ),
    "an alias": Malformed(
        "missing: &x pass\ncancelled: *x", "p.yml:2:12: aliases are not allowed", beyond_schema=True
    ),
    "an alias bomb": Malformed(_bomb(), "p.yml:2:8: aliases are not allowed", beyond_schema=True),
    "deep nesting": Malformed("[" * 1000, "p.yml:1:31: nested too deeply", beyond_schema=True),
    "an unclosed list": Malformed("locations: {ignore: [a", "p.yml:1:23: not YAML", beyond_schema=True),
    "a tab": Malformed("locations:\n\tignore: [a]", "p.yml:2:1: not YAML", beyond_schema=True),
    "a control character": Malformed("missing: pa\x00ss", "p.yml:1: not YAML", beyond_schema=True),
    "wrong indentation": Malformed(
        "locations:\n  required: [a]\n ignore: [b]", "p.yml:3:2: not YAML", beyond_schema=True
    ),
    "a colon in a name": Malformed(
        "quarantine:\n  - check: Pay: v2", "p.yml:2:15: not YAML", beyond_schema=True
    ),
    "a workflow command": Malformed("'::error::x': 1", "p.yml:1:1: unknown key '::error::x'"),
}
