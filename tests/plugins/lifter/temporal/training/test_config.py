"""Options of a training run, composed as on the command line."""

import pytest
from omegaconf import OmegaConf

from framework.errors import ConfigurationError
from framework.plugins.lifter.temporal.training.config import compose_train, schema

NEEDED = ("motion_root=/recordings", "output=/run")


def test_defaults_come_from_the_yaml_and_overrides_reach_every_level():
    config = compose_train(
        [*NEEDED, "recipe.cameras.distance_m=[2,3]", "schedule.steps=7", "simulation=/pairs"]
    )
    assert config.split == "/recordings/split.json"
    assert config.network["channels"] == 384
    assert config.recipe.cameras.distance_m == [2, 3]
    assert (config.schedule.steps, config.schedule.decay) == (7, 4000)
    assert config.simulation == "/pairs"
    assert all(source.path.startswith("/recordings/permissive/") for source in config.motion)


def test_recordings_are_replaced_by_a_list():
    config = compose_train([*NEEDED, "motion=[{path: 'clips/*.bvh', kind: bvh, subject: anna}]"])
    [source] = config.motion
    assert (source.path, source.kind.value, source.subject) == ("clips/*.bvh", "bvh", "anna")


def test_every_part_can_be_overridden():
    node = schema()
    for part in (node, node.recipe, node.recipe.bodies, node.recipe.noise, node.schedule):
        assert not OmegaConf.is_readonly(part)


def test_old_names_still_work_with_a_note(caplog):
    config = compose_train([*NEEDED, "rehearsal=/pairs", "recipe.borrowed=0.2", "recipe.opinion=1"])
    assert config.simulation == "/pairs"
    assert (config.recipe.simulated, config.recipe.detector_3d) == (0.2, 1.0)
    assert "rehearsal is called simulation now" in caplog.text
    assert "recipe.borrowed is called recipe.simulated now" in caplog.text


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("schedule.step=3", "schedule.step"),
        ("schedule.validate_every=0", "validate_every is 0, but must be at least 1"),
        ("recipe.simulated=2", "simulated is 2"),
        ("threads=0", "threads is 0, but must be at least 1"),
    ],
)
def test_what_is_not_allowed_is_named(override, said):
    with pytest.raises(ConfigurationError, match=said):
        compose_train([*NEEDED, override])
