"""The default configuration without Hydra is that of Hydra."""

from omegaconf import OmegaConf

from framework.config import compose_config
from framework.defaults import default_config
from framework.settings import plain


def test_it_equals_what_hydra_composes():
    composed = plain(compose_config())
    assert plain(default_config()) == composed
    assert composed["detector"]["name"] == "blazepose"


def test_values_that_follow_others_do_so_here_too():
    config = default_config()
    assert plain(config)["refiner"]["root"]["focal"] is None
    OmegaConf.update(config, "lifter.focal", 1.5)
    assert plain(config)["refiner"]["root"]["focal"] == 1.5
