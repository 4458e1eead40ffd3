"""The weights that AlphaPose's authors offer for download by hand."""

from __future__ import annotations

from framework.hookspecs import WeightsEntry

LICENCE = "AlphaPose licence: non-commercial research only, no redistribution"


def _by_hand(body: str, filename: str) -> WeightsEntry:
    return WeightsEntry(
        name=f"alphapose_{body}",
        filename=filename,
        size=0,
        sha256="",
        licence=LICENCE,
        non_commercial=True,
        page="https://github.com/MVIG-SJTU/AlphaPose/blob/master/docs/MODEL_ZOO.md",
    )


FAST_POSE = {
    "coco17": _by_hand("coco17", "fast_res50_256x192.pth"),
    "halpe26": _by_hand("halpe26", "halpe26_fast_res50_256x192.pth"),
}
"""FastPose with ResNet-50, by `AlphaPoseKeypoints.value`."""
