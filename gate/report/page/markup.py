"""HTML elements. Text is escaped unless it is already HTML."""

from __future__ import annotations

from html import escape

_WITHOUT_END = ("meta",)


class Html(str):
    """Text that is already HTML."""

    __slots__ = ()


def element(tag: str, *content: str, **attributes: str | float) -> Html:
    """Return an element with escaped text. `class_` becomes `class`; `aria_label` becomes `aria-label`."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"' for key, value in attributes.items()
    )
    if tag in _WITHOUT_END:
        return Html(f"<{tag}{written}>")
    return Html(f"<{tag}{written}>{''.join(map(_text, content))}</{tag}>")


def link(text: str, url: str) -> Html:
    """Return a link, or only the text if there is no URL."""
    return element("a", text, href=url, rel="noreferrer") if url else Html(escape(text))


def joined(parts: list[Html]) -> Html:
    """Concatenate elements."""
    return Html("".join(parts))


def _text(content: str) -> str:
    return content if isinstance(content, Html) else escape(content)
