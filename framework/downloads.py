"""Downloads a file from one source: a URL, or a package registry through its own client.

An HTTP download is stored beside its target as ``.NAME.part`` until it is complete. It is resumed
where it ended, in the same call or a later one; a later call does so only when the server confirms
by ETag or date that it still has the same file.
"""

from __future__ import annotations

import errno
import json
import logging
import shutil
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from framework._packages import SourceFailed, through_npm, through_pip, unzip

if TYPE_CHECKING:
    import requests

logger = logging.getLogger(__name__)

Advance = Callable[[int, int | None], None]
"""Called with the bytes that have arrived and their total (None: unknown)."""

_ATTEMPTS = 3
_TIMEOUT_S = 30
_MOST_BYTES = 16 << 30
"""Of an archive whose size nobody stated."""
_BLOCK = 1 << 16
"""Bytes; an incomplete block is lost when a connection breaks off."""


@dataclass
class Partial:
    """A download that may be incomplete, and the file of a server to which it belongs.

    Attributes:
        path: the incomplete file.
        mark: the URL and the server's validator (ETag or date) of its contents.
    """

    path: Path
    mark: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read the mark that an earlier call left."""
        try:
            self.mark = dict(json.loads(self._note.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            self.discard()

    @property
    def _note(self) -> Path:
        return self.path.with_name(self.path.name + ".from")

    def bytes_of(self, url: str) -> int:
        """How many bytes of the file at this URL are stored already."""
        same = self.mark.get("url") == url and self.path.exists()
        return self.path.stat().st_size if same else 0

    def begin(self, url: str, validator: str) -> None:
        """Start the download again from its first byte."""
        self.mark = {"url": url, "validator": validator}
        self.path.write_bytes(b"")
        if validator:
            self._note.write_text(json.dumps(self.mark), encoding="utf-8")
        else:  # a later call could not tell whether it is still the same file
            self._note.unlink(missing_ok=True)

    def discard(self) -> None:
        """Remove it."""
        self.mark = {}
        for path in (self.path, self._note):
            path.unlink(missing_ok=True)

    def close(self) -> None:
        """Keep the file only if a later call can resume it."""
        if not self._note.is_file() or not self.path.is_file() or not self.path.stat().st_size:
            self.discard()


def download(
    source: Mapping[str, str], scratch: Path, partial: Partial, size: int, what: str
) -> Path:
    """Return the file of one source, not verified.

    Args:
        source: one of `framework.hookspecs.WeightsEntry.sources`.
        scratch: an empty folder.
        partial: where a download over HTTP lies, whole or not.
        size: of the wanted file in bytes; 0 if that is not known.
        what: its name, for messages.

    Raises:
        SourceFailed: the source does not provide the file.
        OSError: nothing can be written.
    """
    try:
        with _progress(f"{what} from {label(source)}") as advance:
            if source["kind"] == "pip":
                return through_pip(source, scratch)
            if source["kind"] == "npm":
                return through_npm(source, scratch)
            if source["kind"] == "url":
                whole = 0 if "member" in source else size
                _through_http(source["url"], partial, whole, advance)
                if "member" not in source:
                    return partial.path
                return unzip(partial.path, source, scratch)
            raise KeyError(source["kind"])
    except KeyError as missing:
        partial.discard()
        raise SourceFailed(f"the source's description lacks or misnames {missing}") from missing
    except (zipfile.BadZipFile, tarfile.TarError) as broken:
        partial.discard()
        raise SourceFailed(f"broken archive: {broken}") from broken


def label(source: Mapping[str, str]) -> str:
    """The name of a source in messages."""
    return {
        "pip": f"pip, {source.get('requirement')}",
        "npm": f"npm, {source.get('package')}@{source.get('version')}",
    }.get(source.get("kind", ""), source.get("url", str(dict(source))))


def _through_http(url: str, partial: Partial, size: int, advance: Advance) -> None:
    import requests

    for attempt in range(1, _ATTEMPTS + 1):
        had = partial.bytes_of(url)
        try:
            _append_rest(url, partial, size, advance)
            return
        except requests.RequestException as error:
            # A connection that broke off is resumed; one that was never established is not retried.
            if attempt == _ATTEMPTS or partial.bytes_of(url) == had:
                raise SourceFailed(_why(error, url, partial.bytes_of(url))) from error


def _append_rest(url: str, partial: Partial, size: int, advance: Advance) -> None:
    """Download the missing part."""
    import requests

    have = partial.bytes_of(url)
    # Uncompressed, so that byte ranges and Content-Length are those of the file itself.
    asked = {"Accept-Encoding": "identity"}
    if have:
        asked["Range"] = f"bytes={have}-"
        if validator := partial.mark.get("validator"):
            # A server whose file has changed then answers with all of it instead of the rest.
            asked["If-Range"] = validator
    with requests.get(url, headers=asked, stream=True, timeout=_TIMEOUT_S) as answer:
        if have and answer.status_code == requests.codes.requested_range_not_satisfiable:
            partial.discard()
            _append_rest(url, partial, size, advance)
            return
        _refuse_pages(answer)
        # The whole file: nothing to resume, no ranges on this server, or another file by now.
        if answer.status_code != requests.codes.partial_content:
            have = 0
            partial.begin(
                url, answer.headers.get("ETag") or answer.headers.get("Last-Modified", "")
            )
        length = answer.headers.get("Content-Length")
        total = have + int(length) if length else None
        _refuse_size(total, size)
        _refuse_full_disk(partial.path.parent, (total or size) - have)
        with partial.path.open("ab") as file:
            for block in answer.iter_content(_BLOCK):
                file.write(block)
                have += len(block)
                if have > (size or _MOST_BYTES):  # a server need not say how much it will send
                    partial.discard()
                    raise SourceFailed(f"it sends more than {size or _MOST_BYTES:,} bytes")
                advance(have, total)


def _refuse_pages(answer: requests.Response) -> None:
    if not answer.ok:
        raise SourceFailed(f"the server answered {answer.status_code} {answer.reason}")
    if answer.headers.get("Content-Type", "").startswith("text/html"):
        raise SourceFailed("the server sent a web page instead of the file")


def _refuse_size(total: int | None, size: int) -> None:
    if size and total not in (None, size):
        raise SourceFailed(f"it has {total:,} bytes instead of {size:,}")


def _refuse_full_disk(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise OSError(errno.ENOSPC, f"{needed:,} bytes are needed and {free:,} are free")


def _why(error: requests.RequestException, url: str, have: int) -> str:
    """What went wrong with a connection, in a few words."""
    import requests

    if isinstance(error, requests.exceptions.ProxyError):
        return f"the proxy {_proxy_for(url)} refuses or does not answer (https_proxy, no_proxy)"
    if isinstance(error, requests.exceptions.SSLError):
        return "the server's certificate is not trusted (REQUESTS_CA_BUNDLE names others)"
    if have:
        return f"the connection broke off after {have:,} bytes ({type(error).__name__})"
    return f"no connection ({type(error).__name__})"


def _proxy_for(url: str) -> str:
    """The proxy's address without a password."""
    import requests

    proxy = requests.utils.select_proxy(url, requests.utils.get_environ_proxies(url))
    parts = urlsplit(proxy or "")
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


@contextmanager
def _progress(what: str) -> Iterator[Advance]:
    """A progress bar on a terminal, else one log line."""
    logger.info("fetching %s", what)
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(f"fetching {what}", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
