"""Find the tested commit in the variables of the CI system."""

from __future__ import annotations

from collections.abc import Mapping

from gate.text.clean import clean

_LENGTH = 500
# The fields of a test session's metadata in Checkly's API, each with the CI systems' variables for it. The
# first variable that is set wins.
_VARIABLES = {
    "commitId": (
        "GITHUB_SHA",
        "CI_COMMIT_SHA",
        "BITBUCKET_COMMIT",
        "CIRCLE_SHA1",
        "BUILDKITE_COMMIT",
        "GIT_COMMIT",
    ),
    "branchName": (
        "GITHUB_HEAD_REF",
        "GITHUB_REF_NAME",
        "CI_COMMIT_REF_NAME",
        "BITBUCKET_BRANCH",
        "CIRCLE_BRANCH",
        "BUILDKITE_BRANCH",
        "GIT_BRANCH",
    ),
    "commitOwner": ("GITHUB_ACTOR", "GITLAB_USER_LOGIN", "CIRCLE_USERNAME", "BUILDKITE_BUILD_AUTHOR"),
    "commitMessage": ("CI_COMMIT_TITLE", "BUILDKITE_MESSAGE"),
    "repoUrl": (
        "CI_PROJECT_URL",
        "BITBUCKET_GIT_HTTP_ORIGIN",
        "CIRCLE_REPOSITORY_URL",
        "BUILDKITE_REPO",
        "GIT_URL",
    ),
}
_REPOSITORIES = (
    "GITHUB_REPOSITORY",
    "CI_PROJECT_PATH",
    "BITBUCKET_REPO_FULL_NAME",
    "CIRCLE_PROJECT_REPONAME",
)
DEFAULT_NAME = "checkly-gate"


def metadata_in(env: Mapping[str, str]) -> Mapping[str, str]:
    """Return the metadata for a test session, as far as the CI system provides it."""
    found = {field: _first(env, names) for field, names in _VARIABLES.items()}
    if env.get("GITHUB_SERVER_URL") and env.get("GITHUB_REPOSITORY"):
        found["repoUrl"] = clean(f"{env['GITHUB_SERVER_URL']}/{env['GITHUB_REPOSITORY']}", _LENGTH)
    return {field: value for field, value in found.items() if value}


def session_name_in(env: Mapping[str, str]) -> str:
    """Return a name for a test session: repository and commit, as far as the CI system provides them."""
    parts = (_first(env, _REPOSITORIES), _first(env, _VARIABLES["commitId"])[:7])
    return " ".join(filter(None, parts)) or DEFAULT_NAME


def _first(env: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((clean(env[name], _LENGTH) for name in names if env.get(name, "").strip()), "")
