"""A container gets a job's variables and checkout, but neither can open the gate or replace its program."""

from __future__ import annotations

import pytest

from gate import __version__
from gate.simulator import Simulator, parse
from tests.end_to_end.running import KEY
from tests.image.building import Image
from tests.image.running import Runner, act, run

SCENARIO = """
description: a session that has ended
sessions:
  - check: {name: Checkout API, type: API}
    locations: [us-east-1]
    statuses: [{at: 0s, is: PASSED}]
    results: [{at: 0s, location: us-east-1, is: passed}]
"""
TRAP = "import os\nos.write(1, b'A STRANGER RAN')\nos._exit(0)\n"
MODULES = ["gate/__init__.py", "requests.py", "yaml.py", "json.py", "sitecustomize.py", "usercustomize.py"]
CHECKOUT = {
    **dict.fromkeys(MODULES, TRAP),
    "site-packages/requests/__init__.py": TRAP,
    "startup.py": TRAP,
    "python3": "#!/bin/sh\necho A STRANGER RAN\n",
    "pyvenv.cfg": "home = /github/workspace\n",
    ".netrc": "machine 127.0.0.1 login stranger password stranger\n",
    "broken/libc.so.6": "no library",
}
HERE = "/github/workspace"
ENVIRONMENTS = {
    "nothing": {},
    "PATH": {"PATH": "utter-nonsense"},
    "a PATH into the checkout": {"PATH": HERE},
    "PYTHONPATH": {"PYTHONPATH": HERE},
    "PYTHONHOME": {"PYTHONHOME": HERE},
    "PYTHONSTARTUP": {"PYTHONSTARTUP": f"{HERE}/startup.py", "PYTHONINSPECT": "1"},
    "PYTHONUSERBASE": {"PYTHONUSERBASE": HERE},
    "PYTHONWARNINGS": {"PYTHONWARNINGS": "error", "PYTHONDEVMODE": "1"},
    "PYTHONOPTIMIZE": {"PYTHONOPTIMIZE": "2", "PYTHONPYCACHEPREFIX": HERE, "PYTHONNOUSERSITE": ""},
    "no HOME": {"HOME": "/nowhere"},
    "a HOME with a .netrc": {"HOME": HERE, "NETRC": f"{HERE}/.netrc"},
    "LD_LIBRARY_PATH": {"LD_LIBRARY_PATH": f"/opt/hostedtoolcache/Python/3.11.9/x64/lib:{HERE}"},
    "LD_PRELOAD": {"LD_PRELOAD": "libnowhere.so"},
}


@pytest.mark.parametrize("job_env", ENVIRONMENTS.values(), ids=ENVIRONMENTS.keys())
def test_a_hostile_job_does_not_change_the_gate(
    job_env: dict[str, str], image: Image, runner: Runner
) -> None:
    parsed = parse(SCENARIO, name="over")
    with Simulator(parsed) as api:
        inputs = {"session-id": parsed.session_ids[0], "api-key": KEY, "api-url": api.url}
        done = act(image, runner, inputs, job_env=job_env, files=CHECKOUT)
        credentials = {request.headers["authorization"] for request in api.requests}
    assert done.code == 0, done.log
    assert "STRANGER" not in done.log
    assert done.outputs["verdict"] == "pass"
    assert done.cases == {"Checkout API [us-east-1]": "pass"}
    assert credentials == {f"Bearer {KEY}"}
    assert not list(runner.workspace.rglob("*.pyc"))


@pytest.mark.parametrize("job_env", ENVIRONMENTS.values(), ids=ENVIRONMENTS.keys())
def test_a_hostile_job_does_not_change_the_command_on_the_path(
    job_env: dict[str, str], image: Image, runner: Runner
) -> None:
    runner.prepare(CHECKOUT)
    options = ["--entrypoint", "/usr/local/bin/checkly-gate", *runner.options(list(job_env))]
    code, log = run(image, "--version", options=options, env=job_env)
    assert code == 0, log
    assert "STRANGER" not in log
    assert f"checkly-gate {__version__}" in log


def test_a_wrong_library_path_does_not_open_the_gate(image: Image, runner: Runner) -> None:
    """LD_* variables take effect before Python starts. With a broken library, the exit code is not 0."""
    done = act(image, runner, {}, job_env={"LD_LIBRARY_PATH": f"{HERE}/broken"}, files=CHECKOUT)
    assert done.code == 127
    assert "error while loading shared libraries" in done.log
