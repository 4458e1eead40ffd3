"""JSON is parsed in memory in proportion to its size, or refused."""

import json
import tracemalloc

import numpy as np
import pytest

from framework.plugins.detector.keypoints import json_text
from framework.plugins.detector.keypoints.json_text import parse


def test_lists_of_numbers_in_objects_are_arrays():
    document = parse(b'{"a": [1, 2.5, null, 4], "b": [[1, 2], [3, 4], [5, 6], [7, 8]], "c": [1]}')
    np.testing.assert_array_equal(document["a"], [1, 2.5, np.nan, 4])
    assert document["b"].shape == (4, 2)
    assert document["c"] == [1]


@pytest.mark.parametrize(
    "text",
    [
        '{"a": [1, "x", 2, 3]}',
        '{"a": [[1], [2, 3], [4], [5]]}',
        '{"a": [1, {}, 2, 3]}',
        '{"a": ["1", "2", "3", "4"]}',
        '{"a": [[], [], [], []]}',
    ],
)
def test_other_lists_stay_as_they_are(text):
    assert isinstance(parse(text.encode())["a"], list)


def test_a_document_a_line_is_a_list_of_them():
    assert parse(b'{"a": 1}\n\n{"a": 2}\n') == [{"a": 1}, {"a": 2}]
    with pytest.raises(ValueError, match="not complete JSON"):
        parse(b'{"a": 1}\n{"a":')


def test_numbers_beyond_reason_are_infinite():
    assert parse(b'{"a": [1e300, 2, 3, 4]}')["a"][0] == np.inf


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_any_unicode_is_read(encoding):
    assert parse('{"a": "é"}'.encode(encoding)) == {"a": "é"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[" * 100_000 + b"]" * 100_000, "nests brackets without end"),
        (b'{"a": ' * 100_000, "nests brackets without end"),
        (b'{"a": ', "is not complete JSON"),
        (b"\xff\xfe\x00", "is not complete JSON"),
        (b"", "is not complete JSON"),
    ],
)
def test_what_is_no_json_is_refused(content, said):
    with pytest.raises(ValueError, match=f"^a file {said}"):
        parse(content, "a file")


@pytest.mark.parametrize("content", [b"[" + b"[]," * 999 + b"[]]", b"[" + b"0.5," * 999 + b"0]"])
def test_what_would_take_much_more_memory_than_its_size_is_refused(monkeypatch, content):
    parse(content)
    monkeypatch.setattr(json_text, "_FREE", 1000)
    with pytest.raises(ValueError, match="brackets in"):
        parse(content)


def test_results_take_a_few_times_their_size():
    keypoints = [round(100 + 7.31 * k, 2) for k in range(51)]
    entries = [{"image_id": k, "category_id": 1, "keypoints": keypoints} for k in range(3000)]
    content = json.dumps(entries).encode()
    tracemalloc.start()
    parse(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * len(content)
