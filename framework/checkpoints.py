"""Reads the tensors of an untrusted weight file.

Understood are safetensors, both forms of ``torch.save``, and plain pickles of NumPy arrays, as
Caffe2 and detectron2 publish them. The first bytes decide, not the name. Nothing that a file names
is ever imported or called: tensors are rebuilt by torch's own restricted unpickler, arrays by
`framework.unpickle`, and the generators and dates that training runs saved along become empty
objects.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from framework.errors import BackendError
from framework.unpickle import NotPlainData, unpickle

if TYPE_CHECKING:
    import torch

_ASK_FOR_TENSORS = "Ask its author for a safetensors file, or for a state dict of tensors only."
_GET_AGAIN = "Delete it and get it again from its source."
_TORCH = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
"""What torch.save wrote at the start of a file before it wrote archives."""


class _Inert:
    """Replaces an object of a checkpoint that is not needed; it stores and does nothing."""

    def __new__(cls, *_args: object) -> _Inert:
        return super().__new__(cls)

    def __init__(self, *_args: object) -> None:
        pass

    def __setstate__(self, _state: object) -> None:
        pass


# What a pickled numpy RandomState (VideoPose3D keeps one in every checkpoint) or numpy scalar is
# made of; numpy 1.17 and 2.0 changed the names. Super-SloMo's checkpoint says when it was made.
_IGNORED = (
    "datetime.datetime",
    "numpy.random.__RandomState_ctor",
    "numpy.random._pickle.__randomstate_ctor",
    "numpy.random._pickle.__bit_generator_ctor",
    "numpy.random._mt19937.MT19937",
    "numpy.core.multiarray._reconstruct",
    "numpy._core.multiarray._reconstruct",
    "numpy.core.multiarray.scalar",
    "numpy._core.multiarray.scalar",
    "numpy.ndarray",
    "numpy.dtype",
)


def load_tensors(path: Path, section: str = "") -> dict[str, torch.Tensor]:
    """Read a state dict.

    Args:
        path: a safetensors file, one written by ``torch.save``, or a pickle of arrays.
        section: where a training checkpoint keeps the network, like ``"model_pos"``. A file that
            is a state dict itself is taken as it is.

    Returns:
        Dense CPU tensors by name, of the types they were saved with.

    Raises:
        BackendError: the file is missing, cut off, something else, or holds more than tensors.
    """
    head = _first_bytes(path)
    content: object
    if head[8:9] == b"{":
        content = _read_safetensors(path)
    elif head.startswith(b"PK\x03\x04"):
        _check_archive(path)
        content = _read_torch(path)
    elif head.startswith(_TORCH):
        content = _read_torch(path)
    elif head.startswith(b"\x80"):
        content = _read_pickle(path)
    else:
        raise BackendError(f"{path} is not a weight file: {_kind_of(head)}", _GET_AGAIN)
    return _state_dict(content, section, path)


def _first_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(256)
    except OSError as error:
        cause = error.strerror or type(error).__name__
        raise BackendError(
            f"weight file {path} cannot be read: {cause}", "Check the path and its permissions."
        ) from error


def _kind_of(head: bytes) -> str:
    if not head:
        return "it is empty"
    if head.lstrip().startswith(b"<"):
        return "it is a web page, probably the answer of a server that refused the download"
    if head.startswith(b"version https://git-lfs"):
        return "it is a Git LFS pointer, the weights themselves were not fetched"
    return f"it begins with {head[:8]!r}"


def _check_archive(path: Path) -> None:
    """Distinguish an incomplete download, and other zip files, from a checkpoint."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except Exception as error:  # zipfile raises many kinds of errors for damaged files
        raise BackendError(
            f"{path} is cut off or damaged: it has no table of contents", _GET_AGAIN
        ) from error
    if not any(name.endswith("/data.pkl") for name in names):
        raise BackendError(
            f"{path} is an archive, but not a checkpoint: it holds {', '.join(names[:3]) or '-'}",
            "Give the file that torch.save or safetensors wrote, not an archive around it.",
        )


def _read_safetensors(path: Path) -> dict[str, Any]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return dict(load_file(path))
    except (SafetensorError, KeyError, ValueError) as error:
        raise BackendError(f"{path} is a broken safetensors file: {error}", _GET_AGAIN) from error


def _read_torch(path: Path) -> object:
    import torch

    inert: list[Any] = [(type(name, (_Inert,), {}), name) for name in _IGNORED]
    try:
        with torch.serialization.safe_globals(inert):
            return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # any error of the reader means the same for an untrusted file
        refused = re.search(r"GLOBAL (\S+)", str(error))
        if refused:
            message = f"{path} was not opened: it asks to run {refused[1]}, which is not a tensor"
            raise BackendError(message, _ASK_FOR_TENSORS) from error
        raise BackendError(
            f"{path} cannot be read as a checkpoint: it is cut off, damaged or holds more than "
            f"tensors ({type(error).__name__})",
            f"{_GET_AGAIN} {_ASK_FOR_TENSORS}",
        ) from error


def _read_pickle(path: Path) -> object:
    try:
        return unpickle(path.read_bytes())
    except NotPlainData as error:
        raise BackendError(
            f"{path} was not opened: {error}", f"{_GET_AGAIN} {_ASK_FOR_TENSORS}"
        ) from error


def _state_dict(content: object, section: str, path: Path) -> dict[str, torch.Tensor]:
    if isinstance(content, Mapping) and isinstance(content.get(section), Mapping):
        content = content[section]
    items = content.items() if isinstance(content, Mapping) else ()
    tensors = {name: _as_tensor(value) for name, value in items}
    plain = all(isinstance(name, str) and _is_plain(value) for name, value in tensors.items())
    if not tensors or not plain:
        raise BackendError(
            f"{path} holds no state dict: {_describe(content)}",
            f"Expected tensors by name{f', or a {section!r} that holds them' * bool(section)}.",
        )
    return {name: tensor.detach() for name, tensor in tensors.items()}


def _as_tensor(value: object) -> Any:
    """An array of numbers as a tensor; anything else as it is."""
    import torch

    numbers = isinstance(value, np.ndarray) and value.dtype.kind in "fiub"
    return torch.from_numpy(value) if numbers else value


def _is_plain(value: object) -> bool:
    """Whether it is a tensor of numbers in memory: not sparse, quantised, nested or empty meta."""
    import torch

    return (
        isinstance(value, torch.Tensor)
        and value.layout == torch.strided
        and value.device.type == "cpu"
        and not (value.is_quantized or value.is_nested)
    )


def _describe(content: object) -> str:
    if not isinstance(content, Mapping):
        return f"its content is {type(content).__name__}"
    parts = [f"{key!r} ({type(value).__name__})" for key, value in list(content.items())[:6]]
    return f"it has {', '.join(parts) or 'nothing in it'}"
