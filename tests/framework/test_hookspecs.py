"""Descriptions of plugins are checked when they are made, and every stage has its hook."""

import pytest

from framework.hookspecs import REGISTER_HOOKS, ObserverSpecs, RegisterSpecs, StageEntry
from framework.stages import PROTOCOLS, STAGES


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_has_a_hook_that_names_its_contract(stage):
    hook = getattr(RegisterSpecs, REGISTER_HOOKS[stage])
    assert f"`framework.stages.{PROTOCOLS[stage].__name__}`" in hook.__doc__


def test_hooks_are_either_registering_or_observing():
    public = [
        {name for name in vars(specs) if name[0] != "_"} for specs in (RegisterSpecs, ObserverSpecs)
    ]
    assert not public[0] & public[1]
    assert public[0] >= set(REGISTER_HOOKS.values())


@pytest.mark.parametrize("name", ["two words", "1st", "a-b", ""])
def test_a_name_must_be_typed_as_an_option(name):
    with pytest.raises(ValueError, match="is not an identifier"):
        StageEntry(name=name, summary="", config=object, factory="a:B")


@pytest.mark.parametrize("factory", ["module", "module:", ":Class", ""])
def test_a_factory_names_module_and_class(factory):
    with pytest.raises(ValueError, match=r"'package\.module:Class'"):
        StageEntry(name="x", summary="", config=object, factory=factory)
