"""Names of the rig's bones in programs for animation."""

from __future__ import annotations

from collections.abc import Mapping

_CORE = ("hips", "spine", "chest", "neck", "head")
_SIDED = ("shoulder", "upper_arm", "lower_arm", "hand", "upper_leg", "lower_leg", "foot")


def _table(core: str, sided: str, left: str, right: str) -> dict[str, str]:
    """Names by bone: of the middle in the order of `_CORE`, of both sides in that of `_SIDED`.

    Args:
        core: names divided by spaces.
        sided: patterns with {} where the side stands.
        left: what stands there on the left side.
        right: on the right side.
    """
    table = dict(zip(_CORE, core.split(), strict=True))
    for bone, pattern in zip(_SIDED, sided.split(), strict=True):
        table[f"left_{bone}"] = pattern.format(left)
        table[f"right_{bone}"] = pattern.format(right)
    return table


RIG_NAMES: Mapping[str, Mapping[str, str]] = {
    "plain": _table(" ".join(_CORE), " ".join(f"{{}}_{bone}" for bone in _SIDED), "left", "right"),
    "mixamo": _table(
        "mixamorig:Hips mixamorig:Spine mixamorig:Spine1 mixamorig:Neck mixamorig:Head",
        "mixamorig:{}Shoulder mixamorig:{}Arm mixamorig:{}ForeArm mixamorig:{}Hand "
        "mixamorig:{}UpLeg mixamorig:{}Leg mixamorig:{}Foot",
        "Left",
        "Right",
    ),
    "unity": _table(
        "Hips Spine Chest Neck Head",
        "{}Shoulder {}UpperArm {}LowerArm {}Hand {}UpperLeg {}LowerLeg {}Foot",
        "Left",
        "Right",
    ),
    "vrm": _table(
        "hips spine chest neck head",
        "{}Shoulder {}UpperArm {}LowerArm {}Hand {}UpperLeg {}LowerLeg {}Foot",
        "left",
        "right",
    ),
    "ue5": _table(
        "pelvis spine_01 spine_03 neck_01 head",
        "clavicle_{} upperarm_{} lowerarm_{} hand_{} thigh_{} calf_{} foot_{}",
        "l",
        "r",
    ),
    "rigify": _table(
        "spine spine.001 spine.003 spine.004 spine.006",
        "shoulder.{} upper_arm.{} forearm.{} hand.{} thigh.{} shin.{} foot.{}",
        "L",
        "R",
    ),
}
"""For each ``rig=``, the name of every bone."""
