"""The certificate of the emulator, for 127.0.0.1 and this rehearsal alone."""

from __future__ import annotations

from pathlib import Path

import trustme

from local.emulator import Certificate


def make_certificate(folder: Path) -> Certificate:
    """A new authority and a certificate that it signed, in `folder`; nobody else ever has its key."""
    authority = trustme.CA()
    server = authority.issue_cert("127.0.0.1", "localhost")
    made = Certificate(folder / "server.pem", folder / "server.key", folder / "authority.pem")
    for number, part in enumerate(server.cert_chain_pems):
        part.write_to_path(str(made.server), append=number > 0)
    made.key.touch(mode=0o600)
    server.private_key_pem.write_to_path(str(made.key))
    authority.cert_pem.write_to_path(str(made.authority))
    return made
