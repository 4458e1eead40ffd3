"""The published checkpoint: where it is, and under which licence."""

from __future__ import annotations

from framework.hookspecs import WeightsEntry

LICENCE = "MIT (trained on Adobe-240fps)"
HOMEPAGE = "https://github.com/avinashpaliwal/Super-SloMo"

# Its author publishes neither its size nor its digest, hence 0 and "".
PUBLISHED = WeightsEntry(
    name="super_slomo",
    filename="SuperSloMo.ckpt",
    size=0,
    sha256="",
    licence=LICENCE,
    sources=(
        {
            "kind": "url",
            "url": "https://drive.usercontent.google.com/download"
            "?id=1IvobLDbRiBgZr3ryCRrWL8xDbMZ-KnpF&export=download&confirm=t",
        },
    ),
)
