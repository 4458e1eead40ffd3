"""Binary glTF 2.0 files (Khronos, "glTF 2.0 Specification"), as far as animated people need it.

Written by hand, since it is a JSON document with one block of numbers: libraries for it add classes
for the whole specification and no check.
"""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

_COMPONENTS = {"float32": 5126, "uint32": 5125, "uint16": 5123, "uint8": 5121}
_TYPES = {1: "SCALAR", 3: "VEC3", 4: "VEC4", 16: "MAT4"}
ARRAY_BUFFER, ELEMENT_ARRAY_BUFFER = 34962, 34963


class Gltf:
    """A document that grows by nodes and arrays.

    Attributes:
        document: the JSON part.
    """

    def __init__(self) -> None:
        self.document: dict[str, Any] = {
            "asset": {"version": "2.0", "generator": "framework"},
            "scene": 0,
            "scenes": [{"nodes": []}],
        }
        self._data = bytearray()

    def add(self, kind: str, value: dict[str, Any]) -> int:
        """Append to a list of the document, "nodes" for example; return the number."""
        items: list[Any] = self.document.setdefault(kind, [])
        items.append(value)
        return len(items) - 1

    def add_to_scene(self, node: int) -> None:
        """Make a node one of the scene's roots."""
        self.document["scenes"][0]["nodes"].append(node)

    def array(
        self, values: NDArray[Any], *, target: int | None = None, bounds: bool = False
    ) -> int:
        """Append an array as an accessor; return its number.

        Args:
            values: (N,) or (N, components), of a type in `_COMPONENTS`.
            target: of the buffer view, for vertices and indices.
            bounds: whether minimum and maximum are stated, as for positions and times.
        """
        self._data += b"\0" * (-len(self._data) % 4)
        view: dict[str, Any] = {
            "buffer": 0,
            "byteOffset": len(self._data),
            "byteLength": values.nbytes,
        }
        if target is not None:
            view["target"] = target
        self._data += np.ascontiguousarray(values).tobytes()
        rows = values.reshape(len(values), -1)
        accessor = {
            "bufferView": self.add("bufferViews", view),
            "componentType": _COMPONENTS[values.dtype.name],
            "count": len(rows),
            "type": _TYPES[rows.shape[1]],
        }
        if bounds:
            accessor |= {"min": rows.min(axis=0).tolist(), "max": rows.max(axis=0).tolist()}
        return self.add("accessors", accessor)

    def to_bytes(self) -> bytes:
        """The GLB container: a header, the JSON chunk, the binary chunk."""
        if self._data:
            self.document["buffers"] = [{"byteLength": len(self._data)}]
        text = json.dumps(self.document, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 4)
        data = bytes(self._data) + b"\0" * (-len(self._data) % 4)
        chunks = [(text, b"JSON"), *([(data, b"BIN\0")] if data else [])]
        body = b"".join(struct.pack("<I4s", len(chunk), kind) + chunk for chunk, kind in chunks)
        return struct.pack("<4sII", b"glTF", 2, 12 + len(body)) + body
