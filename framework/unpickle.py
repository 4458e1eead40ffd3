"""Reads untrusted pickles as data: nothing that they name is imported, created or called.

A pickle is a program for a small stack machine. The machine here knows only the instructions that
build containers, text, numbers and NumPy arrays, and refuses all others: enough for the weights of
Caffe2 and detectron2 and for object arrays in npz files, of Python 2 as well. The instructions are
parsed by the standard library's `pickletools`, which runs none.

A subclass of `pickle.Unpickler` with an allow-list would be shorter, but not as safe: it hashes
nested tuples by recursion in C (a crash), sets attributes of the allowed functions themselves
(BUILD), and calls NumPy's own ``__setstate__`` with whatever state a file gives.
"""

from __future__ import annotations

import io
import math
import pickletools
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

_MAX_DEPTH = 50
"""Containers within containers; real files have five, and readers of the result may recurse."""

_CODES = r"[iu][1248]|f[248]|c8|c16|b1|[SU][1-9]\d{0,6}|O[48]?"
"""Types of array elements, as NumPy names them: numbers, text and objects, no records."""


class NotPlainData(ValueError):
    """A pickle that is damaged or holds more than data; the message is one line."""


class _Name(NamedTuple):
    """What a pickle refers to by name; it is compared, never looked up."""

    module: str
    name: str


_MARK = object()  # where the operands of an instruction begin
_NDARRAY = _Name("numpy", "ndarray")
_CALLS = {
    _Name("numpy", "dtype"): "dtype",
    _Name("_codecs", "encode"): "encode",  # how Python 3 writes bytes for Python 2
    _Name("__builtin__", "bytes"): "bytes",  # and how it writes no bytes
    _Name("builtins", "bytes"): "bytes",
    _Name("collections", "OrderedDict"): "dict",
    **{
        _Name(f"numpy.{core}.{module}", name): name
        for core in ("core", "_core")  # numpy 2.0 renamed it
        for module, name in (
            ("multiarray", "_reconstruct"),
            ("multiarray", "scalar"),
            ("numeric", "_frombuffer"),
        )
    },
}


def unpickle(data: bytes) -> object:
    """Return what a pickle holds.

    Args:
        data: the whole pickle, of any protocol; bytes after its end are ignored.

    Returns:
        Lists, dicts, tuples, text, bytes, numbers, None, NumPy arrays (of their own, object arrays
        included) and NumPy scalars. Byte strings of Python 2 come as latin-1 text.

    Raises:
        NotPlainData: it is damaged, or asks for anything else.
    """
    machine, count = _Machine(), 0
    try:
        for instruction, operand, _ in pickletools.genops(io.BytesIO(data)):
            machine.do(instruction.name, operand)
            count += 1
        (value,) = machine.stack
    except NotPlainData:
        raise
    except Exception as error:  # untrusted bytes: any error means that they are damaged
        raise NotPlainData(f"it is cut off or damaged ({type(error).__name__})") from error
    # More parts than this can only come from containers that the memo repeats.
    _check(value, 100_000 + 100 * count)
    return value


def _check(value: object, budget: int) -> None:
    """Refuse what is not plain, and shared or circular containers that unfold without end."""
    rest = [(value, 0)]
    while rest:
        part, depth = rest.pop()
        budget -= 1
        if budget < 0 or depth > _MAX_DEPTH:
            raise NotPlainData("it nests containers without end")
        if isinstance(part, dict):
            rest += [(inner, depth + 1) for inner in part.values()]
        elif isinstance(part, list | tuple) and not isinstance(part, _Name):
            rest += [(inner, depth + 1) for inner in part]
        elif isinstance(part, np.ndarray) and part.dtype == object:
            rest += [(inner, depth + 1) for inner in part.flat]
        elif not (
            part is None
            or isinstance(part, str | bytes | bytearray | int | float | np.ndarray | np.generic)
        ):
            said = ".".join(part) if isinstance(part, _Name) else "something unfinished"
            raise NotPlainData(f"it holds {said}, which is not data")


class _DType:
    """A NumPy dtype: its code comes first, its byte order after it."""

    def __init__(self, code: object) -> None:
        if not isinstance(code, str) or not re.fullmatch(_CODES, code):
            raise NotPlainData(f"it holds an array of type {code!r:.40}")
        self.dtype = np.dtype("O" if code.startswith("O") else code)

    def build(self, state: tuple[Any, ...]) -> None:
        order = state[1]
        if order not in ("<", ">", "|", "="):
            raise NotPlainData("it holds a dtype that NumPy does not write")
        if order in ("<", ">"):
            self.dtype = self.dtype.newbyteorder(order)

    def array(self, content: Any, shape: Any, order: str) -> NDArray[Any]:
        """An array of this type from its bytes, or from a list of objects."""
        if not all(isinstance(length, int) and length >= 0 for length in shape):
            raise NotPlainData("it holds an array of impossible shape")
        size = math.prod(shape)
        if self.dtype == object:
            if not isinstance(content, list) or len(content) != size:
                raise NotPlainData("it holds an array whose shape and content differ")
            objects = np.empty(size, object)
            for place, part in enumerate(content):  # as a whole, NumPy would look into the parts
                objects[place] = part
            return objects.reshape(shape, order="F" if order == "F" else "C")
        raw = content.encode("latin-1") if isinstance(content, str) else content
        if len(raw) != size * self.dtype.itemsize:
            raise NotPlainData("it holds an array whose shape and content differ")
        view = np.ndarray(shape, self.dtype, raw, order="F" if order == "F" else "C")
        result = view.astype(self.dtype.newbyteorder("="))
        if self.dtype.kind == "U":
            result.tolist()  # raises where the bytes are no text
        return result


