"""The checkpoints published by VideoPose3D's authors, and the search for a checkpoint."""

from __future__ import annotations

from pathlib import Path

from framework.errors import BackendError
from framework.hookspecs import WeightsEntry
from framework.weights import cache_folder, search_folders

LICENCE = "CC-BY-NC-4.0"
_FOLDER = "https://dl.fbaipublicfiles.com/video-pose-3d"


def _published(name: str, filename: str) -> WeightsEntry:
    # The authors publish neither sizes nor digests: 0 and "" mean unknown.
    return WeightsEntry(
        name=name,
        filename=filename,
        size=0,
        sha256="",
        licence=LICENCE,
        sources=({"kind": "url", "url": f"{_FOLDER}/{filename}"},),
        non_commercial=True,
    )


DEFAULT = _published("videopose3d", "pretrained_h36m_detectron_coco.bin")
PUBLISHED = (
    DEFAULT,
    _published("videopose3d_probability", "d-pt-243.bin"),
    _published("videopose3d_cpn", "pretrained_h36m_cpn.bin"),
)
"""All use 243 frames: of COCO-17, of COCO-17 with Detectron's probability, of H36M-17."""


def find_checkpoint(given: Path | None) -> Path:
    """Return the path of the checkpoint to use.

    Args:
        given: a path, or a file name in ``checkpoint/`` or the cache; None is the published
            network for COCO keypoints.

    Raises:
        BackendError: there is no such file.
    """
    name = given or Path(DEFAULT.filename)
    places = [name, *(folder / name for folder in search_folders())]
    for place in places:
        if place.is_file():
            return place
    if given:
        raise BackendError(
            f"lifter.checkpoint={given} does not exist",
            f"A bare file name is also looked for in checkpoint/ and {cache_folder()}.",
        )
    raise BackendError(
        f"lifter 'videopose3d' has no weights: {DEFAULT.filename} is missing",
        f"Its licence is {LICENCE} (non-commercial). If you accept it, run python -m "
        f"framework.fetch {DEFAULT.name}, or put the file from {_FOLDER} into checkpoint/, or give "
        "your own as lifter.checkpoint=PATH. lifter=detector3d needs no weights.",
    )
