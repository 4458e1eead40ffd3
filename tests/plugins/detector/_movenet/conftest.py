"""The slow evaluation, models with all their values, and the real files."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from framework.errors import BackendError
from framework.plugins.detector._movenet.files import GRAPHS, WEIGHTS
from framework.weights import locate


@pytest.fixture(scope="session")
def slow_graph() -> ModuleType:
    """The helper module of this folder, which is no package."""
    path = Path(__file__).with_name("slow_graph.py")
    spec = importlib.util.spec_from_file_location("slow_graph", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def files_of():
    """The two files of a published network, fetched into the cache once."""

    def files(name: str) -> tuple[Path, Path]:
        try:
            return locate(GRAPHS[name]), locate(WEIGHTS[name])
        except BackendError as error:
            pytest.skip(f"no source of the weights can be reached: {error.message}")

    return files


@pytest.fixture(scope="session")
def run_all():
    """Run a graph converted to ONNX; return the values of the given names, for one image."""
    import onnx
    import onnxruntime

    from framework.plugins.detector._movenet.to_onnx import to_onnx

    def run(graph, image, names):
        model = onnx.load_from_string(to_onnx(graph))
        del model.graph.output[:]
        model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        return dict(zip(names, session.run(names, {graph.input: image}), strict=True))

    return run
