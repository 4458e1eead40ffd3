"""The model files, all of Google MediaPipe, and the public places that serve them."""

from __future__ import annotations

from collections.abc import Mapping

from framework.hookspecs import WeightsEntry

from .._inference.sources import url

_LICENCE = "Apache-2.0"


def _wheel(member: str) -> Mapping[str, str]:
    """A member of the last MediaPipe wheel that contains models; nothing of it is run."""
    return {
        "kind": "pip",
        "requirement": "mediapipe==0.10.21",
        "platform": "manylinux_2_28_x86_64",
        "python": "3.11",
        "member": f"mediapipe/modules/{member}",
    }


def _asset(name: str, generation: str) -> Mapping[str, str]:
    """A file that MediaPipe's own build fetches, at the version that its build pins."""
    return url(f"https://storage.googleapis.com/mediapipe-assets/{name}?generation={generation}")


def _npm(member: str) -> Mapping[str, str]:
    package = {"package": "@mediapipe/pose", "version": "0.5.1675469404"}
    return {"kind": "npm", **package, "member": member}


DETECTOR = WeightsEntry(
    name="blazepose_detector",
    filename="pose_detection.tflite",
    size=2_959_046,
    sha256="9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
    licence=_LICENCE,
    sources=(
        _wheel("pose_detection/pose_detection.tflite"),
        _asset("pose_detection.tflite", "1678737489600422"),
    ),
)
LANDMARKS = {
    "lite": WeightsEntry(
        name="blazepose_lite",
        filename="pose_landmark_lite.tflite",
        size=2_819_824,
        sha256="f17bfbecadb61c3be1baa8b8d851cc6619c870a87167b32848ad20db306b9d61",
        licence=_LICENCE,
        sources=(
            _npm("pose_landmark_lite.tflite"),
            _asset("pose_landmark_lite.tflite", "1661875901231143"),
        ),
    ),
    "full": WeightsEntry(
        name="blazepose_full",
        filename="pose_landmark_full.tflite",
        size=6_440_512,
        sha256="e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
        licence=_LICENCE,
        sources=(
            _wheel("pose_landmark/pose_landmark_full.tflite"),
            _npm("pose_landmark_full.tflite"),
            _asset("pose_landmark_full.tflite", "1661875894245786"),
        ),
    ),
    "heavy": WeightsEntry(
        name="blazepose_heavy",
        filename="pose_landmark_heavy.tflite",
        size=27_709_200,
        sha256="59e42d71bcd44cbdbabc419f0ff76686595fd265419566bd4009ef703ea8e1fe",
        licence=_LICENCE,
        sources=(
            _npm("pose_landmark_heavy.tflite"),
            _asset("pose_landmark_heavy.tflite", "1661875897944151"),
        ),
    ),
}
