"""Weight files are found, verified and fetched, and what is wrong is said."""

import hashlib
import multiprocessing
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

from framework import downloads
from framework.errors import BackendError
from framework.hookspecs import WeightsEntry
from framework.weights import fetch, locate

CONTENT = bytes(range(256)) * 3000
ENTRY = WeightsEntry(
    name="a_model",
    filename="a_model.bin",
    size=len(CONTENT),
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    licence="Apache-2.0",
)
NOWHERE = {"kind": "url", "url": "http://127.0.0.1:9/model.bin"}


class _Files(BaseHTTPRequestHandler):
    """A server of good and bad files.

    ``/right``, ``/wrong``, ``/short``, ``/zip``; ``/broken`` is cut once; ``/stubborn`` is cut
    until ``patience`` is spent; ``/moved`` leads to ``/right``; ``/page`` is a web page. It knows
    the file by ``etag``. Asked as a proxy, it serves the path of the whole address.
    """

    asked: list[str]
    archive: bytes
    etag = '"one"'
    patience = 0

    def do_GET(self) -> None:
        self.path = self.path.removeprefix("http://far.invalid")
        self.asked.append(f"{self.path} {self.headers.get('Range', '')}".strip())
        bodies = {
            "/right": CONTENT,
            "/wrong": CONTENT[::-1],
            "/short": CONTENT[:1000],
            "/broken": CONTENT,
            "/stubborn": CONTENT,
            "/page": b"<!DOCTYPE html><html>Too many requests</html>",
            "/zip": self.archive,
        }
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/right")
            self.end_headers()
        elif self.path not in bodies:
            self.send_error(404)
        else:
            self._serve(bodies[self.path])

    def _serve(self, body: bytes) -> None:
        start = int(self.headers.get("Range", "bytes=0-")[6:-1])
        if self.headers.get("If-Range", self.etag) != self.etag:
            start = 0
        if start >= len(body):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body) - start))
        self.send_header("Content-Type", "text/html" if self.path == "/page" else "x/bytes")
        if self.etag:
            self.send_header("ETag", self.etag)
        self.end_headers()
        stop = None
        if self.path == "/broken" and not start:
            stop = len(body) // 2
        if self.path == "/stubborn" and self.patience:
            type(self).patience -= 1
            stop = start + 1 + 200_000 * (not start)
        self.wfile.write(body[start:stop])

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FRAMEWORK_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "cache"


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[_Files]]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with zipfile.ZipFile(tmp_path / "archive.zip", "w") as archive:
        archive.writestr("inside/model.bin", CONTENT)
    handler = type("Files", (_Files,), {"asked": [], "archive": b""})
    handler.archive = (tmp_path / "archive.zip").read_bytes()
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        handler.root = f"http://127.0.0.1:{running.server_port}"  # type: ignore[attr-defined]
        thread = threading.Thread(target=partial(running.serve_forever, poll_interval=0.02))
        thread.start()
        yield handler
        running.shutdown()
        thread.join()


@pytest.fixture
def entry(server: type[_Files]) -> Callable[..., WeightsEntry]:
    def make(*paths: str) -> WeightsEntry:
        root = server.root  # type: ignore[attr-defined]
        return replace(ENTRY, sources=tuple({"kind": "url", "url": root + path} for path in paths))

    return make


def in_sight(folder: Path) -> list[Path]:
    """What lies in a folder, but for the locks that are left for the next call."""
    return [path for path in folder.iterdir() if path.suffix != ".lock"]


def test_a_file_is_fetched_once_and_then_found_without_any_network_call(cache, entry, server):
    path = locate(entry("/right"))
    assert path == cache / "a_model.bin"
    assert path.read_bytes() == CONTENT
    assert server.asked == ["/right"]
    assert locate(replace(ENTRY, sources=(NOWHERE,))) == path
    assert fetch(replace(ENTRY, sources=(NOWHERE,))) == path
    assert in_sight(cache) == [path]


