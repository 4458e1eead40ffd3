"""Reading TF.js graph models, whole and damaged ones."""

import base64
import json
import resource

import numpy as np
import pytest

from framework.errors import BackendError
from framework.plugins.detector._movenet.files import GRAPHS, WEIGHTS
from framework.plugins.detector._movenet.graph import owner, read_graph


def text(value: str) -> dict:
    return {"s": base64.b64encode(value.encode()).decode()}


def dims(*sides: int) -> dict:
    return {"shape": {"shape": {"dim": [{"size": str(side)} for side in sides]}}}


def document() -> dict:
    """Nodes out of order, every kind of attribute, and weights of every type."""
    nodes = [
        {"name": "Identity", "op": "Identity", "input": ["second:1"], "attr": {}},
        {
            "name": "second",
            "op": "Pair",
            "input": ["first", "half", "^first"],
            "attr": {
                "i": {"i": "-7"},
                "b": {"b": True},
                "s": text("SAME"),
                "type": {"type": "DT_INT32"},
                "is": {"list": {"i": ["1", "2"]}},
                "ss": {"list": {"s": [text("Relu")["s"]]}},
                "nothing": {"list": {}},
            },
        },
        {"name": "first", "op": "Twice", "input": ["image"]},
        {"name": "half", "op": "Const"},
        {"name": "image", "op": "Placeholder", "attr": dims(1, -1, 8, 3)},
    ]
    weights = [
        {
            "name": "half",
            "shape": [2, 3],
            "dtype": "float32",
            "quantization": {"dtype": "float16", "original_dtype": "float32"},
        },
        {"name": "whole", "shape": [], "dtype": "int32"},
        {"name": "yes", "shape": [2], "dtype": "bool"},
        {"name": "none", "shape": [0, 4], "dtype": "float32"},
        {"name": "more", "shape": [2], "dtype": "float32"},
    ]
    return {
        "modelTopology": {"node": nodes},
        "weightsManifest": [{"paths": ["model.bin"], "weights": weights}],
    }


CONTENT = b"".join(
    [
        np.arange(6, dtype=np.float16).tobytes(),
        np.int32(-5).tobytes(),
        np.array([True, False]).tobytes(),
        np.array([0.5, -0.25], np.float32).tobytes(),
    ]
)


@pytest.fixture
def read(tmp_path):
    def write_and_read(described, content=CONTENT):
        topology, weights = tmp_path / "model.json", tmp_path / "model.bin"
        raw = described if isinstance(described, bytes) else json.dumps(described).encode()
        topology.write_bytes(raw)
        weights.write_bytes(content)
        return read_graph(topology, weights)

    return write_and_read


def test_nodes_are_sorted_and_attributes_are_python_values(read):
    graph = read(document())
    assert [node.name for node in graph.nodes] == ["first", "second", "Identity"]
    second = graph.nodes[1]
    assert second.inputs == ("first", "half"), "an order of execution is no input"
    assert second.attributes == {
        "i": -7,
        "b": True,
        "s": "SAME",
        "type": "DT_INT32",
        "is": [1, 2],
        "ss": ["Relu"],
        "nothing": [],
    }
    assert (graph.input, graph.output) == ("image", "Identity")
    assert graph.input_shape == (1, None, 8, 3)
    assert owner("second:1") == "second"


def test_weights_have_their_types_shapes_and_values(read):
    weights = read(document()).weights
    np.testing.assert_array_equal(weights["half"], np.arange(6.0).reshape(2, 3))
    assert weights["half"].dtype == np.float32
    assert (weights["whole"].shape, int(weights["whole"])) == ((), -5)
    np.testing.assert_array_equal(weights["yes"], [True, False])
    assert weights["none"].shape == (0, 4)
    np.testing.assert_array_equal(weights["more"], np.float32([0.5, -0.25]))


def changed(change):
    described = document()
    change(
        described, described["modelTopology"]["node"], described["weightsManifest"][0]["weights"]
    )
    return described


