"""Skeletons as data, and the one way to get from one to another.

Joint names are shared between skeletons, so a mapping follows from the names; joints that a
detector does not have (pelvis, spine, thorax ...) are linear combinations of those it has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # NumPy takes longer to import than the rest of --help; the registry needs names
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Skeleton:
    """A named set of joints.

    Attributes:
        name: how configs and files call it.
        joints: names in order; left and right carry ``left_`` and ``right_``.
        bones: pairs of joint indices, parent first where there is a tree.
        root: index of the joint that 3D poses are relative to, or None.
        keypoint_sigmas: per-joint spread of annotators relative to body size (constants of COCO's
            OKS; 0.079 where COCO has none).
    """

    name: str
    joints: tuple[str, ...]
    bones: tuple[tuple[int, int], ...]
    root: int | None = None
    keypoint_sigmas: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Check that bones and keypoint_sigmas fit the joints."""
        count = len(self.joints)
        if len(set(self.joints)) != count:
            raise ValueError(f"skeleton {self.name!r} names a joint twice")
        if any(not 0 <= end < count for bone in self.bones for end in bone):
            raise ValueError(f"skeleton {self.name!r} has a bone to a joint that it lacks")
        if self.keypoint_sigmas and len(self.keypoint_sigmas) != count:
            raise ValueError(
                f"skeleton {self.name!r}: {len(self.keypoint_sigmas)} keypoint_sigmas, "
                f"{count} joints"
            )

    @property
    def mirror(self) -> tuple[int, ...]:
        """Index of each joint's left-right partner (its own index on the body's middle)."""
        return _mirror(self)

    def index(self, joint: str) -> int:
        """Index of a joint by name.

        Raises:
            KeyError: the skeleton has no such joint.
        """
        try:
            return self.joints.index(joint)
        except ValueError:
            known = ", ".join(self.joints)
            raise KeyError(f"skeleton {self.name!r} has no {joint!r}; it has {known}") from None


@lru_cache(maxsize=64)
def _mirror(skeleton: Skeleton) -> tuple[int, ...]:
    def partner(joint: str) -> str:
        for side, other in (("left", "right"), ("right", "left")):
            if joint.startswith(side + "_") or joint.endswith("_" + side):
                return joint.replace(side, other)
        return joint

    return tuple(skeleton.index(partner(joint)) for joint in skeleton.joints)


def _named_bones(joints: tuple[str, ...], *chains: str) -> tuple[tuple[int, int], ...]:
    """Bones along chains like ``"nose left_eye left_ear"``."""
    pairs = [pair for chain in chains for pair in pairwise(chain.split())]
    return tuple((joints.index(a), joints.index(b)) for a, b in pairs)


_LIMBS = (
    "left_shoulder left_elbow left_wrist",
    "right_shoulder right_elbow right_wrist",
    "left_hip left_knee left_ankle",
    "right_hip right_knee right_ankle",
)
_TRUNK = ("left_shoulder right_shoulder", "left_hip right_hip")
_SIDES = ("left_shoulder left_hip", "right_shoulder right_hip")

_COCO_JOINTS = tuple(
    "nose left_eye right_eye left_ear right_ear left_shoulder right_shoulder left_elbow "
    "right_elbow left_wrist right_wrist left_hip right_hip left_knee right_knee left_ankle "
    "right_ankle".split()
)
# fmt: off
_COCO_SIGMAS = (0.026, 0.025, 0.025, 0.035, 0.035, 0.079, 0.079, 0.072, 0.072, 0.062, 0.062,
                0.107, 0.107, 0.087, 0.087, 0.089, 0.089)
# fmt: on
COCO17 = Skeleton(
    name="coco17",
    joints=_COCO_JOINTS,
    bones=_named_bones(
        _COCO_JOINTS,
        *_LIMBS,
        *_TRUNK,
        *_SIDES,
        "nose left_eye left_ear",
        "nose right_eye right_ear",
    ),
    keypoint_sigmas=_COCO_SIGMAS,
)

