"""HDR films look as they do on a screen of standard dynamic range."""

import numpy as np
import pytest

from framework.video.probe import probe

CURVES = {"PQ": "smpte2084", "HLG": "arib-std-b67"}


def coded(curve, nits):
    """Code value 0..1 of a luminance, by the inverse of the curves of BT.2100."""
    if curve == "PQ":
        m1, m2, c1, c2, c3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875
        power = (nits / 1e4) ** m1
        return ((c1 + c2 * power) / (1 + c3 * power)) ** m2
    scene = (nits / 1000) ** (1 / 1.2)
    bright = 0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-9)) + 0.55991073
    return np.where(scene <= 1 / 12, np.sqrt(3 * scene), bright)


def film(clips, curve, nits):
    """Grey patches of these luminances, 10 bit, BT.2020."""
    code = np.round(940 * coded(curve, np.array(nits)) - 64 * coded(curve, np.array(nits)) + 64)
    luma = np.repeat(np.repeat(code[None].astype("<u2"), 64, 0), 32, 1)
    chroma = np.full((luma.shape[0] // 2, luma.shape[1] // 2), 512, "<u2")
    raw = clips.folder / f"{curve}.yuv"
    raw.write_bytes(luma.tobytes() + chroma.tobytes() + chroma.tobytes())
    path = clips.folder / f"{curve}.mkv"
    size = f"{luma.shape[1]}x{luma.shape[0]}"
    tags = f"setparams=color_trc={CURVES[curve]}:color_primaries=bt2020:colorspace=bt2020nc"
    source = ["-f", "rawvideo", "-pix_fmt", "yuv420p10le", "-s", size, "-i", raw]
    clips.ffmpeg(*source, "-vf", tags, "-c:v", "ffv1", path)
    return path


@pytest.mark.parametrize("curve", CURVES)
def test_hdr_is_tone_mapped_to_grey_that_a_standard_screen_shows(clips, curve):
    video = probe(film(clips, curve, [0.01, 18, 60, 203, 500, 1000]))
    seen = clips.read(video).images[0][32, 16::32].astype(int)
    assert any(f"HDR ({curve})" in note for note in video.notes)
    assert np.ptp(seen, axis=1).max() <= 2  # grey stays grey
    level = seen[:, 0]
    assert (np.diff(level) > 10).all()
    assert level[0] <= 6
    assert 40 <= level[1] <= 100  # 18 % grey
    assert 170 <= level[3] <= 210  # a white sheet
    assert level[5] >= 250


def test_the_curves_agree_on_the_same_scene(clips):
    nits = [5, 50, 203, 600]
    one, other = (
        clips.read(probe(film(clips, curve, nits))).images[0][32, 16::32].astype(int)
        for curve in CURVES
    )
    assert np.abs(one - other).max() <= 3