class _Array:
    """The promise of an array, which a later instruction keeps."""

    kept: NDArray[Any] | None = None

    def build(self, state: tuple[Any, ...]) -> None:
        _, shape, dtype, by_columns, content = state
        self.kept = dtype.array(content, shape, "F" if by_columns else "C")


class _Machine:
    """Carries out the instructions, one by one (see `pickletools` for what each does)."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self._memo: dict[int, Any] = {}

    def do(self, name: str, operand: Any) -> None:  # noqa: PLR0912  (a case an instruction)
        """Carry out one instruction; IndexError or KeyError where the pickle makes no sense."""
        stack = self.stack
        match name:
            case "PROTO" | "FRAME" | "STOP":
                pass
            case "NONE" | "MARK":
                stack.append(None if name == "NONE" else _MARK)
            case "NEWTRUE" | "NEWFALSE":
                stack.append(name == "NEWTRUE")
            case "EMPTY_LIST" | "EMPTY_DICT" | "EMPTY_TUPLE":
                stack.append({"EMPTY_LIST": [], "EMPTY_DICT": {}, "EMPTY_TUPLE": ()}[name])
            case "LIST" | "TUPLE":
                parts = self._since_mark()
                stack.append(parts if name == "LIST" else tuple(parts))
            case "TUPLE1" | "TUPLE2" | "TUPLE3":
                parts = [stack.pop() for _ in range(int(name[-1]))]
                stack.append(tuple(parts[::-1]))
            case "DICT":
                stack.append(_filled({}, self._since_mark()))
            case "APPEND" | "APPENDS":
                parts = [stack.pop()] if name == "APPEND" else self._since_mark()
                self._top(list).extend(parts)
            case "SETITEM" | "SETITEMS":
                pair = [stack.pop(), stack.pop()][::-1] if name == "SETITEM" else self._since_mark()
                _filled(self._top(dict), pair)
            case "PUT" | "BINPUT" | "LONG_BINPUT":
                self._memo[operand] = stack[-1]
            case "MEMOIZE":
                self._memo[len(self._memo)] = stack[-1]
            case "GET" | "BINGET" | "LONG_BINGET":
                stack.append(_kept(self._memo[operand]))
            case "GLOBAL":
                stack.append(_named(*operand.split(" ", 1)))
            case "STACK_GLOBAL":
                attribute, module = stack.pop(), stack.pop()
                stack.append(_named(module, attribute))
            case "REDUCE":
                arguments, called = stack.pop(), stack.pop()
                stack.append(_called(called, arguments))
            case "BUILD":
                state = stack.pop()
                if not isinstance(stack[-1], _DType | _Array):
                    raise NotPlainData("it changes an object that is not data")
                stack[-1].build(state)
                stack[-1] = _kept(stack[-1])
            case _ if name in _CONSTANTS:
                stack.append(operand)
            case _:
                raise NotPlainData(f"it holds an object that is not data (instruction {name})")

    def _since_mark(self) -> list[Any]:
        parts = []
        while (part := self.stack.pop()) is not _MARK:
            parts.append(part)
        return parts[::-1]

    def _top(self, kind: type) -> Any:
        if not isinstance(self.stack[-1], kind):
            raise NotPlainData(f"it adds to what is not a {kind.__name__}")
        return self.stack[-1]


_CONSTANTS = frozenset(
    "INT BININT BININT1 BININT2 LONG LONG1 LONG4 FLOAT BINFLOAT STRING BINSTRING SHORT_BINSTRING "
    "UNICODE BINUNICODE SHORT_BINUNICODE BINUNICODE8 BINBYTES SHORT_BINBYTES BINBYTES8 "
    "BYTEARRAY8".split()
)
"""Instructions whose operand is the value."""


def _filled(target: dict[Any, Any], flat: list[Any]) -> dict[Any, Any]:
    """Add ``[key, value, key, value, ...]``."""
    for key, value in zip(flat[::2], flat[1::2], strict=True):
        # Hashing nested tuples recurses in C without end.
        if not (key is None or isinstance(key, str | bytes | int | float)):
            raise NotPlainData(f"it holds a dict with keys of type {type(key).__name__}")
        target[key] = value
    return target


def _kept(value: Any) -> Any:
    """The array itself, once its promise was kept; anything else as it is."""
    return value if not isinstance(value, _Array) or value.kept is None else value.kept


def _named(module: object, attribute: object) -> _Name:
    name = _Name(str(module), str(attribute))
    if name != _NDARRAY and name not in _CALLS:
        said = "".join(char if char.isprintable() else "?" for char in ".".join(name)[:80])
        raise NotPlainData(f"it asks to run {said}, which is not data")
    return name


def _called(what: object, arguments: tuple[Any, ...]) -> Any:  # noqa: PLR0911  (a case a call)
    """What one of the few allowed calls would return."""
    match _CALLS.get(what) if isinstance(what, _Name) else None:
        case "_reconstruct" if arguments[0] == _NDARRAY:
            return _Array()
        case "_frombuffer":
            content, dtype, shape, order = arguments
            return dtype.array(content, shape, order)
        case "scalar":
            dtype, content = arguments
            return dtype.array(content, (), "C")[()]
        case "dtype":
            return _DType(arguments[0])
        case "encode" if arguments[1] in ("latin1", "latin-1"):
            return arguments[0].encode("latin-1")
        case "bytes" if arguments == ():
            return b""
        case "dict":
            pairs: Iterable[Any] = arguments[0] if arguments else ()
            return _filled({}, [part for key, value in pairs for part in (key, value)])
    raise NotPlainData("it makes an object that is not data")
