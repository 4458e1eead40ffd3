"""Rendered frames agree with the truth: limbs around joints, left and right, occlusion."""

from dataclasses import replace

import numpy as np
import pytest

from framework.lab.sample import Camera, Person, Scene, View, default_scene, render_frame, truth
from framework.lab.sample.figure import Outfit
from framework.lab.sample.motion_script import MotionScript, wave
from framework.skeletons import COCO17, H36M17

SIZE = (480, 270)


def standing(x: float, y: float, heading_deg: float = -90.0, **outfit: object) -> Person:
    motion = MotionScript(start_xy=(x, y), heading_deg=heading_deg, seconds=3)
    return Person(motion=motion, outfit=Outfit(**outfit))


def rendered(*people: Person) -> np.ndarray:
    return render_frame(Scene(people=people, size_wh=SIZE), 0.0).astype(int)


def drawn(scene: Scene, time_s: float) -> np.ndarray:
    """(H, W) where a person is, but no shadow: pixels whose colour or brightness is other."""
    bare = replace(scene, people=())
    change = render_frame(scene, time_s).astype(int) - render_frame(bare, time_s)
    hue = change - change.mean(-1, keepdims=True)
    return np.abs(hue).max(-1) + np.maximum(change.max(-1), 0) > 12


def test_a_frame_is_an_rgb_image_of_the_size_asked_for() -> None:
    image = render_frame(default_scene(size_wh=(321, 241)), 1.0)
    assert image.shape == (241, 321, 3)
    assert image.dtype == np.uint8


def test_the_same_time_is_the_same_image() -> None:
    scene = default_scene(size_wh=SIZE)
    assert (render_frame(scene, 2.5) == render_frame(scene, 2.5)).all()


@pytest.mark.parametrize("time_s", [0.0, 1.7, 3.0, 5.4, 8.6])
def test_joints_lie_inside_the_drawn_body(time_s: float) -> None:
    scene = default_scene(size_wh=SIZE)
    scene = replace(scene, people=scene.people[:1])
    moment = replace(scene, seconds=time_s + 0.01, fps=scene.fps)
    joints = truth(moment)["joints_2d"][0, -1]
    body = drawn(scene, truth(moment)["time_s"][-1])
    u, v = np.floor(joints).astype(int).T
    near = np.array([body[y - 1 : y + 2, x - 1 : x + 2].any() for x, y in zip(u, v, strict=True)])
    assert near.all(), [H36M17.joints[i] for i in np.flatnonzero(~near)]


def test_the_box_is_exactly_around_the_drawn_body() -> None:
    pink = (1.0, 0.0, 1.0)
    person = standing(
        0, 0, skin=pink, shirt=pink, stripe=None, hair=pink, trousers=pink, shoes=pink
    )
    scene = Scene(people=(person,), size_wh=SIZE, seconds=0.03)
    image = render_frame(scene, 0.0).astype(int)
    rows, columns = np.nonzero(image[..., [0, 2]].min(-1) - image[..., 1] > 40)
    drawn_box = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
    box = truth(scene)["boxes"][0, 0]
    assert box[[0, 1, 2]] == pytest.approx(drawn_box[:3], abs=1.5)
    assert box[3] == pytest.approx(drawn_box[3], abs=3)  # the soles are not pink


def test_the_left_hand_is_drawn_where_the_truth_has_it() -> None:
    calm = standing(0, 0)
    lifted = replace(calm, motion=replace(calm.motion, gestures=(wave("left", 0, 3),)))
    scenes = [Scene(people=(p,), size_wh=SIZE, seconds=1.51) for p in (calm, lifted)]
    time_s = float(scenes[0].times[-1])
    one, two = (render_frame(scene, time_s).astype(int) for scene in scenes)
    changed = np.abs(one - two).sum(-1)[: SIZE[1] // 2] > 60
    middle = truth(scenes[0])["joints_2d"][0, -1, H36M17.index("thorax"), 0]
    _, columns = np.nonzero(changed)
    assert (columns > middle).mean() > 0.95
    wrist = truth(scenes[1])["coco_2d"][0, -1, COCO17.index("left_wrist")].astype(int)
    assert changed[wrist[1], wrist[0]]


def test_a_face_is_towards_the_camera_and_hair_is_behind() -> None:
    def skin_share(heading_deg: float) -> float:
        person = standing(0, 0, heading_deg, skin=(1.0, 0.6, 0.6), hair=(0.1, 0.1, 0.3))
        scene = Scene(people=(person,), size_wh=SIZE, seconds=0.03)
        x, y = truth(scene)["coco_2d"][0, 0, :5].mean(0).astype(int)
        head = render_frame(scene, 0.0)[y - 5 : y + 6, x - 5 : x + 6].astype(int)
        return float((head[..., 0] > head[..., 2] + 20).mean())

    assert skin_share(-90) > 0.7
    assert skin_share(90) < 0.4


def test_the_one_in_front_covers_the_one_behind() -> None:
    red, blue = (
        standing(0, y, shirt=c, stripe=None) for y, c in ((0, (1, 0, 0)), (1.5, (0, 0, 1)))
    )
    scene = Scene(people=(blue, red), size_wh=SIZE, seconds=0.03)
    x, y = np.array(truth(scene)["joints_2d"][1, 0, H36M17.index("spine")]).astype(int)
    for people in ((red, blue), (blue, red)):
        pixel = rendered(*people)[y, x]
        assert pixel[0] > 2 * pixel[2]


def test_people_throw_shadows_on_the_floor_away_from_the_lamp() -> None:
    person = standing(0, 0)
    change = rendered(person).sum(-1) - rendered().sum(-1)
    feet = truth(Scene(people=(person,), size_wh=SIZE, seconds=0.03))["coco_2d"][0, 0, -2:]
    x, y = feet.mean(0).astype(int)
    right, left = change[y - 12 : y, x + 15 : x + 50], change[y - 12 : y, x - 50 : x - 15]
    assert right.mean() < -40
    assert abs(left.mean()) < 10


def test_people_outside_the_image_leave_an_empty_room() -> None:
    for away in (standing(9.0, 0.0), standing(0.0, -6.5)):
        assert (rendered() == rendered(away)).mean() > 0.99


def test_the_room_moves_when_the_camera_does() -> None:
    views = View(0.0, (0, -4.7, 1.4), (0, 0, 1)), View(1.0, (0, -4.7, 1.4), (1, 0, 1))
    scene = Scene(people=(), camera=Camera(views=views), size_wh=SIZE)
    assert (render_frame(scene, 0.0) != render_frame(scene, 1.0)).mean() > 0.5
