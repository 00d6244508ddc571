"""Words and marks that the parts of the summary share."""

from __future__ import annotations

from gate.evaluation.judged import Conclusion, VerdictKind
from gate.text.escape import markdown

VERDICT_MARKS = {VerdictKind.PASS: "✅", VerdictKind.FAIL: "❌", VerdictKind.INCONCLUSIVE: "⚠️"}
MARKS = {
    Conclusion.GREEN: "✅",
    Conclusion.TOLERATED: "⚠️",
    Conclusion.RED: "❌",
    Conclusion.UNDECIDED: "❔",
    Conclusion.SKIPPED: "⏭️",
}


def linked(text: str, link: str) -> str:
    """Return a link, or only the text if there is no link.

    Only `&` needs escaping in a cleaned link, because Markdown interprets entities.
    """
    return f"[{markdown(text)}]({link.replace('&', '&amp;')})" if link else markdown(text)
