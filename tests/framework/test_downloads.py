"""Incomplete downloads are resumed only from the same file of the same server."""

from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from framework._packages import SourceFailed
from framework.downloads import Partial, download, label

URL = "https://example.org/a.bin"


@pytest.fixture
def path(tmp_path):
    return tmp_path / ".a.bin.part"


def test_what_an_earlier_call_left_is_known_by_its_url(path):
    first = Partial(path)
    first.begin(URL, "etag")
    path.write_bytes(b"12345")
    first.close()
    again = Partial(path)
    assert again.bytes_of(URL) == 5
    assert again.bytes_of("https://example.org/b.bin") == 0
    assert again.mark == {"url": URL, "validator": "etag"}


def test_without_a_validator_nothing_is_kept_for_later(path):
    partial = Partial(path)
    partial.begin(URL, "")
    path.write_bytes(b"12345")
    assert partial.bytes_of(URL) == 5  # the same call may resume it
    partial.close()
    assert not path.exists()


def test_a_part_without_a_readable_note_is_discarded(path):
    path.write_bytes(b"12345")
    path.with_name(path.name + ".from").write_text("[1")
    assert Partial(path).bytes_of(URL) == 0
    assert not path.exists()


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ({"kind": "pip", "requirement": "a==1"}, "pip, a==1"),
        ({"kind": "npm", "package": "@s/a", "version": "2"}, "npm, @s/a@2"),
        ({"kind": "url", "url": URL}, URL),
        ({"odd": "x"}, "{'odd': 'x'}"),
    ],
)
def test_names_of_sources_in_messages(source, name):
    assert label(source) == name


class Endless(BaseHTTPRequestHandler):
    """Sends without a stated length, and never ends."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        with suppress(OSError):
            while True:
                self.wfile.write(bytes(1 << 16))

    def log_message(self, *arguments):
        pass


def test_a_server_that_never_ends_is_left_at_the_stated_size(tmp_path, monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with HTTPServer(("127.0.0.1", 0), Endless) as server:
        Thread(target=server.handle_request, daemon=True).start()
        source = {"kind": "url", "url": f"http://127.0.0.1:{server.server_port}/a.bin"}
        partial = Partial(tmp_path / ".a.part")
        with pytest.raises(SourceFailed, match="sends more than 1,000,000 bytes"):
            download(source, tmp_path, partial, 1_000_000, "a.bin")
    assert list(tmp_path.iterdir()) == []
