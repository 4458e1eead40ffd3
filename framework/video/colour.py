"""High dynamic range to 8-bit RGB: screens, detectors and H.264 know no more.

Curves: SMPTE ST 2084 (PQ) and ARIB STD-B67 (HLG), both as in ITU-R BT.2100.
"""

from __future__ import annotations

from functools import cache
from typing import cast

import cv2
import numpy as np
from av import VideoFrame
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from framework.types import Bytes

_PQ, _HLG = 16, 18
"""Transfer characteristics of ITU-T H.273."""
_NAMES = {_PQ: "PQ", _HLG: "HLG"}
_BITS = 12
_WHITE_NITS = 203.0
"""Luminance of a white sheet in HDR: ITU-R BT.2408."""
_PEAK_NITS = 1000.0
"""What is brighter is clipped; films are mastered up to here as a rule."""
_TO_709 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]],
    np.float32,
)
"""Linear BT.2020 to linear BT.709: ITU-R BT.2087."""


def hdr_name(frame: VideoFrame) -> str:
    """The name of the HDR curve of a frame; "" for standard dynamic range."""
    return _NAMES.get(int(frame.color_trc), "")


def tone_mapped(frame: VideoFrame, width: int, height: int, reformatter: VideoReformatter) -> Bytes:
    """Convert an HDR frame to RGB as a standard screen shows it.

    Returns:
        (H, W, 3) uint8 of the size given.
    """
    deep = cast(
        NDArray[np.uint16], reformatter.reformat(frame, width, height, "rgb48le").to_ndarray()
    )
    linear = _tone_curve(int(frame.color_trc))[deep >> (16 - _BITS)]
    linear = cv2.transform(linear, _TO_709)
    steps = np.clip(linear * ((1 << _BITS) - 1), 0, (1 << _BITS) - 1).astype(np.uint16)
    return _display_curve()[steps]


@cache
def _tone_curve(transfer: int) -> NDArray[np.float32]:
    """(2 ** _BITS,) linear display light 0..1 by code value: the HDR curve, then the tone map."""
    code = np.linspace(0, 1, 1 << _BITS)
    nits = _pq_nits(code) if transfer == _PQ else _hlg_nits(code)
    level, peak = nits / _WHITE_NITS, _PEAK_NITS / _WHITE_NITS
    # Reinhard's curve that reaches 1 at the peak: dark tones keep their contrast.
    mapped = level * (1 + level / peak**2) / (1 + level)
    return np.clip(mapped, 0, 1).astype(np.float32)


def _pq_nits(code: NDArray[np.float64]) -> NDArray[np.float64]:
    m1, m2, c1, c2, c3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875
    power = code ** (1 / m2)
    return 1e4 * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1)


def _hlg_nits(code: NDArray[np.float64]) -> NDArray[np.float64]:
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(code <= 0.5, code**2 / 3, (np.exp((code - c) / a) + b) / 12)
    return _PEAK_NITS * scene**1.2


@cache
def _display_curve() -> Bytes:
    """(2 ** _BITS,) sRGB code values of linear light: IEC 61966-2-1."""
    light = np.linspace(0, 1, 1 << _BITS)
    code = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.round(255 * code).astype(np.uint8)
