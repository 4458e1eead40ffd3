"""The check of a track's skeleton."""

import pytest

from framework.errors import ConfigurationError
from framework.plugins.lifter._joints import require_joints
from framework.skeletons import BLAZEPOSE33, COCO17, H36M17, Skeleton


@pytest.mark.parametrize("source", [COCO17, BLAZEPOSE33, H36M17])
def test_joints_that_follow_from_others_are_enough(source):
    arms = Skeleton(name="arms", joints=("left_wrist", "right_elbow"), bones=())
    require_joints("mine", source, arms)


def test_what_is_lacking_is_named():
    legs = Skeleton(name="legs", joints=("left_knee", "right_knee"), bones=())
    with pytest.raises(ConfigurationError) as caught:
        require_joints("mine", legs, COCO17)
    message = caught.value.message
    assert message.startswith("lifter 'mine' needs nose, left_eye") and "'legs'" in message
    assert "left_knee" not in message
