"""The modules that the Python of a newer Glue version does not have any more, and what a script uses instead.

Source: "Removed" in https://docs.python.org/3/whatsnew/3.12.html and https://docs.python.org/3/whatsnew/3.13.html.
"""

from __future__ import annotations

from dataclasses import dataclass

from aws_glue_cdk_baseline.config.glue_versions import PYTHONS


@dataclass(frozen=True)
class Removed:
    """A module that is gone: the first Python without it, what to use instead, and a package that brings it back.

    `instead` and `package` may be empty.
    """

    since: str
    instead: str = ""
    package: str = ""

    @property
    def mend(self) -> str:
        """Return what to do about an import of it."""
        ways = [f"use {self.instead}"] if self.instead else []
        ways += [f"add {self.package} to requirements-jobs.txt"] if self.package else []
        return ", or ".join(ways) or "remove it"


REMOVED = {
    "asynchat": Removed("3.12", "asyncio", "pyasynchat"),
    "asyncore": Removed("3.12", "asyncio", "pyasyncore"),
    "distutils": Removed("3.12", "shutil, subprocess or sysconfig, or import setuptools before it"),
    "imp": Removed("3.12", "importlib"),
    "smtpd": Removed("3.12", "the package aiosmtpd"),
    "aifc": Removed("3.13", "", "standard-aifc"),
    "audioop": Removed("3.13", "", "audioop-lts"),
    "cgi": Removed("3.13", "urllib.parse and email.message", "legacy-cgi"),
    "cgitb": Removed("3.13", "traceback", "legacy-cgi"),
    "chunk": Removed("3.13", "", "standard-chunk"),
    "crypt": Removed("3.13", "hashlib"),
    "imghdr": Removed("3.13", "the package puremagic", "standard-imghdr"),
    "lib2to3": Removed("3.13", "ast"),
    "mailcap": Removed("3.13", "mimetypes", "standard-mailcap"),
    "msilib": Removed("3.13"),
    "nis": Removed("3.13"),
    "nntplib": Removed("3.13", "the package pynntp", "standard-nntplib"),
    "ossaudiodev": Removed("3.13"),
    "pipes": Removed("3.13", "subprocess, and shlex.quote for pipes.quote", "standard-pipes"),
    "sndhdr": Removed("3.13", "the package puremagic", "standard-sndhdr"),
    "spwd": Removed("3.13"),
    "sunau": Removed("3.13", "", "standard-sunau"),
    "telnetlib": Removed("3.13", "the package telnetlib3", "standard-telnetlib"),
    "uu": Removed("3.13", "base64", "standard-uu"),
    "xdrlib": Removed("3.13", "struct", "standard-xdrlib"),
}
# A module of a package that Glue has: once it is imported, the other one is there again.
BROUGHT_BACK_BY = {"distutils": "setuptools"}


def removed(module: str, glue_version: str) -> Removed | None:
    """Return what is known of a module that the Python of a Glue version does not have any more, or None if it has it.

    `module` is the first part of the name: `distutils` of `distutils.util`.
    """
    found = REMOVED.get(module)
    return found if found and _number(found.since) <= _number(PYTHONS[glue_version]) else None


def import_error(module: str, gone: Removed, glue_version: str) -> str:
    """Return the message about an import of such a module."""
    python = PYTHONS[glue_version]
    return f"imports {module}, which Python {python} of Glue {glue_version} does not have any more; {gone.mend}"


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