def test_a_file_goes_where_it_is_wanted_unless_it_lies_somewhere(cache, entry, server, tmp_path):
    wanted = tmp_path / "elsewhere"
    assert fetch(entry("/right"), wanted) == wanted / ENTRY.filename
    (tmp_path / "checkpoint").mkdir()
    placed = (wanted / ENTRY.filename).rename(tmp_path / "checkpoint" / ENTRY.filename)
    assert fetch(entry("/right")) == placed
    assert server.asked == ["/right"]


def test_the_next_source_serves_where_one_fails(cache, entry, server):
    assert locate(entry("/missing", "/wrong", "/short", "/right")).read_bytes() == CONTENT
    assert server.asked == ["/missing", "/wrong", "/short", "/right"]


def test_a_broken_download_is_taken_up_where_it_ended(cache, entry, server):
    assert locate(entry("/broken")).read_bytes() == CONTENT
    assert server.asked[0] == "/broken"
    assert server.asked[1].startswith("/broken bytes=")
    assert int(server.asked[1].split("=")[1][:-1]) > 0


def test_a_download_given_up_is_taken_up_by_the_next_call(cache, entry, server):
    server.patience = 2
    with pytest.raises(BackendError, match="broke off after 196,608 bytes"):
        fetch(entry("/stubborn"))
    assert not (cache / ENTRY.filename).exists()
    server.asked.clear()
    assert fetch(entry("/missing", "/stubborn")).read_bytes() == CONTENT
    assert server.asked == ["/missing", "/stubborn bytes=196608-"]
    assert in_sight(cache) == [cache / ENTRY.filename]


def test_a_download_is_not_continued_with_another_file(cache, entry, server):
    server.patience = 2
    with pytest.raises(BackendError, match="broke off"):
        fetch(entry("/stubborn"))
    server.etag = '"two"'
    assert fetch(entry("/stubborn")).read_bytes() == CONTENT


def test_what_no_server_can_vouch_for_is_not_kept(cache, entry, server):
    server.patience, server.etag = 2, ""
    with pytest.raises(BackendError, match="broke off"):
        fetch(entry("/stubborn"))
    assert in_sight(cache) == []


def test_a_download_that_was_whole_but_not_named_is_begun_again(cache, entry, server):
    server.patience = 2
    with pytest.raises(BackendError):
        fetch(entry("/stubborn"))
    (part,) = cache.glob(".*.part")
    part.write_bytes(CONTENT)
    assert fetch(entry("/stubborn")).read_bytes() == CONTENT


def test_a_redirection_is_followed(cache, entry, server):
    assert fetch(entry("/moved")).read_bytes() == CONTENT
    assert server.asked == ["/moved", "/right"]


def test_a_web_page_in_place_of_a_file_is_said(cache, entry, server):
    for unknown in (entry("/page"), replace(entry("/page"), size=0, sha256="")):
        with pytest.raises(BackendError, match="sent a web page instead"):
            fetch(unknown)
    assert in_sight(cache) == []


def test_a_wrong_size_is_noticed_before_the_download(cache, entry):
    with pytest.raises(BackendError, match=r"768,000 bytes instead of 999,999,999"):
        fetch(replace(entry("/right"), size=999_999_999))


def test_the_first_digits_of_a_digest_are_enough(cache, entry):
    published = replace(entry("/right"), size=0, sha256=ENTRY.sha256[:8])
    assert fetch(published).read_bytes() == CONTENT
    with pytest.raises(BackendError, match="its SHA-256 is"):
        fetch(replace(entry("/wrong"), filename="other.bin", size=0, sha256=ENTRY.sha256[:8]))


def test_a_disk_that_is_too_small_is_said_before_the_download(cache, entry, server, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda folder: SimpleNamespace(free=1000))
    with pytest.raises(BackendError, match=r"768,000 bytes are needed and 1,000 are free"):
        fetch(entry("/right"))
    assert in_sight(cache) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_disk_that_gets_full_is_said(cache, entry):
    cache.mkdir()
    (cache / ".a_model.bin.part").symlink_to("/dev/full")
    (cache / ".a_model.bin.part.from").write_text('{"url": "elsewhere"}')
    with pytest.raises(BackendError, match="No space left on device") as caught:
        fetch(entry("/right"))
    assert "Free some space" in caught.value.hint


