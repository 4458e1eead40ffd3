"""MediaPipe's PoseLandmarker, with a bundle made from the models of its last full wheel."""

import zipfile
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest

from framework.errors import BackendError, ConfigurationError, StageError
from framework.plugins.detector._blazepose.files import DETECTOR, LANDMARKS
from framework.plugins.detector.mediapipe import register_detectors, register_weights
from framework.plugins.detector.mediapipe.config import MediaPipeConfig
from framework.registry import Registered
from framework.skeletons import BLAZEPOSE33
from framework.stages import Runtime
from framework.testing import checks_of
from framework.types import FrameBatch
from framework.weights import locate

installed = pytest.mark.skipif(
    find_spec("mediapipe") is None, reason="mediapipe is not installed (an extra)"
)


def with_metadata(model: bytes, mean: float, std: float) -> bytes:
    """A tflite model with the normalisation that MediaPipe asks for."""
    import flatbuffers
    from mediapipe.tasks.metadata import metadata_schema_py_generated as schema
    from mediapipe.tasks.metadata import schema_py_generated as tflite

    graph = tflite.ModelT.InitFromPackedBuf(bytearray(model), 0)
    options = schema.NormalizationOptionsT()
    options.mean, options.std = [mean], [std]
    unit = schema.ProcessUnitT()
    unit.optionsType, unit.options = schema.ProcessUnitOptions.NormalizationOptions, options
    image = schema.ImagePropertiesT()
    image.colorSpace = schema.ColorSpaceType.RGB
    content = schema.ContentT()
    content.contentPropertiesType = schema.ContentProperties.ImageProperties
    content.contentProperties = image
    takes = schema.TensorMetadataT()
    takes.name, takes.content, takes.processUnits = "image", content, [unit]
    gives = []
    for number in range(len(graph.subgraphs[0].outputs)):
        output = schema.TensorMetadataT()
        output.name = f"output_{number}"
        gives.append(output)
    part = schema.SubGraphMetadataT()
    part.inputTensorMetadata, part.outputTensorMetadata = [takes], gives
    metadata = schema.ModelMetadataT()
    metadata.name, metadata.subgraphMetadata = "pose", [part]
    builder = flatbuffers.Builder(0)
    builder.Finish(metadata.Pack(builder), b"M001")
    buffer, entry = tflite.BufferT(), tflite.MetadataT()
    buffer.data = np.frombuffer(bytes(builder.Output()), np.uint8)
    graph.buffers.append(buffer)
    entry.name, entry.buffer = b"TFLITE_METADATA", len(graph.buffers) - 1
    graph.metadata = [*(graph.metadata or []), entry]
    builder = flatbuffers.Builder(0)
    builder.Finish(graph.Pack(builder), b"TFL3")
    return bytes(builder.Output())


@pytest.fixture(scope="module")
def bundle(tmp_path_factory, weights):
    pytest.importorskip("mediapipe")
    path = tmp_path_factory.mktemp("task") / "pose.task"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("pose_detector.tflite", locate(DETECTOR).read_bytes())
        landmarks = with_metadata(locate(LANDMARKS["full"]).read_bytes(), 0.0, 255.0)
        archive.writestr("pose_landmarks_detector.tflite", landmarks)
    return path


@installed
def test_joints_of_the_dancer_are_found_and_no_log_is_shown(bundle, read_frames, video, capfd):
    from framework.plugins.detector.mediapipe.pose_landmarker import PoseLandmarker

    with PoseLandmarker(MediaPipeConfig(path=bundle), Runtime()) as detector:
        detector.start(video)
        found = detector.detect(read_frames("dance_480p.mp4", 4))
    assert [len(people) for people in found] == [1] * 4
    joints = dict(zip(BLAZEPOSE33.joints, found[0].keypoints[0], strict=True))
    for joint, where in {
        "nose": (395, 90),
        "left_hip": (440, 267),
        "right_hip": (391, 265),
    }.items():
        np.testing.assert_allclose(joints[joint], where, atol=20, err_msg=joint)
    depth = dict(zip(BLAZEPOSE33.joints, found[0].keypoints_3d[0], strict=True))
    assert 1.0 < depth["left_ankle"][1] - depth["nose"][1] < 1.6, "metres, y is down"
    assert found[0].box_scores[0] > 0.8
    assert capfd.readouterr().err == ""


@installed
@pytest.mark.parametrize(
    "check",
    CHECKS := checks_of("detector", register_detectors()[0]),
    ids=[check.name for check in CHECKS],
)
def test_contract(check, bundle, read_frames):
    frames = read_frames("dance_480p.mp4", 12)
    subject = replace(check.subject, settings={"path": bundle}, frames=frames)
    replace(check, subject=subject)()


@installed
def test_other_files_are_refused(tmp_path):
    from framework.plugins.detector.mediapipe.pose_landmarker import PoseLandmarker

    (tmp_path / "text.task").write_text("not a bundle")
    with zipfile.ZipFile(tmp_path / "empty.task", "w") as archive:
        archive.writestr("readme.txt", "nothing here")
    for name in ("text.task", "empty.task", "absent.task"):
        config = MediaPipeConfig(path=tmp_path / name)
        with pytest.raises(BackendError, match=name), PoseLandmarker(config, Runtime()):
            pass


@installed
def test_detecting_without_opening_is_an_error():
    from framework.plugins.detector.mediapipe.pose_landmarker import PoseLandmarker

    blank = FrameBatch(
        images=np.zeros((1, 8, 8, 3), np.uint8),
        index=np.zeros(1, np.int64),
        time_s=np.zeros(1),
        is_source=np.ones(1, bool),
    )
    with pytest.raises(StageError, match="is not open"):
        PoseLandmarker(MediaPipeConfig(), Runtime()).detect(blank)


@pytest.mark.skipif(find_spec("mediapipe") is not None, reason="mediapipe is installed")
def test_without_mediapipe_the_command_that_brings_it_is_shown():
    (entry,) = register_detectors()
    with pytest.raises(BackendError) as caught:
        Registered("detector", entry, "framework", "1").create(MediaPipeConfig(), Runtime())
    assert "pip install 'framework[mediapipe]'" in caught.value.hint


def test_settings_are_checked_and_every_bundle_is_known():
    for wrong in ({"score_threshold": 2.0}, {"max_people": 0}, {"tracking_threshold": -1.0}):
        with pytest.raises(ConfigurationError, match=f"^{next(iter(wrong))}"):
            MediaPipeConfig(**wrong)
    assert len({entry.filename for entry in register_weights()}) == 3
