"""SHA-256 digests of files, by which weights, inputs and packages are recognised."""

from __future__ import annotations

import hashlib
from pathlib import Path

_BLOCK = 1 << 20


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file as hex, read in blocks: weights and videos are large."""
    sha = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            sha.update(block)
    return sha.hexdigest()
