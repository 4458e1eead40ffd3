"""Composed configurations: what is chosen, with which values, and what is missing for a run."""

from importlib.util import find_spec

import pytest

from framework.config import chosen, compose_config, first_ready, path_keys, runtime
from framework.errors import BackendError, ConfigurationError
from framework.jobs import refuse_missing
from framework.registry import registry
from framework.settings import MAX_THREADS

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


@pytest.mark.parametrize("names", [["smooth", "root"], ["root", "smooth"], ["none"]])
def test_a_chain_keeps_the_order_of_the_command_line(names):
    config = compose_config([f"refiner=[{','.join(names)}]"])
    assert [item.entry.name for item, _ in chosen("refiner", config)] == names


def test_a_value_may_follow_that_of_another_stage():
    config = compose_config(["lifter.focal=1.25", "refiner=[root]"])
    [(_, settings)] = chosen("refiner", config)
    assert settings.focal == 1.25


@pytest.mark.parametrize(
    ("override", "name"),
    [
        ("detector.max_people=0", "detector.max_people"),
        ("refiner.root.focal=-1", "refiner.root.focal"),
        ("detector.tiles=ten", "tiles"),
    ],
)
def test_a_value_that_is_not_allowed_is_named_as_it_is_typed(override, name):
    with pytest.raises(ConfigurationError, match=name):
        config = compose_config([override])
        for stage in ("detector", "refiner"):
            chosen(stage, config)


def test_an_unknown_name_in_a_configuration_from_elsewhere_is_refused():
    config = compose_config(["tracker=largest"])
    config.tracker.name = "largst"
    with pytest.raises(ConfigurationError, match=r"'largst' is not known \(did you mean 'largest'"):
        chosen("tracker", config)


def test_the_run_grants_device_and_threads():
    granted = runtime(compose_config(["device=cpu", "threads=3"]))
    assert (granted.device, granted.threads) == ("cpu", 3)
    with pytest.raises(ConfigurationError, match=f"from 1 to {MAX_THREADS}"):
        runtime(compose_config([f"threads={MAX_THREADS + 1}"]))


def test_options_that_are_paths_are_known_by_their_types():
    keys = path_keys()
    assert {"input", "output", "lifter.checkpoint"} <= keys
    assert not {"threads", "lifter.focal", "detector.model"} & keys
