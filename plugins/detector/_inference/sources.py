"""Public places of published weights, in the form that `framework.hookspecs.WeightsEntry` takes."""

from __future__ import annotations

from collections.abc import Mapping

from framework.hookspecs import WeightsEntry

_OPENMMLAB = "https://download.openmmlab.com/mmpose/v1/projects"


def url(address: str) -> Mapping[str, str]:
    """A file at an address."""
    return {"kind": "url", "url": address}


def openmmlab(
    name: str, project: str, stem: str, *, size: int = 0, sha256: str = ""
) -> WeightsEntry:
    """A network of OpenMMLab (Apache-2.0) that its deployment kit exported to ONNX.

    Their names end in the first digits of the digest of the checkpoint they were made from, not
    of the file itself. Where nobody publishes the digest of the file, the first download is pinned.

    Args:
        name: of the entry.
        project: folder of the server.
        stem: file name without suffix.
        size: bytes, where known.
        sha256: digest, where known.
    """
    address = f"{_OPENMMLAB}/{project}/onnx_sdk/{stem}.zip"
    return WeightsEntry(
        name=name,
        filename=f"{stem}.onnx",
        size=size,
        sha256=sha256,
        licence="Apache-2.0",
        sources=({**url(address), "member": "end2end.onnx"},),
    )
