"""Presets choose what is here, and a run says at once what it lacks."""

from importlib.util import find_spec

import pytest

from framework.config import compose_config, first_ready
from framework.errors import BackendError
from framework.jobs import refuse_missing
from framework.registry import registry

WITHOUT = pytest.mark.skipif(
    any(find_spec(name) for name in ("alphapose", "detectron2")), reason="AlphaPose or detectron2"
)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """No weights but those that ship."""
    monkeypatch.setenv("FRAMEWORK_CACHE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def place(folder, stage, name):
    """Put files of the right names where weights are looked for."""
    for entry in registry().find(stage, name).weights():
        (folder / entry.filename).write_bytes(b"x")


def test_the_first_whose_library_and_weights_are_here_is_chosen(cache):
    names = "nobody", "blazepose", "none_of_these"
    assert first_ready("detector", *names) == "none_of_these"
    place(cache, "detector", "blazepose")
    assert first_ready("detector", *names) == "blazepose"
    assert first_ready("lifter", "temporal", "detector3d") == "temporal"


def test_best_takes_what_is_here(cache):
    assert compose_config(["experiment=best"]).detector.name in ("blazepose", "vitpose")
    if find_spec("onnxruntime"):
        place(cache, "detector", "rtmpose")
        assert compose_config(["experiment=best"]).detector.name == "rtmpose"
    config = compose_config(["experiment=best", "detector=blazepose", "detector.model=lite"])
    assert (config.detector.name, config.lifter.name) == ("blazepose", "temporal")


@WITHOUT
def test_classic_says_everything_that_is_missing(cache):
    config = compose_config(["experiment=classic"])
    assert (config.detector.name, config.lifter.name) == ("detectron", "videopose3d")
    with pytest.raises(BackendError, match="detector 'detectron' and lifter") as caught:
        refuse_missing(config)
    for said in (
        "detectron2 is not installed (an unbuilt checkout is enough, with detector.checkout=",
        "): git clone https://github.com/facebookresearch/detectron2\n",
        "pretrained_h36m_detectron_coco.bin is not here: python -m framework.fetch videopose3d",
        "model_final.pkl is not here either",
    ):
        assert said in caught.value.hint


@WITHOUT
def test_what_settings_give_is_not_missing(cache, tmp_path):
    overrides = [f"detector.checkout={tmp_path}", f"lifter.checkpoint={tmp_path}/mine.bin"]
    config = compose_config(["experiment=classic", *overrides])
    lacking = registry().find("detector", "detectron").missing_modules(config.detector)
    assert not any(line.startswith("detectron2 ") for line in lacking)
    assert registry().find("lifter", "videopose3d").missing(config.lifter) == []
