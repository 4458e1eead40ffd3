"""Digests of files are those of sha256sum, however large the file."""

import hashlib

import pytest

from framework.digests import sha256_of


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1])
def test_a_file_is_read_to_its_end(tmp_path, size):
    content = b"x" * size
    (tmp_path / "file").write_bytes(content)
    assert sha256_of(tmp_path / "file") == hashlib.sha256(content).hexdigest()
