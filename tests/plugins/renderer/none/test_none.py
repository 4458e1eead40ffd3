"""The renderer that draws nothing."""

import numpy as np

from framework.plugins.renderer.none.config import NoRendererConfig
from framework.plugins.renderer.none.none import NoRenderer
from framework.stages import Renderer, Runtime
from framework.types import FrameBatch


def test_it_writes_nothing_and_wants_no_frames(make_scene, make_backdrop, tmp_path):
    renderer = NoRenderer(NoRendererConfig(), Runtime())
    assert isinstance(renderer, Renderer) and renderer.wants_frames is False
    result = make_scene()
    frames = FrameBatch(
        images=np.stack([make_backdrop()] * 2),
        index=result.frame_index[:2],
        time_s=result.time_s[:2],
        is_source=np.ones(2, np.bool_),
    )
    with renderer:
        renderer.open(result, tmp_path / "clip")
        renderer.draw(frames)
        assert renderer.close() is None
    assert list(tmp_path.iterdir()) == []
