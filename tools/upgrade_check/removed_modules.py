"""Find the imports of modules that a newer Python no longer has.

Source: https://docs.python.org/3/whatsnew/3.12.html#removed and https://docs.python.org/3/whatsnew/3.13.html#removed
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from aws_glue_cdk_baseline.config.imports import Import

# The module, the first Python without it, and what to write instead.
REMOVED = {
    "asynchat": ("3.12", "asyncio"),
    "asyncore": ("3.12", "asyncio"),
    "distutils": ("3.12", "setuptools, shutil or sysconfig"),
    "imp": ("3.12", "importlib"),
    "smtpd": ("3.12", "the package aiosmtpd"),
    "aifc": ("3.13", "a package for audio"),
    "audioop": ("3.13", "a package for audio"),
    "cgi": ("3.13", "urllib.parse and email.message"),
    "cgitb": ("3.13", "traceback"),
    "chunk": ("3.13", "struct"),
    "crypt": ("3.13", "hashlib, or a package for passwords"),
    "imghdr": ("3.13", "a package such as filetype"),
    "lib2to3": ("3.13", "ast, or a package such as libcst"),
    "mailcap": ("3.13", "mimetypes"),
    "msilib": ("3.13", "nothing: it is for Windows"),
    "nis": ("3.13", "nothing"),
    "nntplib": ("3.13", "a package for news"),
    "ossaudiodev": ("3.13", "a package for audio"),
    "pipes": ("3.13", "subprocess and shlex"),
    "sndhdr": ("3.13", "a package for audio"),
    "spwd": ("3.13", "nothing"),
    "sunau": ("3.13", "a package for audio"),
    "telnetlib": ("3.13", "a package for Telnet"),
    "uu": ("3.13", "base64 or binascii"),
    "xdrlib": ("3.13", "struct"),
}


def removed_modules(imports: Iterable[Import], source: str, target: str) -> Iterator[tuple[int, str]]:
    """Yield (line, message) for each import that Python `target` cannot do, and `source` can."""
    for item in imports:
        removed, instead = REMOVED.get(item.top, ("", ""))
        if removed and not item.optional and _number(source) < _number(removed) <= _number(target):
            yield item.line, f"imports {item.top}, which Python {target} no longer has; use {instead}"


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
