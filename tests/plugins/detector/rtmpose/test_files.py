"""Every choice of model and keypoints has its published file."""

from framework.plugins.detector.rtmpose import register_weights
from framework.plugins.detector.rtmpose.config import RtmPoseKeypoints, RtmPoseModel
from framework.plugins.detector.rtmpose.files import PERSONS, POSES


def test_every_choice_has_its_files():
    known = {entry.name for entry in register_weights()}
    for model in RtmPoseModel:
        assert PERSONS[model.value].name in known
        for body in RtmPoseKeypoints:
            entry = POSES[model.value, body.value]
            assert entry.name in known
            assert ("halpe26" in entry.filename) == (body is RtmPoseKeypoints.halpe26)
            assert entry.sources[0]["member"] == "end2end.onnx"
    names = [entry.filename for entry in register_weights()]
    assert len(set(names)) == len(names)