_H36M_JOINTS = tuple(
    "pelvis right_hip right_knee right_ankle left_hip left_knee left_ankle spine thorax neck head "
    "left_shoulder left_elbow left_wrist right_shoulder right_elbow right_wrist".split()
)
_OKS = dict(zip(_COCO_JOINTS, _COCO_SIGMAS, strict=True))
H36M17 = Skeleton(
    name="h36m17",
    joints=_H36M_JOINTS,
    bones=_named_bones(
        _H36M_JOINTS,
        "pelvis right_hip right_knee right_ankle",
        "pelvis left_hip left_knee left_ankle",
        "pelvis spine thorax neck head",
        "thorax left_shoulder left_elbow left_wrist",
        "thorax right_shoulder right_elbow right_wrist",
    ),
    root=0,
    keypoint_sigmas=tuple(_OKS.get(joint, 0.079) for joint in _H36M_JOINTS),
)

_BLAZEPOSE_JOINTS = tuple(
    "nose left_eye_inner left_eye left_eye_outer right_eye_inner right_eye right_eye_outer "
    "left_ear right_ear mouth_left mouth_right left_shoulder right_shoulder left_elbow "
    "right_elbow left_wrist right_wrist left_pinky right_pinky left_index right_index left_thumb "
    "right_thumb left_hip right_hip left_knee right_knee left_ankle right_ankle left_heel "
    "right_heel left_foot_index right_foot_index".split()
)
BLAZEPOSE33 = Skeleton(
    name="blazepose33",
    joints=_BLAZEPOSE_JOINTS,
    bones=_named_bones(
        _BLAZEPOSE_JOINTS,
        *_LIMBS,
        *_TRUNK,
        *_SIDES,
        "nose left_eye_inner left_eye left_eye_outer left_ear",
        "nose right_eye_inner right_eye right_eye_outer right_ear",
        "mouth_left mouth_right",
        "left_wrist left_thumb",
        "left_wrist left_pinky left_index left_wrist",
        "right_wrist right_thumb",
        "right_wrist right_pinky right_index right_wrist",
        "left_ankle left_heel left_foot_index left_ankle",
        "right_ankle right_heel right_foot_index right_ankle",
    ),
    keypoint_sigmas=tuple(_OKS.get(joint, 0.079) for joint in _BLAZEPOSE_JOINTS),
)

_HEAD = ("nose left_eye left_ear", "nose right_eye right_ear")
_FEET = (
    "left_ankle left_heel left_big_toe left_small_toe",
    "right_ankle right_heel right_big_toe right_small_toe",
)


def _of_joints(name: str, joints: str, *chains: str) -> Skeleton:
    """A skeleton of named joints, with arms, legs, head and these chains."""
    names = tuple(joints.split())
    return Skeleton(
        name=name,
        joints=names,
        bones=_named_bones(names, *_LIMBS, *_HEAD, *chains),
        keypoint_sigmas=tuple(_OKS.get(joint, 0.079) for joint in names),
    )


# "upper_neck" is where the neck meets the skull; OpenPose's "neck" lies between the shoulders and
# its "mid hip" between the hips, as the thorax and the pelvis of Human3.6M do.
HALPE26 = _of_joints(
    "halpe26",
    f"{' '.join(_COCO_JOINTS)} head upper_neck pelvis left_big_toe right_big_toe left_small_toe "
    "right_small_toe left_heel right_heel",
    *_SIDES,
    *_TRUNK,
    *_FEET,
    "head upper_neck",
)
BODY25 = _of_joints(
    "body25",
    "nose thorax right_shoulder right_elbow right_wrist left_shoulder left_elbow left_wrist pelvis "
    "right_hip right_knee right_ankle left_hip left_knee left_ankle right_eye left_eye right_ear "
    "left_ear left_big_toe left_small_toe left_heel right_big_toe right_small_toe right_heel",
    *_FEET,
    "pelvis thorax nose",
    "left_shoulder thorax right_shoulder",
    "left_hip pelvis right_hip",
)
BODY25B = _of_joints(
    "body25b",
    f"{' '.join(_COCO_JOINTS)} upper_neck head left_big_toe left_small_toe left_heel right_big_toe "
    "right_small_toe right_heel",
    *_SIDES,
    *_TRUNK,
    *_FEET,
    "head upper_neck",
)
OPENPOSE18 = _of_joints(
    "openpose18",
    "nose thorax right_shoulder right_elbow right_wrist left_shoulder left_elbow left_wrist "
    "right_hip right_knee right_ankle left_hip left_knee left_ankle right_eye left_eye right_ear "
    "left_ear",
    "left_hip thorax right_hip",
    "left_shoulder thorax right_shoulder",
    "thorax nose",
)

