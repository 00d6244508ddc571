"""Describe the network errors that requests and urllib3 raise."""

from __future__ import annotations

import re
import ssl

import requests
import urllib3

from gate.checkly.body import TooLarge

_OF_TIME = (9, 10)  # OpenSSL's X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED
# urllib3 begins its messages with the connection, written as a constructor call. The host may be that of a
# proxy.
_CONNECTION = re.compile(r"^\w+\(host='?([^',)]*)'?, port=(\d+)\): ")
# The words that urllib3 and Python put before the operating system's reason.
_BEFORE_A_REASON = re.compile(r"Failed to establish a new connection: (?=\[)|\[Errno -?\d+\] ")


def reason_of(error: BaseException) -> str:
    """Describe the innermost cause of an error from `requests`, which wraps errors from urllib3."""
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return "the connection timed out"
    error = _innermost(error)
    name, text = type(error).__name__, _BEFORE_A_REASON.sub("", _CONNECTION.sub(r"\1:\2: ", str(error)))
    if isinstance(error, ssl.SSLCertVerificationError) and error.verify_code in _OF_TIME:
        text += " (is the clock of this machine correct?)"
    is_described = isinstance(error, TooLarge | urllib3.exceptions.HTTPError) or text.startswith(name)
    return text if is_described else f"{name}: {text}"


def is_from_connecting(error: BaseException) -> bool:
    """Return whether no connection was made: it was refused, it timed out, or the name does not exist."""
    no_connection = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)
    return isinstance(_innermost(error), no_connection)


def _innermost(error: BaseException) -> BaseException:
    while inner := _cause(error):
        error = inner
    return error


def _cause(error: BaseException) -> BaseException | None:
    """Return the wrapped error: urllib3 keeps it as `reason`, requests as an argument."""
    candidates = (getattr(error, "reason", None), *error.args)
    return next((each for each in candidates if isinstance(each, BaseException)), None)
