"""The motion of a run: which files, read how, whose, and under which licence."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from omegaconf import MISSING

from framework.errors import ConfigurationError
from framework.lab.motion.asfamc import read_asfamc
from framework.lab.motion.body import FPS, Motion
from framework.lab.motion.bvh import read_bvh
from framework.lab.motion.packed import read_packed, subjects_of
from framework.lab.motion.positions import read_positions
from framework.lab.motion.rig import load_rig, to_motion
from framework.lab.motion.windows import Library


class Kind(Enum):
    """Forms of motion capture that can be read."""

    packed = "packed"
    bvh = "bvh"
    asfamc = "asfamc"
    positions = "positions"


@dataclass(kw_only=True)
class Source:
    """Some files of motion.

    Attributes:
        path: a file or a glob; of ASF/AMC the motions, each beside its skeleton
            (``49_07.amc`` beside ``49.asf``).
        kind: their form.
        licence: of the recordings, for the model card.
        weight: how often one frame is drawn, relative to others.
        rig: what the joints of BVH and ASF/AMC mean: a name in ``conf/rig`` or a YAML.
        subject: who is recorded in BVH and ASF/AMC, as the split calls them.
    """

    path: str = MISSING
    kind: Kind = Kind.packed
    licence: str = ""
    weight: float = 1.0
    rig: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Used:
    """One file that a part of the split was filled from, for the model card."""

    file: str
    sha256: str
    licence: str
    people: frozenset[str]
    minutes: float
    weight: float


def load_part(sources: list[Source], split: Path, part: str) -> tuple[Library, list[Used]]:
    """Read the people of one part of the split.

    Args:
        sources: what to read.
        split: JSON with people by part.
        part: "train", "validation" or "test".

    Raises:
        ConfigurationError: a path matches no file.
        InputError: a file cannot be read, or nobody in the files is in this part.
    """
    people = subjects_of(split, part)
    motions: list[tuple[Motion, float]] = []
    used = []
    for source, path in _files(sources):
        read = [motion for motion in _read(source, path) if motion.subject in people]
        motions += [(motion, source.weight) for motion in read]
        used.append(_used(source, path, read))
    return Library.of(motions), [file for file in used if file.people]


def _files(sources: list[Source]) -> Iterator[tuple[Source, Path]]:
    for source in sources:
        whole = Path(source.path).absolute()
        paths = sorted(Path(whole.anchor).glob(str(whole.relative_to(whole.anchor))))
        if not paths:
            raise ConfigurationError(
                f"motion: no file matches {source.path}",
                "Set motion_root to the folder of the recordings.",
            )
        yield from ((source, path) for path in paths)


def _read(source: Source, path: Path) -> Iterator[Motion]:
    if source.kind is Kind.packed:
        yield from read_packed(path)
        return
    if source.kind is Kind.positions:
        yield from read_positions(path)
        return
    if not source.rig or not source.subject:
        raise ConfigurationError(
            f"motion: {path.name} needs a rig and a subject",
            "Say what its joints mean (rig: cmu_motionbuilder) and who it is (subject: cmu_001).",
        )
    if source.kind is Kind.bvh:
        recorded = read_bvh(path)
    else:
        recorded = read_asfamc(path.with_name(f"{path.stem.split('_')[0]}.asf"), path)
    yield to_motion(recorded, load_rig(source.rig), name=path.stem, subject=source.subject)


def _used(source: Source, path: Path, motions: list[Motion]) -> Used:
    return Used(
        file=path.name,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        licence=source.licence,
        people=frozenset(motion.subject for motion in motions),
        minutes=sum(len(motion.points) for motion in motions) / FPS / 60,
        weight=source.weight,
    )
