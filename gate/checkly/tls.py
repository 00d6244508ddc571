"""The certificate authorities that the gate trusts."""

from __future__ import annotations

import ssl
from pathlib import Path

import urllib3

from gate.checkly.connections import CuttingAdapter
from gate.domain.errors import UsageError
from gate.text.clean import clean

# The file or folder in the first variable that is set replaces the usual authorities. `requests` reads the
# first two variables, OpenSSL the third.
CERTIFICATE_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")


def trust(context: ssl.SSLContext, pem_file: str, named_by: str) -> None:
    """Trust the authorities in a PEM file. Raises UsageError if it is unreadable: no retry would help."""
    try:
        if Path(pem_file).is_fifo():  # reading it could block forever
            raise UsageError(f"{named_by}: {clean(pem_file)} is a pipe, not a PEM file")
        context.load_verify_locations(cafile=pem_file)
    except (OSError, ssl.SSLError) as error:
        why = error.strerror or error
        raise UsageError(f"{named_by}: {clean(pem_file)} is not a readable PEM file ({why})") from None


class AdapterWithAuthorities(CuttingAdapter):
    """An adapter that trusts the authorities of a PEM file in addition to the usual ones."""

    def __init__(self, pem_file: str) -> None:
        self._context = ssl.create_default_context()
        trust(self._context, pem_file, "ca-bundle")
        super().__init__()

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **options: object
    ) -> None:
        """Connect directly, and trust these authorities."""
        super().init_poolmanager(connections, maxsize, block, ssl_context=self._context, **options)

    def proxy_manager_for(self, proxy: str, **options: object) -> urllib3.ProxyManager:
        """Connect through a proxy, and trust these authorities."""
        manager: urllib3.ProxyManager = super().proxy_manager_for(proxy, ssl_context=self._context, **options)
        return manager
