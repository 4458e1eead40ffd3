"""Upright crops, and the map of their points to the frame."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framework.plugins.detector._images.crops import crop, poses_by_crops, regions, to_frame

corners = st.tuples(st.floats(-50, 700), st.floats(-50, 500))
extents = st.tuples(st.floats(5, 600), st.floats(5, 600))


@given(corners, extents, st.sampled_from([(192, 256), (288, 384), (64, 64)]))
@settings(deadline=None, max_examples=50)
def test_a_region_holds_its_box_in_the_middle_and_has_the_shape_of_the_crop(corner, extent, size):
    box = np.array([[*corner, corner[0] + extent[0], corner[1] + extent[1]]])
    (region,) = regions(box, size)
    np.testing.assert_allclose(region[:2], (box[0, :2] + box[0, 2:]) / 2)
    assert region[2] / region[3] == pytest.approx(size[0] / size[1])
    share = np.array(extent) / region[2:]
    assert share.max() == pytest.approx(1 / 1.25), "the longer side fills the crop but for a margin"
    ends = np.array([[[0.0, 0.0], list(size)]])
    seen = to_frame(ends, region[None], size)[0]
    np.testing.assert_allclose(seen, [region[:2] - region[2:] / 2, region[:2] + region[2:] / 2])


@pytest.mark.parametrize("scale", [0.4, 1.0, 3.0])
def test_points_of_a_crop_map_to_what_it_shows(scale):
    spot, size = np.array([231.3, 118.7]), (96, 128)
    region = np.array([225.0, 130.0, 96 * scale, 128 * scale])
    y, x = np.mgrid[:300, :400] + 0.5
    blob = np.exp(-((x - spot[0]) ** 2 + (y - spot[1]) ** 2) / 60)
    image = np.repeat((255 * blob)[..., None], 3, 2).astype(np.uint8)
    cut = crop(image, region, size)[..., 0].astype(float)
    v, u = np.mgrid[:128, :96] + 0.5
    seen = np.array([(u * cut).sum(), (v * cut).sum()]) / cut.sum()
    np.testing.assert_allclose(to_frame(seen[None, None], region[None], size)[0, 0], spot, atol=0.3)


def test_a_crop_of_the_whole_image_is_the_image_and_what_lies_outside_is_black():
    image = np.random.default_rng(1).integers(1, 255, (64, 48, 3), np.uint8)
    np.testing.assert_array_equal(crop(image, np.array([24.0, 32, 48, 64]), (48, 64)), image)
    shifted = crop(image, np.array([0.0, 32, 48, 64]), (48, 64))
    np.testing.assert_array_equal(shifted[:, 24:], image[:, :24])
    assert not shifted[:, :23].any()


def test_an_averaged_crop_skips_no_pixel_and_keeps_the_place_of_what_it_shows():
    rng = np.random.default_rng(2)
    image = rng.integers(0, 256, (600, 600, 3), np.uint8)
    region = np.array([300.0, 310, 400, 400])
    expected = image[110:510, 100:500].reshape(100, 4, 100, 4, 3).mean((1, 3))
    averaged = crop(image, region, (100, 100), averaged=True)
    assert np.abs(averaged - expected).max() <= 1
    assert np.abs(crop(image, region, (100, 100)) - expected).max() > 50, "four of sixteen pixels"
    for size in ((400, 400), (640, 640)):  # nothing to average
        np.testing.assert_array_equal(
            crop(image, region, size, averaged=True), crop(image, region, size)
        )


@pytest.mark.parametrize("scale", [1.3, 2.0, 3.7])
def test_points_of_an_averaged_crop_map_to_what_it_shows(scale):
    spot, size = np.array([431.3, 318.7]), (96, 128)
    region = np.array([425.0, 330.0, 96 * scale, 128 * scale])
    y, x = np.mgrid[:700, :800] + 0.5
    blob = np.exp(-((x - spot[0]) ** 2 + (y - spot[1]) ** 2) / 60)
    image = np.repeat((255 * blob)[..., None], 3, 2).astype(np.uint8)
    cut = crop(image, region, size, averaged=True)[..., 0].astype(float)
    v, u = np.mgrid[:128, :96] + 0.5
    seen = np.array([(u * cut).sum(), (v * cut).sum()]) / cut.sum()
    np.testing.assert_allclose(to_frame(seen[None, None], region[None], size)[0, 0], spot, atol=0.1)


def test_a_box_without_measure_takes_no_memory_of_its_size():
    image = np.full((40, 40, 3), 200, np.uint8)
    cut = crop(image, np.array([20.0, 20, 1e7, 1e7]), (64, 64), averaged=True)
    assert cut.shape == (64, 64, 3)


def test_people_of_all_images_share_batches_and_come_back_in_place():
    sizes = []

    def read(crops):
        sizes.append(len(crops))
        middle = np.tile([4.0, 4.0], (len(crops), 1, 1))
        return middle, crops[:, 4, 4, :1].astype(float)

    images = [np.full((40, 40, 3), value, np.uint8) for value in (10, 20, 30)]
    box = np.array([[10.0, 10, 18, 18]])
    boxes = [np.concatenate([box, box + 4, box + 8]), np.zeros((0, 4)), box]
    poses = poses_by_crops(read, images, boxes, size_wh=(8, 8), batch=3)
    assert sizes == [3, 1], "batches mix people and images"
    assert [len(points) for points, _ in poses] == [3, 0, 1]
    np.testing.assert_allclose(poses[0][0][:, 0], [[14, 14], [18, 18], [22, 22]])
    assert poses[0][1].tolist() == [[10], [10], [10]]
    assert poses[2][1].tolist() == [[30]]
    nobody = poses_by_crops(read, images, [np.zeros((0, 4))] * 3, size_wh=(8, 8), batch=3)
    assert [len(points) for points, _ in nobody] == [0, 0, 0]
    assert len(sizes) == 2, "the model is not asked about nobody"
