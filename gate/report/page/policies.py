"""The page's section on policies: the rules, where they were set, and the checks that they apply to."""

from __future__ import annotations

from collections.abc import Iterable

from gate.policy.effective import Policy
from gate.policy.threshold import DEFAULT, in_words
from gate.report.page.markup import Html, element, joined
from gate.report.report import Report
from gate.text.duration import format_duration

_MOST_POLICIES = 20
_MOST_CHECKS_NAMED = 20


def policies_section(report: Report) -> Html:
    """Return up to 20 policies, each once and with the checks to which it was applied."""
    applied: list[tuple[tuple[tuple[str, str], ...], list[str]]] = []
    for judged in report.sessions:
        runs = judged.session.checks if judged.session else ()
        for run, policy in zip(runs, judged.policies, strict=True):
            rules = tuple(_rules(policy))
            names = next((names for known, names in applied if known == rules), None)
            if names is None:
                applied.append((rules, names := []))
            names.append(judged.naming.label(run.check))
    if not applied:
        return Html("")
    parts = [_policy(rules, list(dict.fromkeys(names))) for rules, names in applied[:_MOST_POLICIES]]
    if (more := len(applied) - _MOST_POLICIES) > 0:
        parts.append(element("p", f"{more} more policies are in the JSON record."))
    if report.policy:
        parts.append(element("p", f"Source: {report.policy}.", class_="faint"))
    title = "Applied policy" if len(applied) == 1 else f"{len(applied)} applied policies"
    return element("section", element("h2", title), joined(parts))


def _policy(rules: Iterable[tuple[str, str]], names: list[str]) -> Html:
    more = f" and {len(names) - _MOST_CHECKS_NAMED} more" if len(names) > _MOST_CHECKS_NAMED else ""
    listed = joined([part for name, text in rules for part in (element("dt", name), element("dd", text))])
    to = ", ".join(names[:_MOST_CHECKS_NAMED]) + more
    return joined([element("p", f"For {to}:", class_="faint"), element("dl", listed)])


def _rules(policy: Policy) -> Iterable[tuple[str, str]]:
    for name, thresholds in (
        ("failed", policy.failed),
        ("degraded", policy.degraded),
        ("flaky", policy.flaky),
    ):
        origins = ", ".join(dict.fromkeys(threshold.origin for threshold in thresholds)) or DEFAULT
        allowed = in_words(thresholds) if thresholds else "any number"
        yield name, f"{allowed} allowed ({origins})"
    if policy.response_time_ms is not None:
        longest = format_duration(policy.response_time_ms / 1000)
        yield "response time", f"more than {longest} counts as degraded ({policy.origin('response-time')})"
    for name, is_allowed in (("missing", policy.allow_missing), ("cancelled", policy.allow_cancelled)):
        yield name, f"{'allowed' if is_allowed else 'closes the gate'} ({policy.origin(name)})"
    for location in policy.required:
        yield "required", f"{location} ({policy.origin(f'required {location}')})"
    for location, reason in policy.skipped.items():
        yield "skipped", f"{location}: {reason}"
