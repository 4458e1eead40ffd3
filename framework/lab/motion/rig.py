"""From the joints of a motion capture rig to the body that lifters are trained on.

Rigs name joints differently and put some of them, the head above all, at different places; a table
for each rig (``conf/rig``) gives the meaning of its joints. A wrong table would teach a lifter
bones that no detector finds.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import cast

import numpy as np
from omegaconf import MISSING, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from framework.errors import ConfigurationError, InputError
from framework.lab.motion.body import FPS, Motion, add_face
from framework.lab.motion.kinematics import Array, Skeleton3D
from framework.lab.motion.resample import resampled
from framework.options import OptionError, Options, option
from framework.skeletons import H36M17

_LEG_M = 0.82
_GIVEN = (*H36M17.joints[1:7], "thorax", *H36M17.joints[11:])


_AXES = ("+x", "-x", "+y", "-y", "+z", "-z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig(Options):
    """The meaning of the joints of a rig; one YAML file each in ``conf/rig``."""

    unit_m: float = option(MISSING, "metres of one unit of the file", above=0)
    joints: dict[str, str] = option(
        MISSING,
        "name in the rig of each hip, knee, ankle, shoulder, elbow, wrist and of the thorax",
    )
    spine: list[str] = option(MISSING, "joints between pelvis and thorax, from below")
    skull: str = option(MISSING, "joint at or above the base of the skull")
    head: str = option(MISSING, "joint that turns with the head")
    skull_part: float = option(
        1.0, "position of the base of the skull, from the thorax (0) to the joint of skull (1)"
    )
    head_forward: str = option("+z", "axis of head that points forward", choices=_AXES)
    head_up: str = option("+y", "axis of head that points up", choices=_AXES)
    fps: float | None = option(
        None,
        "frames per second where the file gives none, or a wrong number; null: as in the file",
        above=0,
    )


def load_rig(name: str) -> Rig:
    """Read the rig of a YAML file, or of a name in ``conf/rig``.

    Raises:
        ConfigurationError: there is no such rig, it lacks a joint, or a value is not allowed.
    """
    path = Path(name) if name.endswith((".yaml", ".yml")) else None
    known = files("framework.conf") / "rig"
    try:
        text = (path or known / f"{name}.yaml").read_text(encoding="utf-8")
        merged = OmegaConf.merge(OmegaConf.structured(Rig), OmegaConf.create(text))
        rig = cast(Rig, OmegaConf.to_object(merged))
    except OptionError as error:
        raise error.of(f"rig {name!r}") from error
    except (OSError, OmegaConfBaseException) as error:
        names = ", ".join(sorted(Path(str(item)).stem for item in known.iterdir()))
        raise ConfigurationError(
            f"rig {name!r}: {error}", f"Known: {names}; or give a YAML file of your own."
        ) from error
    lacking = sorted(set(_GIVEN) - set(rig.joints))
    if lacking:
        raise ConfigurationError(f"rig {name!r} does not name {', '.join(lacking)}")
    return rig


def to_motion(recorded: Skeleton3D, rig: Rig, *, name: str, subject: str) -> Motion:
    """Convert a recording to `BODY`: metres, 30 frames per second, with a face.

    Raises:
        InputError: the recording lacks joints of the rig.
    """
    lacking = {*rig.joints.values(), *rig.spine, rig.skull, rig.head} - set(recorded.names)
    if lacking:
        raise InputError(
            f"{name} has no {', '.join(sorted(lacking))}",
            "Choose the rig of the recording.",
        )
    joint = {known: recorded.places[:, at] * rig.unit_m for at, known in enumerate(recorded.names)}
    places = {h36m: joint[rig.joints[h36m]] for h36m in _GIVEN}
    # H36M-17 has the pelvis between the hips; the roots of rigs are elsewhere.
    places["pelvis"] = (places["left_hip"] + places["right_hip"]) / 2
    trunk = [places["pelvis"], *(joint[bone] for bone in rig.spine), places["thorax"]]
    places["spine"] = _middle_of(np.stack(trunk, axis=1))
    thorax = places["thorax"]
    skull = thorax + rig.skull_part * (joint[rig.skull] - thorax)
    # Placeholders; `add_face` replaces both.
    places["neck"] = places["head"] = skull
    axes = recorded.axes[:, recorded.names.index(rig.head)]
    # The length of a leg is the one measure that all rigs agree on.
    leg = [places[f"left_{part}"] for part in ("hip", "knee", "ankle")]
    size = float(np.linalg.norm(np.diff(leg, axis=0), axis=-1).mean(axis=1).sum()) / _LEG_M
    # The rig first: the rates in some files are wrong.
    fps = rig.fps or recorded.fps or FPS
    joints = np.stack([places[name] for name in H36M17.joints], axis=1)
    forward, up = _axis(axes, rig.head_forward), _axis(axes, rig.head_up)
    points = add_face(
        resampled(joints, fps),
        resampled(skull, fps),
        resampled(forward, fps),
        resampled(up, fps),
        size,
    )
    return Motion(name=name, subject=subject, action="", points=points)


def _middle_of(chain: Array) -> Array:
    """(T, 3) the middle, by length, of a chain (T, N, 3) of joints."""
    # Mean lengths over time, so that the middle does not move along the bones.
    lengths = np.linalg.norm(np.diff(chain, axis=1), axis=-1).mean(axis=0)
    reached = np.concatenate(([0.0], lengths.cumsum()))
    middle = reached[-1] / 2
    # The bone (by its end) in which half of the length is reached.
    last = min(int(np.searchsorted(reached, middle, side="right")), len(lengths))
    part = (middle - reached[last - 1]) / max(lengths[last - 1], 1e-9)
    between: Array = chain[:, last - 1] + part * (chain[:, last] - chain[:, last - 1])
    return between


def _axis(axes: Array, which: str) -> Array:
    """(T, 3) an axis of (T, 3, 3), by a sign and a letter."""
    axis: Array = axes[:, :, "xyz".index(which[-1])]
    return -axis if which.startswith("-") else axis
