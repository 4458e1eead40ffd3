"""Which motion files are read, in which format, of which people, and under which licence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from omegaconf import MISSING

from framework.digests import sha256_of
from framework.errors import ConfigurationError
from framework.lab.motion.asfamc import read_asfamc
from framework.lab.motion.body import FPS, Motion
from framework.lab.motion.bvh import read_bvh
from framework.lab.motion.packed import read_packed, subjects_of
from framework.lab.motion.positions import read_positions
from framework.lab.motion.rig import load_rig, to_motion
from framework.lab.motion.windows import Library
from framework.options import Options, option


class Kind(Enum):
    """Formats of motion capture that can be read."""

    packed = "packed"
    bvh = "bvh"
    asfamc = "asfamc"
    positions = "positions"


@dataclass(frozen=True, kw_only=True)
class MotionSource(Options):
    """Some files of recorded motion."""

    path: str = option(
        MISSING,
        "a file or a glob; of ASF/AMC the motions, each beside its skeleton (49_07.amc, 49.asf)",
    )
    kind: Kind = option(Kind.packed, "format: packed, bvh, asfamc or positions")
    licence: str = option("", "licence of the recordings, for the model card")
    weight: float = option(1.0, "how often one frame is drawn, relative to others")
    rig: str = option(
        "", "meaning of the joints of BVH and ASF/AMC: a name in conf/rig, or a YAML file"
    )
    subject: str = option("", "person in a BVH or ASF/AMC file, as the split names people")


@dataclass(frozen=True, slots=True)
class Used:
    """One file that was read for a part of the split, for the model card.

    Attributes:
        file: its name.
        sha256: of its content.
        licence: of the recordings.
        people: those of this part who are recorded in it.
        minutes: length of their recordings.
        weight: of its source.
    """

    file: str
    sha256: str
    licence: str
    people: frozenset[str]
    minutes: float
    weight: float


def load_part(sources: list[MotionSource], split: Path, part: str) -> tuple[Library, list[Used]]:
    """Read the recordings of the people in one part of the split.

    Args:
        sources: files to read.
        split: JSON with people by part.
        part: "train", "validation" or "test".

    Returns:
        The recordings, and a line for the model card for each file with such people.

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


def _files(sources: list[MotionSource]) -> Iterator[tuple[MotionSource, Path]]:
    for source in sources:
        # ``Path.glob`` takes relative patterns only.
        whole = Path(source.path).absolute()
        paths = sorted(Path(whole.anchor).glob(str(whole.relative_to(whole.anchor))))
        if not paths:
            raise ConfigurationError(
                f"motion: no file matches {source.path}",
                "Set motion_root to the folder of the recordings.",
            )
        yield from ((source, path) for path in paths)


def _read(source: MotionSource, path: Path) -> Iterator[Motion]:
    if source.kind is Kind.packed:
        yield from read_packed(path)
        return
    if source.kind is Kind.positions:
        yield from read_positions(path)
        return
    if not source.rig or not source.subject:
        raise ConfigurationError(
            f"motion: {path.name} needs a rig and a subject",
            "Give the meaning of its joints (rig: cmu_motionbuilder) and its person "
            "(subject: cmu_001).",
        )
    if source.kind is Kind.bvh:
        recorded = read_bvh(path)
    else:
        # All motions of a person share one skeleton: 49_07.amc has 49.asf.
        recorded = read_asfamc(path.with_name(f"{path.stem.split('_')[0]}.asf"), path)
    yield to_motion(recorded, load_rig(source.rig), name=path.stem, subject=source.subject)


def _used(source: MotionSource, path: Path, motions: list[Motion]) -> Used:
    return Used(
        file=path.name,
        sha256=sha256_of(path),
        licence=source.licence,
        people=frozenset(motion.subject for motion in motions),
        minutes=sum(len(motion.points) for motion in motions) / FPS / 60,
        weight=source.weight,
    )