def test_a_proxy_is_used_and_a_dead_one_is_named(cache, server, monkeypatch):
    far = replace(ENTRY, sources=({"kind": "url", "url": "http://far.invalid/right"},))
    monkeypatch.setenv("http_proxy", "http://somebody:secret@127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with pytest.raises(BackendError, match=r"the proxy 127\.0\.0\.1:9 refuses") as caught:
        fetch(far)
    assert "secret" not in str(caught.value)
    monkeypatch.setenv("http_proxy", server.root)
    assert fetch(far).read_bytes() == CONTENT


def test_a_run_that_must_not_fetch_says_how_to(cache, entry, server, monkeypatch):
    monkeypatch.setenv("FRAMEWORK_OFFLINE", "1")
    with pytest.raises(BackendError, match=r"FRAMEWORK_OFFLINE[\s\S]*framework.fetch a_model"):
        locate(entry("/right"))
    assert server.asked == []
    fetch(entry("/right"))
    assert locate(entry("/right")).read_bytes() == CONTENT


@pytest.mark.parametrize("member", ["inside/model.bin", "model.bin"])
def test_a_zip_archive_gives_its_member_by_path_or_by_the_end_of_it(cache, entry, member):
    (source,) = entry("/zip").sources
    archived = replace(ENTRY, sources=({**source, "member": member},))
    assert locate(archived).read_bytes() == CONTENT


def test_when_no_source_serves_every_cause_is_told_and_nothing_is_left(cache, entry):
    (archive,) = entry("/zip").sources
    sources = (*entry("/missing", "/wrong", "/short").sources, NOWHERE)
    sources += ({**archive, "member": "other.bin"}, {**entry("/right").sources[0], "member": "x"})
    with pytest.raises(BackendError) as caught:
        locate(replace(ENTRY, sources=(*sources, {"kind": "pigeon"})))
    lines = caught.value.message.splitlines()
    causes = ("404", "SHA-256", "1,000 bytes", "no connection", "other.bin", "archive", "pigeon")
    assert len(lines) == 1 + len(causes)
    assert all(cause in line for cause, line in zip(causes, lines[1:], strict=True))
    assert str(cache) in caught.value.hint
    assert ENTRY.sha256 in caught.value.hint
    assert in_sight(cache) == []


def test_without_a_source_the_way_to_place_the_file_is_told(cache):
    with pytest.raises(BackendError, match="has no public source") as caught:
        locate(ENTRY)
    assert "a_model.bin" in caught.value.hint


def test_only_what_is_known_of_a_file_is_told(cache):
    unsized = replace(ENTRY, size=0, sha256=ENTRY.sha256[:8])
    with pytest.raises(BackendError) as caught:
        locate(unsized)
    assert f"a_model.bin (SHA-256 {ENTRY.sha256[:8]}...)" in caught.value.hint


def test_a_file_in_checkpoint_comes_before_the_cache(cache, tmp_path):
    placed = tmp_path / "checkpoint" / ENTRY.filename
    for path in (placed, cache / ENTRY.filename):
        path.parent.mkdir()
        path.write_bytes(CONTENT)
    assert locate(ENTRY) == placed


@pytest.mark.parametrize("content", [b"", CONTENT[:-1], CONTENT[::-1]])
@pytest.mark.parametrize("given", [True, False])
def test_a_wrong_file_is_refused_and_named(cache, tmp_path, content, given):
    wrong = tmp_path / "mine.bin" if given else cache / ENTRY.filename
    wrong.parent.mkdir(exist_ok=True)
    wrong.write_bytes(content)
    with pytest.raises(BackendError, match=r"bytes instead of|SHA-256 is") as caught:
        locate(replace(ENTRY, sources=(NOWHERE,)), wrong if given else None)
    assert str(wrong) in caught.value.message


def test_a_given_file_is_the_only_one_looked_at(cache, tmp_path):
    given = tmp_path / "mine.bin"
    with pytest.raises(BackendError, match="there is no file"):
        locate(ENTRY, given)
    given.write_bytes(CONTENT)
    assert locate(ENTRY, given) == given


def test_a_non_commercial_licence_is_never_accepted_silently(cache, entry, server):
    restricted = replace(entry("/right"), licence="CC-BY-NC-4.0", non_commercial=True)
    with pytest.raises(BackendError, match=r"CC-BY-NC-4.0[\s\S]*framework.fetch a_model"):
        locate(restricted)
    assert server.asked == []
    fetch(restricted)
    assert locate(restricted).read_bytes() == CONTENT


def test_a_cache_that_cannot_be_written_is_named(cache, entry):
    cache.write_text("a file where a folder should be")
    with pytest.raises(BackendError, match="cannot be written") as caught:
        locate(entry("/right"))
    assert "FRAMEWORK_CACHE" in caught.value.hint


def test_one_log_line_says_what_is_fetched_where_nobody_watches(cache, entry, caplog):
    with caplog.at_level("INFO"):
        locate(entry("/right"))
    names = [record.name for record in caplog.records]
    line = caplog.records[names.index(downloads.__name__)].getMessage()
    assert "a_model.bin" in line


def test_a_person_at_a_terminal_sees_it_move(cache, entry, monkeypatch, capsys):
    monkeypatch.setattr(downloads.sys.stderr, "isatty", lambda: True, raising=False)
    assert locate(entry("/right")).read_bytes() == CONTENT
    shown = capsys.readouterr()
    assert "a_model.bin" in shown.err
    assert shown.out == ""


def test_two_processes_at_once_both_get_the_file(cache, entry):
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        paths = pool.map(fetch, [entry("/right")] * 4, chunksize=1)
    assert set(paths) == {cache / ENTRY.filename}
    assert in_sight(cache) == [cache / ENTRY.filename]
    assert paths[0].read_bytes() == CONTENT


PIP_SOURCE = {
    "kind": "pip",
    "requirement": "some_models==1.0",
    "platform": "manylinux_2_28_x86_64",
    "python": "3.11",
    "member": "some_models/model.bin",
}


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A wheel for another machine, and a pip that looks nowhere else."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    path = folder / "some_models-1.0-cp311-cp311-manylinux_2_28_x86_64.whl"
    info = "some_models-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("some_models/model.bin", CONTENT)
        archive.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: some-models\nVersion: 1.0\n"
        )
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: cp311-cp311-manylinux_2_28_x86_64\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return path


def test_a_wheel_brings_its_member_through_pip(cache, wheel):
    checked = {**PIP_SOURCE, "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest()}
    assert locate(replace(ENTRY, sources=(checked,))).read_bytes() == CONTENT


def test_pip_failures_are_told_in_one_line_each(cache, wheel):
    missing = {**PIP_SOURCE, "requirement": "some_models==2.0"}
    other = {**PIP_SOURCE, "sha256": "0" * 64}
    lacking = {**PIP_SOURCE, "member": "some_models/other.bin"}
    with pytest.raises(BackendError) as caught:
        locate(replace(ENTRY, sources=(missing, other, lacking)))
    _, first, second, third = caught.value.message.splitlines()
    assert "some_models==2.0" in first
    assert "another archive" in second
    assert "other.bin" in third


def test_npm_that_is_not_installed_is_said(cache, monkeypatch):
    monkeypatch.setenv("PATH", "")
    source = {"kind": "npm", "package": "@some/models", "version": "1.0", "member": "model.bin"}
    with pytest.raises(BackendError, match=r"@some/models@1.0: npm is not installed"):
        locate(replace(ENTRY, sources=(source,)))
