"""All people are complete, and nothing else changes."""

import numpy as np

from framework.plugins.completeness.none.config import NoCompletenessConfig
from framework.plugins.completeness.none.none import NoCompleteness
from framework.skeletons import COCO17
from framework.stages import Runtime
from framework.types import Detections


def test_all_people_are_complete():
    half_seen = Detections(
        skeleton=COCO17,
        boxes=np.zeros((3, 4), np.float32),
        box_scores=np.ones(3, np.float32),
        keypoints=np.full((3, 17, 2), np.nan, np.float32),
        keypoint_scores=np.zeros((3, 17), np.float32),
    )
    judged = NoCompleteness(NoCompletenessConfig(), Runtime()).judge(half_seen, (640, 480))
    assert judged.complete.tolist() == [True, True, True]
    assert judged.keypoints is half_seen.keypoints
    assert half_seen.complete.tolist() == [False, False, False]


def test_a_frame_without_people_has_no_judgements():
    judged = NoCompleteness(NoCompletenessConfig(), Runtime()).judge(
        Detections.empty(COCO17), (640, 480)
    )
    assert judged.complete.shape == (0,)
