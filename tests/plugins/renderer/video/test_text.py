"""Text on images."""

import numpy as np
import pytest

from framework.plugins.renderer.video.text import TextPainter

COLOUR = (10, 200, 30)


def blank() -> np.ndarray:
    return np.zeros((120, 200, 3), np.uint8)


def test_a_line_covers_the_width_that_was_announced():
    text, image = TextPainter(480), blank()
    end = text.line(image, "frame 12", 20, 60, COLOUR)
    columns = np.flatnonzero(image.any((0, 2)))
    assert end == 20 + text.width("frame 12")
    assert 20 <= columns[0] and columns[-1] <= end + 1
    assert columns[-1] - columns[0] > 0.8 * text.width("frame 12")


def test_taller_panels_have_larger_text_and_small_ones_stay_legible():
    assert TextPainter(100).size_px == 11
    assert TextPainter(1200).width("7") > TextPainter(480).width("7")


@pytest.mark.parametrize("corner", [(-50, -50), (500, 500), (100, 60)])
def test_a_label_stays_inside_the_image(corner):
    text, image = TextPainter(480), blank()
    text.label(image, "12", corner, COLOUR)
    rows, columns = np.nonzero((image == COLOUR).all(-1))
    pad = text.size_px // 3
    assert np.ptp(columns) == text.width("12") + 2 * pad or columns.max() == 199
    assert np.ptp(rows) >= text.size_px
