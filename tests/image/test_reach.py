"""No module, command or rare error needs a file that the image omits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gate.simulator import Simulator, load
from tests.end_to_end.running import KEY
from tests.image.building import Image
from tests.image.running import container, run

PYTHON = ["--entrypoint", "/usr/local/bin/python3"]
SESSION = "8166fa86-c9b4-4162-8541-d380c6c212d8"
# The gate does not use these modules. They may need another operating system or an optional package.
OPTIONAL = (
    "urllib3.contrib.emscripten",
    "urllib3.contrib.pyopenssl",
    "urllib3.contrib.socks",
    "urllib3.http2",
    "charset_normalizer.cli",
)
IMPORT_ALL = """
import importlib, json, pkgutil, sys
found = {}
for top in "gate requests urllib3 idna certifi charset_normalizer yaml junit_xml six".split():
    package = importlib.import_module(top)
    found[top] = "imported"
    for each in pkgutil.walk_packages(getattr(package, "__path__", ()), f"{top}.", onerror=lambda name: None):
        if each.name.endswith("__main__"):
            continue
        try:
            importlib.import_module(each.name)
            found[each.name] = "imported"
        except Exception as error:
            found[each.name] = f"{type(error).__name__}: {error}"
print(json.dumps(found))
"""
IMPORT_STANDARD = """
import importlib, json, pkgutil, sysconfig
missing = {}
library = sysconfig.get_path("stdlib")
for each in pkgutil.iter_modules([library, f"{library}/lib-dynload"]):
    if each.name in ("antigravity", "this", "__phello__"):
        continue
    try:
        importlib.import_module(each.name)
    except Exception as error:
        missing[each.name] = f"{type(error).__name__}: {error}"
import encodings
for each in pkgutil.iter_modules(encodings.__path__, "encodings."):
    if each.name not in ("encodings.mbcs", "encodings.oem"):
        importlib.import_module(each.name)
print(json.dumps(missing))
"""


def test_every_module_of_the_gate_and_of_its_dependencies_can_be_imported(image: Image) -> None:
    code, log = run(image, "-I", "-W", "ignore", "-c", IMPORT_ALL, options=PYTHON)
    assert code == 0, log
    found: dict[str, str] = json.loads(log)
    failed = {name: why for name, why in found.items() if why != "imported" and not name.startswith(OPTIONAL)}
    assert failed == {}
    assert sum(name.startswith("gate.") for name in found) > 100


def test_every_standard_library_module_in_the_image_can_be_imported(image: Image) -> None:
    code, log = run(image, "-I", "-W", "ignore", "-c", IMPORT_STANDARD, options=PYTHON)
    assert code == 0, log
    assert json.loads(log) == {}


ERRORS = {
    "DNS": (["--api-url", "https://gate.invalid"], {}, 4, "the request to https://gate.invalid failed"),
    "IDNA": (
        ["--api-url", "https://xn--bcher-kva.invalid"],
        {},
        4,
        "the request to https://xn--bcher-kva.invalid failed",
    ),
    "invalid IDNA": (["--api-url", f"https://{'a' * 64}.invalid"], {}, 4, "exit code 4"),
    "proxy": (
        ["--api-url", "https://gate.invalid"],
        {"HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "", "no_proxy": ""},
        4,
        "127.0.0.1",
    ),
    "certificates": (["--ca-bundle", "/etc/passwd"], {}, 2, "is not a readable PEM file"),
    "YAML": (["--policy", "/folder/policy.yml"], {}, 2, "policy.yml:3"),
}


@pytest.mark.parametrize(("flags", "env", "code", "said"), ERRORS.values(), ids=ERRORS.keys())
def test_errors_do_not_come_from_missing_modules(
    flags: list[str], env: dict[str, str], code: int, said: str, image: Image, tmp_path: Path
) -> None:
    (tmp_path / "policy.yml").write_text("locations:\n  required: [a\n")
    options = ["-v", f"{tmp_path}:/folder", *[word for name in env for word in ("-e", name)]]
    given = ["--session-id", SESSION, "--api-key", KEY, "--timeout", "2s"]
    ended, log = run(image, *given, *flags, options=options, env=env)
    assert ended == code, log
    assert said in log
    assert "could not be loaded" not in log


def test_a_server_without_tls_leads_to_a_tls_error(image: Image) -> None:
    with Simulator(load("passing")) as api:
        url = api.url.replace("http:", "https:")
        given = ["--session-id", SESSION, "--api-key", KEY, "--timeout", "1s", "--api-url", url]
        code, log = run(image, *given)
    assert code == 4, log
    assert "SSL" in log


COMMANDS = {
    "help": (["--help"], 0),
    "version": (["--version"], 0),
    "demo": (["demo", "flaky"], 0),
    "policy": (["policy", "check", "/nowhere.yml"], 2),
    "an unknown command": (["polcy"], 2),
}


@pytest.mark.parametrize(("arguments", "code"), COMMANDS.values(), ids=COMMANDS.keys())
def test_every_command_runs(arguments: list[str], code: int, image: Image) -> None:
    ended, log = run(image, *arguments)
    assert ended == code, log
    assert "could not be loaded" not in log


# Shortened versions of the scripts that GitLab's runner, Jenkins and Woodpecker generate.
GENERATED = {
    "GitLab": "if set -o | grep pipefail > /dev/null; then set -o pipefail; fi; set -o errexit; "
    "mkdir -p /tmp/b.tmp; rm -rf /tmp/b; "
    "printf '%s' x > /tmp/b.tmp/V; chmod 600 /tmp/b.tmp/V; cat /tmp/b.tmp/V; echo; checkly-gate --version",
    "Jenkins": "cd /tmp; { touch log; sleep 0; } & (checkly-gate --version > log 2>&1; echo $? > r.tmp; "
    'mv r.tmp result; wait) >&- 2>&-; wait; cat log; test "$(cat result)" = 0',
    "Woodpecker": 'echo "$(printf checkly-gate\\ --version | base64)" | base64 -d | /bin/sh -e',
    "a script": "id -u; uname -s; date +%s | tr -d 0 | head -c 2; env | sed -n 1p; ls / | grep app; "
    "checkly-gate --version",
}


@pytest.mark.parametrize("script", GENERATED.values(), ids=GENERATED.keys())
def test_generated_scripts_find_the_programs_that_they_call(script: str, image: Image) -> None:
    with container(image, ["-i", "--entrypoint", "/bin/sh"], ["-e"]) as started:
        code, log = started.end(script)
    assert code == 0, log
    assert "checkly-gate " in log
    assert "not found" not in log
