"""ONNX files: what they take and give, errors, and results that do not depend on threads."""

import numpy as np
import pytest

pytest.importorskip("onnxruntime")
import onnxruntime

from framework.errors import BackendError, StageError
from framework.plugins.detector._inference.onnx import OnnxBatches, OnnxModel
from framework.stages import Runtime

CPU = Runtime(device="cpu", threads=1)
BOXES = np.array([[1.0, 2, 3, 4, 0.5]])


@pytest.fixture(scope="module")
def path(boxed_file):
    return boxed_file(8, BOXES)


def red(*shares: float) -> np.ndarray:
    """(n, 3, 8, 8) BGR images whose red is such a share of 255."""
    images = np.zeros((len(shares), 3, 8, 8), np.float32)
    images[:, 2] = 255 * np.array(shares)[:, None, None]
    return images


def test_shapes_are_those_of_the_graph(path):
    model = OnnxModel(path, CPU)
    assert model.takes == {"input": [1, 3, 8, 8]}
    assert model.gives == {"dets": [1, 1, 5]}
    assert model.device == "cpu"
    assert OnnxBatches(path, CPU).shapes_for((8, 8)) == {"dets": (1, 1, 5)}


@pytest.mark.parametrize("threads", [1, 3])
def test_every_image_of_a_batch_has_its_own_result(path, threads):
    shares = [0.2, 1.0, 0.0, 0.6, 0.4]
    result = OnnxBatches(path, Runtime(device="cpu", threads=threads)).run(red(*shares))
    np.testing.assert_allclose(result["dets"][:, 0, 4], 0.5 * np.array(shares), rtol=1e-6)
    np.testing.assert_allclose(result["dets"][:, 0, :4], np.tile(BOXES[0, :4], (5, 1)))


@pytest.mark.parametrize("threads", [1, 2])
def test_a_model_may_be_made_from_a_file_of_another_kind(path, threads, tmp_path):
    source = tmp_path / "graph.json"
    source.write_text("{}")
    model = OnnxBatches(source, Runtime(device="cpu", threads=threads), path.read_bytes())
    assert model.run(red(1.0, 0.5))["dets"][:, 0, 4].tolist() == [0.5, 0.25]
    with pytest.raises(StageError, match=r"graph\.json failed"):
        model.run(np.zeros((2, 3, 9, 9), np.float32))
    with pytest.raises(BackendError, match=r"graph\.json cannot be opened"):
        OnnxBatches(source, CPU, b"no network")


def test_an_image_of_another_size_is_an_error_that_names_the_file(path):
    with pytest.raises(StageError, match=r"boxed\.onnx failed on input .*9, 9"):
        OnnxModel(path, CPU).run({"input": np.zeros((1, 3, 9, 9), np.float32)})


def test_a_file_that_is_missing_or_no_network_is_refused(tmp_path):
    with pytest.raises(BackendError, match="there is no file"):
        OnnxModel(tmp_path / "absent.onnx", CPU)
    (tmp_path / "page.onnx").write_text("<html>")
    with pytest.raises(BackendError, match=r"page\.onnx cannot be opened") as caught:
        OnnxModel(tmp_path / "page.onnx", CPU)
    assert "\n" not in caught.value.message


@pytest.mark.skipif(
    "CUDAExecutionProvider" in onnxruntime.get_available_providers(), reason="has a GPU build"
)
def test_a_gpu_that_cannot_be_used_is_refused_only_where_it_is_demanded(path):
    assert OnnxModel(path, Runtime(device="auto")).device == "cpu"
    with pytest.raises(BackendError, match="cannot use a GPU"):
        OnnxModel(path, Runtime(device="cuda"))
