"""LiteRT models are identified by the shapes of their tensors."""

import pytest

from framework.errors import BackendError
from framework.plugins.detector._blazepose.files import DETECTOR
from framework.plugins.detector._inference.litert import LiteRtModel
from framework.weights import locate


@pytest.mark.usefixtures("weights")
def test_another_model_and_a_broken_file_are_refused(tmp_path):
    with pytest.raises(BackendError, match=r"expected \(1, 256, 256, 3\)"):
        LiteRtModel(locate(DETECTOR), 1, (1, 256, 256, 3), ((1, 195),))
    broken = tmp_path / "broken.tflite"
    broken.write_bytes(b"TFL3" * 100)
    with pytest.raises(BackendError, match=r"broken\.tflite cannot be opened"):
        LiteRtModel(broken, 1, (1, 224, 224, 3), ())