FAULTS = {
    "cycle": lambda d, n, w: n[2].update(input=["second"]),
    "reads itself": lambda d, n, w: n[2].update(input=["first"]),
    "reads nothing known": lambda d, n, w: n[2].update(input=["absent"]),
    "two of a name": lambda d, n, w: n[2].update(name="second"),
    "two inputs": lambda d, n, w: n.append({**n[4], "name": "another"}),
    "no input": lambda d, n, w: n.pop(),
    "two results": lambda d, n, w: n.append({**n[0], "name": "another"}),
    "no result": lambda d, n, w: n.pop(0),
    "no weights": lambda d, n, w: w[0].update(name="other"),
    "type": lambda d, n, w: w[1].update(dtype="complex64"),
    "rest of the file": lambda d, n, w: w[4].update(shape=[-1]),
    "two negative sides": lambda d, n, w: w[4].update(shape=[-2, -1]),
    "huge": lambda d, n, w: w[0].update(shape=[10**9, 10**9]),
    "beyond 64 bits": lambda d, n, w: w[0].update(shape=[10**30]),
    "fraction": lambda d, n, w: w[0].update(shape=[2.5]),
    "no list": lambda d, n, w: w[0].update(shape=6),
    "no name": lambda d, n, w: n[1].pop("name"),
    "no attribute": lambda d, n, w: n[1]["attr"].update(i={}),
    "two kinds": lambda d, n, w: n[1]["attr"].update(i={"i": "1", "b": True}),
    "no number": lambda d, n, w: n[1]["attr"].update(i={"i": "one"}),
    "no base64": lambda d, n, w: n[1]["attr"].update(s={"s": "\u00e4"}),
    "no text": lambda d, n, w: n[1]["attr"].update(s={"s": base64.b64encode(b"\xff").decode()}),
    "shape without sides": lambda d, n, w: n[4]["attr"].update(shape={"shape": {}}),
    "no nodes": lambda d, n, w: d.update(modelTopology=[]),
    "nodes are text": lambda d, n, w: d["modelTopology"].update(node="abc"),
    "no manifest": lambda d, n, w: d.pop("weightsManifest"),
}


def refused(read, *given):
    with pytest.raises(BackendError, match=r"model\.json and model\.bin") as caught:
        read(*given)
    assert "\n" not in caught.value.message
    assert len(caught.value.message) < 1000
    assert caught.value.hint


@pytest.mark.parametrize("change", FAULTS.values(), ids=FAULTS)
def test_a_damaged_graph_is_one_error(read, change):
    refused(read, changed(change))


@pytest.mark.parametrize("content", [b"", CONTENT[:-1], CONTENT + b"0"], ids=["0", "less", "more"])
def test_weights_of_another_length_are_refused(read, content):
    refused(read, document(), content)


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"null", b"[]", b"7", b"\xff\xfe", b"<html>", b"[" * 100_000, b'{"a":' * 100_000],
    ids=range(9),
)
def test_what_is_no_graph_model_is_refused(read, raw):
    refused(read, raw)


def test_swapped_and_absent_files_are_refused(read, tmp_path):
    read(document())
    topology, weights = tmp_path / "model.json", tmp_path / "model.bin"
    for pair in ((weights, topology), (topology, tmp_path / "absent"), (tmp_path / "no", weights)):
        with pytest.raises(BackendError) as caught:
            read_graph(*pair)
        assert caught.value.hint


def test_a_graph_of_100_000_nodes_in_reverse_is_sorted_at_once(read):
    described = document()
    chain = [{"name": f"n{i}", "op": "Twice", "input": [f"n{i - 1}"]} for i in range(1, 100_000)]
    chain.append({"name": "n0", "op": "Twice", "input": ["image"]})
    described["modelTopology"]["node"] += reversed(chain)
    graph = read(described)
    places = {node.name: place for place, node in enumerate(graph.nodes)}
    assert all(places[f"n{i}"] > places[f"n{i - 1}"] for i in range(1, 100_000))


def test_a_shape_that_lies_takes_no_memory(read):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for shape in ([2**40], [2**31, 2**31], [0, 2**62], [2**20] * 200):
        described = document()
        described["weightsManifest"][0]["weights"][0]["shape"] = shape
        refused(read, described)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kB


@pytest.mark.parametrize("name", GRAPHS)
def test_published_graphs_are_read_and_do_not_take_each_other_s_weights(name, files_of):
    topology, weights = files_of(name)
    graph = read_graph(topology, weights)
    side = {"thunder": 256, "lightning": 192, "multipose": None}[name]
    assert graph.input_shape == (1, side, side, 3)
    assert all(np.isfinite(value).all() for value in graph.weights.values())
    for other in set(WEIGHTS) - {name}:
        with pytest.raises(BackendError, match=r"no TF\.js graph model"):
            read_graph(topology, files_of(other)[1])


def test_files_of_the_table_differ_in_name():
    entries = [*GRAPHS.values(), *WEIGHTS.values()]
    assert len({entry.name for entry in entries}) == len({entry.filename for entry in entries}) == 6