SKELETONS: Mapping[str, Skeleton] = {
    s.name: s for s in (COCO17, H36M17, BLAZEPOSE33, HALPE26, BODY25, BODY25B, OPENPOSE18)
}

# Joints as combinations of others, tried in order. H36M's "neck" is the point between neck and
# nose, its "head" the top of the head: ears lie about 10 cm below it, half an ear-thorax length.
_DERIVED: tuple[tuple[str, Mapping[str, float]], ...] = (
    ("pelvis", {"left_hip": 0.5, "right_hip": 0.5}),
    ("thorax", {"left_shoulder": 0.5, "right_shoulder": 0.5}),
    ("spine", {"left_hip": 0.25, "right_hip": 0.25, "left_shoulder": 0.25, "right_shoulder": 0.25}),
    ("neck", {"nose": 1.0}),
    (
        "head",
        {"left_ear": 0.75, "right_ear": 0.75, "left_shoulder": -0.25, "right_shoulder": -0.25},
    ),
)


@lru_cache(maxsize=64)
def mapping_matrix(source: Skeleton, target: Skeleton) -> NDArray[np.float32]:
    """Weights that express each target joint by source joints.

    Returns:
        (J_target, J_source) float32; a row of zeros for a joint that does not follow from them.
    """
    import numpy as np

    weights = np.zeros((len(target.joints), len(source.joints)), np.float32)
    rules = dict(_DERIVED)
    for row, joint in enumerate(target.joints):
        parts = {joint: 1.0} if joint in source.joints else rules.get(joint, {})
        if all(part in source.joints for part in parts):
            for part, weight in parts.items():
                weights[row, source.index(part)] = weight
    # The cached array is shared by all callers.
    weights.flags.writeable = False
    return weights


def map_joints(
    points: NDArray[np.float32], source: Skeleton, target: Skeleton
) -> NDArray[np.float32]:
    """Joints of one skeleton as joints of another.

    Args:
        points: (..., J_source, D) in any linear space (pixels or metres); NaN where missing.
        source: the skeleton of ``points``.
        target: the skeleton wanted.

    Returns:
        (..., J_target, D); NaN where a part is missing or the source has no such joint.
    """
    import numpy as np

    weights = mapping_matrix(source, target)
    mapped: NDArray[np.float32] = np.matmul(weights, np.nan_to_num(points)).astype(np.float32)
    missing = np.isnan(points).any(-1, keepdims=True).astype(np.float32)
    # (..., J_target): a NaN source joint removes only the joints that depend on it.
    lost = np.matmul((weights != 0).astype(np.float32), missing)[..., 0] > 0
    mapped[lost | np.all(weights == 0, axis=1)] = np.nan
    return mapped


def map_scores(
    scores: NDArray[np.float32], source: Skeleton, target: Skeleton
) -> NDArray[np.float32]:
    """Scores for `map_joints`: the lowest score of the parts, 0 where there are none.

    Args:
        scores: (..., J_source).
        source: the skeleton of ``scores``.
        target: the skeleton wanted.

    Returns:
        (..., J_target) float32.
    """
    import numpy as np

    used = mapping_matrix(source, target) != 0
    lowest = np.where(used, scores[..., None, :], np.inf).min(-1)
    return np.where(np.isfinite(lowest), lowest, 0).astype(np.float32)
