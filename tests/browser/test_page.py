"""The web page in Chromium: it loads no other files, runs no scripts, fits the window, and is accessible."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bench.reporting import report_on as report_on_play
from bench.sessions import LOCATIONS, scenario
from gate.domain.detail import Detail
from gate.report.page import page
from gate.simulator import Simulator, load, shipped
from gate.text.clean import clean
from tests.absent import require_programs
from tests.end_to_end.running import github, inputs_for, run
from tests.hostile.corpus import TRIED
from tests.npm import installed
from tests.once import once
from tests.report.reports import report_on
from tests.samples import attempt, result, session

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HERE = Path(__file__).parent
_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    require_programs("chromium")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only the slow tests need it

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(_FLAGS))
        yield started
        started.close()


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    require_programs("npm")

    def install(_folder: Path) -> None:
        installed(HERE, "the accessibility of the page is not tested")

    once(tmp_path_factory, "axe", install)
    return (HERE / "node_modules" / "axe-core" / "axe.min.js").read_text()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return the web page of each scenario, written by a real run of the gate."""
    folder = once(tmp_path_factory, "pages", _write_all)
    return sorted(folder.glob("*.html"))


def _write_all(folder: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda name: _run_scenario(folder, name), shipped()))


def _run_scenario(folder: Path, name: str) -> None:
    workspace, play = folder / name, load(name)
    with Simulator(play) as api:
        inputs = inputs_for(api, play.session_ids) | {"html-path": "page.html"}
        run(workspace, github(workspace, inputs))
    shutil.copy(workspace / "page.html", folder / f"{name}.html")


def _hostile() -> bytes:
    """Return a page that shows each hostile string as a check name, as a location name, and as a reason."""
    texts = [text for text in map(clean, TRIED.values()) if text]
    of = [
        session(
            "FAILED", attempt(text), result(text, "failed"), result("b"), name=text, session_id=f"{at:08}"
        )
        for at, text in enumerate(texts)
    ]
    details = {
        run.id: Detail((text, text), (text,))
        for each, text in zip(of, texts, strict=True)
        for run in each.checks[0].results
    }
    return page.render(replace(report_on(*of), details=details, notices=tuple(texts)))


@dataclass(frozen=True, slots=True)
class Shown:
    """What the browser reports about a page."""

    requests: list[str]
    messages: list[str]
    width: int
    violations: list[str]


def _shown(browser: Browser, path: Path, axe: str, scheme: Any, width: int) -> Shown:  # noqa: ANN401 - a Literal type
    view = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True)
    requests: list[str] = []
    messages: list[str] = []
    view.on("request", lambda request: requests.append(request.url))
    view.on("console", lambda message: messages.append(message.text))
    view.on("pageerror", lambda error: messages.append(str(error)))
    view.goto(path.as_uri())
    overflowing = view.evaluate("document.documentElement.scrollWidth")
    view.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    if not axe:
        view.close()
        return Shown(requests, messages, overflowing, [])
    view.evaluate(axe)
    found = view.evaluate(
        "axe.run().then(({violations}) => violations.map(({id, nodes}) => `${id}: ${nodes[0].html}`))"
    )
    view.close()
    return Shown(requests, messages, overflowing, found)


@pytest.mark.parametrize(("scheme", "width"), [("light", 400), ("dark", 2000)])
def test_every_page_is_self_contained_fits_the_window_and_is_accessible(
    browser: Browser, axe: str, pages: list[Path], scheme: str, width: int
) -> None:
    assert len(pages) == len(shipped())
    for path in pages:
        shown = _shown(browser, path, axe, scheme, width)
        assert shown == Shown([path.as_uri()], [], width, []), path.name


def test_axe_reports_violations_in_a_broken_page(browser: Browser, axe: str, tmp_path: Path) -> None:
    faint = page.render(report_on(session("PASSED", result("a")))).replace(
        b"--faint: #59636e", b"--faint: #eeeeee"
    )
    (tmp_path / "page.html").write_bytes(faint.replace(b' lang="en"', b""))
    violations = _shown(browser, tmp_path / "page.html", axe, "light", 1000).violations
    assert {violation.partition(":")[0] for violation in violations} == {"color-contrast", "html-has-lang"}


def test_hostile_names_and_reasons_cause_no_requests_and_run_no_scripts(
    browser: Browser, tmp_path: Path
) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(_hostile())
    assert _shown(browser, path, "", "light", 400) == Shown([path.as_uri()], [], 400, [])


def test_the_content_security_policy_blocks_scripts_and_styles(browser: Browser, tmp_path: Path) -> None:
    """Even without escaping, a script or a style in the page would have no effect."""
    written = page.render(report_on(session("PASSED", result("a")))).decode()
    broken = '<script>document.title = "run"</script><style>h1 { display: none }</style>'
    (tmp_path / "page.html").write_text(written.replace("<main>", f"<main>{broken}"))
    view = browser.new_page()
    view.goto((tmp_path / "page.html").as_uri())
    assert view.title() == "Checkly gate: open"
    assert view.locator("h1").is_visible()
    view.close()


def test_a_page_of_five_hundred_checks_is_small_and_appears_quickly(browser: Browser, tmp_path: Path) -> None:
    report = report_on_play(scenario([20.0] * 500, LOCATIONS[:3], failing=True))
    began_s = time.monotonic()
    written = page.render(report)
    rendered_s = time.monotonic() - began_s
    path = tmp_path / "page.html"
    path.write_bytes(written)
    view = browser.new_page()
    began_s = time.monotonic()
    view.goto(path.as_uri())
    assert view.locator("tbody tr").count() == 1500
    shown_s = time.monotonic() - began_s
    view.close()
    assert len(written) < 2_000_000
    assert rendered_s < 1
    assert shown_s < 2
