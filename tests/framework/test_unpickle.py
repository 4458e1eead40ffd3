"""Pickles are read as data, and everything else in them is refused."""

import collections
import io
import os
import pickle
import random
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from framework.unpickle import NotPlainData, unpickle

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)
SEVERAL = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60
)
FLAT = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()
ARRAYS = npst.arrays(
    npst.floating_dtypes(sizes=(32, 64)) | npst.integer_dtypes() | npst.boolean_dtypes(),
    npst.array_shapes(min_dims=0, min_side=0),
)
DATA = st.recursive(
    FLAT | ARRAYS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(), inner, max_size=4)
        | st.tuples(inner, inner)
    ),
    max_leaves=12,
)


def same(first, second):
    assert type(first) is type(second)
    if isinstance(first, np.ndarray):
        assert (first.shape, first.dtype.newbyteorder("=")) == (second.shape, second.dtype)
        if first.dtype != object:
            np.testing.assert_array_equal(first, second)
            return
        first, second = list(first.flat), list(second.flat)
    if isinstance(first, list | tuple):
        for one, other in zip(first, second, strict=True):
            same(one, other)
    elif isinstance(first, dict):
        assert list(first) == list(second)
        same(list(first.values()), list(second.values()))
    else:
        assert first == second or np.isnan(first)


@SEVERAL
@given(value=DATA, protocol=st.integers(1, pickle.HIGHEST_PROTOCOL))
def test_data_is_read_as_it_was_written(value, protocol):
    same(value, unpickle(pickle.dumps(value, protocol)))


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_protocol_is_read(protocol):
    value = {"names": ["a", 'b"'], "n": [1, -(2**70), 2.5, None, True], "t": ((), (1,), (1, 2))}
    same(value, unpickle(pickle.dumps(value, protocol)))


@pytest.mark.parametrize("protocol", PROTOCOLS[2:])
def test_object_arrays_and_scalars_and_columns_first_are_read(protocol):
    people = np.empty((2, 2), object)
    people[:, 0] = [[], []]
    people[0, 1] = [np.ones((4, 17)), np.zeros((4, 17))]
    people[1, 1] = np.arange(6.0).reshape(2, 3).T
    value = [people, np.float32(2.5), np.array(["left", "hand"]), np.asfortranarray(np.eye(3)[:2])]
    read = unpickle(pickle.dumps(value, protocol))
    same(value, read)
    assert read[3].flags.writeable


def test_an_ordered_dict_is_a_dict():
    value = collections.OrderedDict(b=1, a=2)
    assert unpickle(pickle.dumps(value)) == {"b": 1, "a": 2}


def test_an_array_that_occurs_twice_is_read_twice():
    shared = np.arange(3.0)
    first, second = unpickle(pickle.dumps([shared, shared]))
    same(shared, first)
    same(shared, second)


