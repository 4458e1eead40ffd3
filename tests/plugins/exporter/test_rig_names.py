"""Name tables: every bone has one name in each, and no name twice."""

import pytest

from framework.animation import RIG
from framework.plugins.exporter._rig_names import RIG_NAMES


@pytest.mark.parametrize("rig", RIG_NAMES)
def test_every_bone_has_a_name_of_its_own(rig):
    names = RIG_NAMES[rig]
    assert set(names) == {bone.name for bone in RIG}
    assert len(set(names.values())) == len(RIG)
