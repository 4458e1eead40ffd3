"""Pages as Chromium shows them; skipped where there is none.

Films carry the number of each frame as black and white blocks, which the page's own picture is read
back from: what the page says and what it shows must be one frame.
"""

from dataclasses import replace
from fractions import Fraction

import av
import numpy as np
import pytest

from framework.video.decode import FrameReader
from framework.video.probe import probe

BITS, SIZE_WH, TICKS = 10, (160, 96), 12800
EVEN = np.arange(60) / 25
VARIABLE = np.cumsum(np.resize([0.04, 0.03, 0.05, 0.04, 0.08], 60)) - 0.04

READ = """
const video = document.getElementById('video'), {player, arrays} = pose3d;
const sheet = document.createElement('canvas');
[sheet.width, sheet.height] = [video.videoWidth, video.videoHeight];
const pen = sheet.getContext('2d', {willReadFrequently: true});
const number = () => {
  pen.drawImage(video, 0, 0);
  const {data} = pen.getImageData(0, sheet.height * 3 / 16 | 0, sheet.width, 1);
  let found = 0;
  for (let bit = 0; bit < 10; bit++) {
    if (data[((bit + 0.5) * sheet.width / 10 | 0) * 4] > 128) found |= 1 << bit;
  }
  return found;
};
const rest = async () => {
  const end = performance.now() + 5000;
  while ((player.target !== null || video.seeking) && performance.now() < end) {
    await new Promise((done) => setTimeout(done, 5));
  }
};
"""
SEEK = f"""(async () => {{ {READ}
  const found = [];
  for (const row of ROWS) {{
    player.seek(row);
    await rest();
    found.push([row, player.row, number()]);
  }}
  return found;
}})()"""


def picture(number):
    """A grey picture whose upper half spells a number in bits, lowest at the left."""
    width, height = SIZE_WH
    image = np.full((height, width, 3), 128, np.uint8)
    for bit in range(BITS):
        image[: height // 2, bit * 16 : bit * 16 + 16] = 255 * (number >> bit & 1)
    return image


def film(path, times, codec):
    options = {"crf": "12", "bf": "2"} if codec == "libx264" else {"crf": "20", "b": "1M"}
    with av.open(path, "w") as container:
        stream = container.add_stream(codec, rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = *SIZE_WH, "yuv420p"
        stream.codec_context.gop_size = 12
        stream.codec_context.time_base = Fraction(1, TICKS)
        for number, time_s in enumerate(times):
            frame = av.VideoFrame.from_ndarray(picture(number), "rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = round(time_s * TICKS), Fraction(1, TICKS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def result_of(path, make_scene):
    """A scene with the times that a run reads from a film."""
    with FrameReader(probe(path), batch_size=16) as reader:
        times = np.concatenate([batch.time_s for batch in reader])
    scene = make_scene(people=2, rows=len(times), roots=True)
    tracks = tuple(replace(track, time_s=times) for track in scene.tracks)
    return replace(scene, video=probe(path), time_s=times, tracks=tracks)


FILMS = {
    "b frames #1 & more.mp4": (EVEN, "libx264"),
    "vp9.webm": (EVEN, "libvpx-vp9"),
    "variable.webm": (VARIABLE, "libvpx-vp9"),
    "variable.mp4": (VARIABLE, "libx264"),
}


@pytest.mark.parametrize("name", FILMS)
def test_page_and_picture_agree_after_random_seeks(browser, page, make_scene, tmp_path, name):
    times, codec = FILMS[name]
    result = result_of(film(tmp_path / name, times, codec), make_scene)
    browser.open(page.write(result, tmp_path / "clip"))
    if codec == "libx264" and not browser.run(
        "document.createElement('video').canPlayType('video/mp4; codecs=\"avc1.640028\"')"
    ):
        pytest.skip("this Chromium cannot play H.264")
    browser.until("pose3d.player.startS !== null && pose3d.player.hasFilm")
    rows = np.random.default_rng(5).integers(0, len(times), 25).tolist()
    found = browser.run(SEEK.replace("ROWS", str(rows)))
    assert [shown for _, _, shown in found] == [row for _, row, _ in found]
    assert [row for _, row, _ in found] == rows
    assert browser.errors == []


def test_a_page_asks_for_nothing_but_its_film(browser, page, make_scene, tmp_path):
    path = film(tmp_path / "clip.webm", EVEN[:10], "libvpx-vp9")
    written = page.write(result_of(path, make_scene), tmp_path / "clip")
    browser.open(written)
    browser.until("pose3d.player.hasFilm")
    browser.run("pose3d.player.setPlaying(true)")
    browser.until("pose3d.player.row > 2")
    asked = {address for address in browser.requests if not address.startswith("data:")}
    assert asked == {written.as_uri(), path.as_uri()} and browser.errors == []


def test_a_hostile_name_is_text(browser, page, make_scene, tmp_path):
    name = "<img src=x onerror=\"document.title='bad'\"><b>.mp4"
    result = make_scene(people=2, rows=5)
    result = replace(result, video=replace(result.video, path=tmp_path / name))
    browser.open(page.write(result, tmp_path / "clip"))
    browser.until("!document.getElementById('picker').hidden")
    shown = browser.run("[document.title, document.getElementById('name').textContent]")
    assert shown == [name, name]
    assert browser.run("document.querySelectorAll('img, b').length") == 0


def test_nobody_is_said(browser, page, make_scene, tmp_path):
    browser.open(page.write(make_scene(people=0, rows=5), tmp_path / "clip"))
    assert browser.run("!document.getElementById('nobody').hidden")
    assert browser.run("document.getElementById('reading').textContent") == "Nobody was found."
    assert browser.run("document.getElementById('plotbar').hidden && pose3d.plots.length === 0")
    assert browser.errors == []


def test_without_a_film_a_clock_plays_and_the_picker_is_there(browser, page, make_scene, tmp_path):
    browser.open(page.write(make_scene(people=1, rows=50, roots=True), tmp_path / "clip"))
    browser.until("!document.getElementById('picker').hidden")
    browser.run("pose3d.player.setPlaying(true)")
    browser.until("pose3d.player.row > 5 && pose3d.stage.row === pose3d.player.row")


def press(browser, key):
    browser.run(f"dispatchEvent(new KeyboardEvent('keydown', {{key: {key!r}}}))")


def test_keys_step_and_mark_a_part(browser, page, make_scene, tmp_path):
    browser.open(page.write(make_scene(people=2, rows=50, roots=True), tmp_path / "clip"))
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "[", "End", "]", "+", "1", "f"):
        press(browser, key)
    assert browser.run("pose3d.player.range") == [1, 49]
    assert browser.run("[pose3d.player.row, pose3d.player.speed, pose3d.stage.preset]") == [
        49,
        1.1,
        "film",
    ]
    assert browser.run("pose3d.stage.follow") == 0 and browser.errors == []


def test_every_control_has_a_name_and_a_phone_has_no_sideways_scrolling(
    browser, page, make_scene, tmp_path
):
    browser.open(page.write(make_scene(people=2, rows=20), tmp_path / "clip"), 400, 800)
    nameless = """[...document.querySelectorAll('button, input, select, canvas, [tabindex]')]
      .filter((each) => !(each.getAttribute('aria-label') || each.labels?.length
        || each.textContent.trim() || each.closest('[aria-label]')))
      .map((each) => each.outerHTML)"""
    assert browser.run(nameless) == []
    assert browser.run("document.documentElement.scrollWidth") <= 400