def python2(array: np.ndarray) -> bytes:
    """An array as Python 2 pickled it: names of numpy 1, content as a byte string."""
    dtype = array.dtype.str[1:].encode()
    out = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\x00tU\x01btR("
    out += b"K\x01(" + b"".join(b"M" + struct.pack("<H", side) for side in array.shape) + b"t"
    out += b"cnumpy\ndtype\n(U" + bytes([len(dtype)]) + dtype
    out += b"K\x00K\x01tR(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89"
    raw = array.tobytes()
    return out + b"T" + struct.pack("<i", len(raw)) + raw + b"tb"


def test_pickles_of_python_2_are_read():
    weights = np.linspace(-1, 1, 300, dtype=np.float32).reshape(20, 15)
    data = b"\x80\x02}(U\x07conv1_w" + python2(weights) + b"U\x04noneNu."
    same({"conv1_w": weights, "none": None}, unpickle(data))
    same(pickle.loads(data, encoding="latin1"), unpickle(data))  # noqa: S301  (our own bytes)


def test_real_files_of_object_arrays_are_read(shared_data):
    for path in sorted(shared_data.glob("*/*_raw.npz")):
        with np.load(path, allow_pickle=True) as truth, np.load(path) as archive:
            for name in truth.files:
                raw = archive.zip.read(name + ".npy")
                stream = io.BytesIO(raw)
                assert np.lib.format.read_magic(stream) == (1, 0)
                np.lib.format.read_array_header_1_0(stream)
                if truth[name].dtype == object:
                    same(truth[name], unpickle(raw[stream.tell() :]))


class Attack:
    """Pickles as a call of something."""

    def __init__(self, call, *arguments):
        self.call, self.arguments = call, arguments

    def __reduce__(self):
        return self.call, self.arguments


def calls(victim: Path):
    order = f"open({str(victim)!r}, 'w').close()"
    return [
        Attack(os.system, f"touch '{victim}'"),
        Attack(os.mkdir, str(victim)),
        Attack(subprocess.check_call, ["touch", str(victim)]),
        Attack(eval, order),
        Attack(exec, order),
        Attack(open, str(victim), "w"),
        Attack(Path.touch, victim),
        Attack(np.savez, str(victim)),
        Attack(np.load, str(victim), None, True),
        Attack(getattr, "text", "upper"),
        Attack(__import__, "antigravity"),
        Attack(bytes, 10**9),
        Attack(np.ndarray, (10**6,)),
        Attack(np.dtype, [("a", "f4")]),
        Attack(map, len, [[0]]),
        Path("/etc"),
        os.system,
        {1, 2},
        complex(1, 2),
        Attack,
    ]


def disguised(attack: object, generator: random.Random) -> bytes:
    """A pickle that looks like weights and holds an attack somewhere, or hidden as instructions."""
    weights: dict[str, object] = {f"conv{i}_w": np.zeros((2, i)) for i in range(1, 4)}
    places = [
        lambda: {**weights, "cfg": attack},
        lambda: {"blobs": weights, "more": [(attack,)]},
        lambda: [attack, weights],
        lambda: np.array([None, attack], object),
        lambda: collections.OrderedDict(model=attack),
        lambda: Attack(collections.OrderedDict, [["a", attack]]),
        lambda: Attack(np.dtype, attack),
    ]
    return pickle.dumps(generator.choice(places)(), generator.choice(PROTOCOLS[2:]))


def test_a_thousand_hostile_pickles_are_refused_and_do_nothing(tmp_path):
    victim, generator = tmp_path / "victim", random.Random(0)
    for attack in calls(victim):
        for _ in range(50):
            data = bytearray(disguised(attack, generator))
            if generator.random() < 0.3:  # prepended to what looks harmless
                data = bytearray(b"\x80\x04" + pickle.dumps(attack, 4)[2:-1] + b"0" + data)
            with pytest.raises(NotPlainData) as caught:
                unpickle(bytes(data))
            assert "\n" not in str(caught.value)
    assert not victim.exists()


@SEVERAL
@given(data=st.binary(max_size=300))
def test_random_bytes_are_data_or_refused(data):
    for head in (b"", b"\x80\x02", b"\x80\x04}"):
        try:
            unpickle(head + data + b".")
        except NotPlainData as refused:
            assert "\n" not in str(refused)


@SEVERAL
@given(data=st.data())
def test_damaged_weights_are_data_or_refused(data):
    content = bytearray(
        pickle.dumps({"blobs": {"a_w": np.eye(3), "b": np.array([[], None], object)}})
    )
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(1, len(content)))]
    try:
        unpickle(bytes(content))
    except NotPlainData as refused:
        assert "\n" not in str(refused)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "cut off"),
        (b"\x80\x02", "cut off"),
        (pickle.dumps([1.0] * 100)[:-20], "cut off"),
        (b"\x80\x02cos\nsystem\n(U\x02idtR.", "asks to run os.system"),
        (b"\x80\x04(ios\nsystem\n.", "INST"),
        (b"]r\xff\xff\xff\xff.", None),  # a memo of four thousand million places
        (b"\x8e" + b"\xff" * 7 + b"\x7f" + b"x.", "cut off"),  # bytes without end
        (b")" + b"\x85" * 100_000 + b".", "without end"),
        (b"}" + b")" + b"\x85" * 100_000 + b"Ns.", "keys of type tuple"),
        (b"]q\x00h\x00a.", "without end"),  # a list within itself
        (
            b"(]q\x00"
            + b"".join(b"](" + b"h%c" % i * 9 + b"eq%c" % (i + 1) for i in range(40))
            + b"l.",
            "without end",
        ),
        (b"cnumpy\nndarray\n.", "holds numpy.ndarray"),
        (b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\x00tU\x01btR.", "unfinished"),
        (b"cnumpy\ndtype\n(U\x02f8tR.", "unfinished"),
        (b"cnumpy\ndtype\n(U\x03f99tR.", "type 'f99'"),
        (python2(np.ones(4)).replace(b"M\x04\x00", b"M\x05\x00") + b".", "differ"),
    ],
)
def test_what_is_wrong_is_said(data, said):
    if said is None:
        assert unpickle(data) == []
        return
    with pytest.raises(NotPlainData, match=said):
        unpickle(data)
