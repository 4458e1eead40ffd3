"""RTMO's inputs and outputs, checked with a network whose outputs are known."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("onnxruntime")

from framework.errors import BackendError, ConfigurationError, StageError
from framework.plugins.detector.rtmo import register_detectors
from framework.plugins.detector.rtmo.config import RtmoConfig
from framework.plugins.detector.rtmo.rtmo import Rtmo
from framework.stages import Runtime
from framework.testing import checks_of

ROWS = np.array([[10, 20, 30, 60, 1.0], [11, 21, 31, 61, 0.9], [40, 8, 60, 40, 0.8]])
JOINTS = np.random.default_rng(0).uniform(0, 64, (3, 17, 3)).astype(np.float32)
RED, GREY = (np.full((480, 640, 3), colour, np.uint8) for colour in ((255, 0, 0), 60))


@pytest.fixture(scope="module")
def path(boxed_file):
    return boxed_file(64, ROWS, keypoints=JOINTS)


def test_people_are_read_back_into_the_frame(path, batch_of):
    with Rtmo(RtmoConfig(path=path), Runtime(threads=2)) as detector:
        seen, nobody, again = detector.detect(batch_of(RED, GREY, RED))
    assert [len(seen), len(nobody), len(again)] == [2, 0, 2], "two lay on each other"
    np.testing.assert_allclose(seen.boxes, ROWS[[0, 2], :4] * 10, rtol=1e-5)
    np.testing.assert_allclose(
        seen.box_scores, [1, 0.8], rtol=1e-5, err_msg="the image reached the network as BGR"
    )
    np.testing.assert_allclose(seen.keypoints, (JOINTS[[0, 2], :, :2] + 0.5) * 10, rtol=1e-5)
    np.testing.assert_allclose(seen.keypoint_scores, JOINTS[[0, 2], :, 2])
    np.testing.assert_array_equal(seen.keypoints, again.keypoints)


CHECKS = checks_of("detector", register_detectors()[0])


@pytest.mark.parametrize("check", CHECKS, ids=[check.name for check in CHECKS])
def test_contract(check, path, batch_of):
    frames = batch_of(*([RED] * 12))
    replace(check, subject=replace(check.subject, settings={"path": path}, frames=frames))()


def test_another_network_is_refused(simcc_file, tmp_path):
    for other in (simcc_file(), tmp_path / "absent.onnx"):
        with pytest.raises(BackendError), Rtmo(RtmoConfig(path=other), Runtime()):
            pass


@pytest.mark.parametrize(
    ("wrong", "name"),
    [({"detection_threshold": 2.0}, "detection_threshold"), ({"max_people": 0}, "max_people")],
)
def test_a_value_that_is_not_allowed_is_named(wrong, name):
    with pytest.raises(ConfigurationError, match=f"^{name} is"):
        RtmoConfig(**wrong)


def test_detecting_without_opening_is_an_error(batch_of):
    with pytest.raises(StageError, match="detector 'rtmo' is not open"):
        Rtmo(RtmoConfig(), Runtime()).detect(batch_of(GREY))
