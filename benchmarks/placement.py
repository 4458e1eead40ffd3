"""Error of the root position relative to the distance: two to four people at known places.

The joints of synthetic scenes are projected, a synthetic detector adds errors (noise, hidden and
missing joints, scores), ``lifter=temporal`` lifts and ``refiner=root`` places. The first two scenes
are evaluated with several seeds of the detector's errors; then come as many scenes of two to four
people of 1.55 to 1.90 m and of various proportions, who stand, walk and turn at random.

Run: python benchmarks/placement.py [SEEDS]
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from framework.config import build, compose_config
from framework.focal import FOCAL
from framework.geometry.camera import camera_from_world
from framework.lab.motion.noise import PERFECT, Noise, noisy_keypoints
from framework.lab.sample import Camera, Person, Scene, View, default_scene
from framework.lab.sample.body import BodyDimensions, joints
from framework.lab.sample.motion_script import MotionScript, Squat, wave
from framework.lab.sample.steps import Act, Stand, Turn, Walk
from framework.plugins.refiner._fit.body_height import body_height
from framework.skeletons import COCO17, H36M17
from framework.types import State, Track, VideoInfo

GOALS = {"focal length and heights": 0.05, "focal length": 0.05, "nothing": 0.15}
"""Largest mean error, by what is known of the camera and the people."""
DETECTORS = {"exact 2D": PERFECT, "noisy 2D": Noise()}
HEIGHT_M = 1.75
"""Of a body of size 1."""


def main() -> None:
    """Print the mean error of each scene, detector and set of known values beside the goal."""
    seeds = range(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
    two, four = default_scene(), four_people()
    report("two people", [two for _ in seeds])
    report("four people", [four for _ in seeds])
    report("two to four at random", [random_people(seed) for seed in seeds])


def report(name: str, scenes: list[Scene]) -> None:
    """Print the results of some scenes; the seed of the detector's errors is the scene's number."""
    heights = np.concatenate([heights_of(scene) for scene in scenes])
    spread = 100 * heights.std() / heights.mean()
    print(f"{name}: heights {heights.mean():.2f} m +- {spread:.1f} %")
    for detector, noise in DETECTORS.items():
        for known, goal in GOALS.items():
            errors = np.concatenate(
                [
                    errors_of(scene, noise, settings_of(scene, known), seed)
                    for seed, scene in enumerate(scenes)
                ]
            )
            print(
                f"{name}, {detector}, {known} known: {100 * errors.mean():.1f} % "
                f"(a tenth above {100 * np.quantile(errors, 0.9):.1f}; goal {100 * goal:.0f} %)",
                flush=True,
            )


def settings_of(scene: Scene, known: str) -> list[str]:
    """The options that a user with this knowledge gives on the command line."""
    focal = scene.matrix[0, 0] / max(scene.size_wh) if "focal" in known else FOCAL
    heights = heights_of(scene) if "heights" in known else []
    return [f"lifter.focal={focal}", f"refiner.root.person_height_m={heights}"]


def four_people() -> Scene:
    """People of 1.6 to 1.85 m, 3 to 9 m away, before a camera that looks down a little."""
    cast = (
        Person(
            body=BodyDimensions(size=1.06),
            motion=MotionScript(
                start_xy=(-1.0, 0.4), acts=(Stand(6), Turn(90)), gestures=(wave("right", 1, 4),)
            ),
        ),
        Person(
            body=BodyDimensions(size=0.92),
            motion=MotionScript(start_xy=(0.9, 1.0), gestures=(Squat(start_s=2, end_s=5),)),
        ),
        Person(
            body=BodyDimensions(size=1.0),
            motion=MotionScript(
                start_xy=(-2.2, 3.0), heading_deg=0, acts=(Walk(((4.4, 0),)), Turn(180))
            ),
        ),
        Person(
            body=BodyDimensions(size=0.96),
            motion=MotionScript(
                start_xy=(1.5, 4.2), heading_deg=200, acts=(Stand(1), Walk(((2, 30), (2, 60))))
            ),
        ),
    )
    camera = Camera(views=(View(0.0, (0.4, -4.2, 1.9), (0.0, 1.5, 0.8)),), fov_y_deg=36.0)
    return Scene(people=cast, camera=camera, seconds=8.0)


def heights_of(scene: Scene) -> list[float]:
    """Body heights in metres."""
    return [body_height(joints, H36M17) for joints in true_joints(scene, H36M17)]


def random_people(seed: int) -> Scene:
    """Two to four people with random motion, seen by a camera of focal length 0.75 to 1.15."""
    uniform = np.random.default_rng(seed).uniform
    cast = tuple(random_person(uniform) for _ in range(round(uniform(1.5, 4.5))))
    view = View(
        0.0, (uniform(-1, 1), uniform(-7, -5), uniform(0.9, 2.6)), (0.0, 1.0, uniform(0.7, 1))
    )
    focal_px = uniform(0.75, 1.15) * 960
    fov_y_deg = 2 * np.degrees(np.arctan(270 / focal_px))
    return Scene(people=cast, camera=Camera(views=(view,), fov_y_deg=fov_y_deg), seconds=8.0)


def random_person(uniform: Callable[[float, float], float]) -> Person:
    """A person of random adult height, legs and trunk up to 5 % longer or shorter than usual."""
    plain, legs, trunk = BodyDimensions(), uniform(0.95, 1.05), uniform(0.95, 1.05)
    long = {"thigh": legs, "shin": legs, "lumbar": trunk, "chest": trunk}
    body = replace(plain, **{part: by * getattr(plain, part) for part, by in long.items()})
    longer = sum(getattr(body, part) - getattr(plain, part) for part in long)
    body = replace(body, size=uniform(1.55, 1.90) / (HEIGHT_M + longer))
    acts: list[Act] = []
    for _ in range(3):
        walk = Walk(((uniform(0.8, 2.5), uniform(-60, 60)),))
        acts += [Stand(uniform(0, 2)), Turn(uniform(-120, 120)), walk]
    squat_s = uniform(0, 15)
    motion = MotionScript(
        start_xy=(uniform(-1.6, 1.6), uniform(-0.5, 4)),
        heading_deg=uniform(-180, 180),
        acts=tuple(acts),
        gestures=(Squat(start_s=squat_s, end_s=squat_s + 2.5),),
    )
    return Person(body=body, motion=motion)


def errors_of(scene: Scene, noise: Noise, settings: list[str], seed: int) -> np.ndarray:
    """(N,) mean distance from the true root of each person, relative to its distance."""
    video = VideoInfo(path=Path("scene.mp4"), size_wh=scene.size_wh, fps=scene.fps)
    random = torch.Generator().manual_seed(seed)
    keypoints, scores = noisy_keypoints(
        torch.from_numpy(true_joints(scene, COCO17)).float(), noise, random
    )
    tracks = [
        track_of(number, *found, scene)
        for number, found in enumerate(zip(keypoints.numpy(), scores.numpy(), strict=True))
    ]
    config = compose_config(["refiner=[root]", "threads=1", *settings])
    [(_, lifter)], [(_, placing)] = build("lifter", config), build("refiner", config)
    with lifter:
        poses = placing.refine(lifter.lift(tracks, video), tracks, video)
    roots = true_joints(scene, H36M17)[:, :, H36M17.root]
    off = [
        np.linalg.norm(pose.root - root, axis=1) / np.linalg.norm(root, axis=1)
        for pose, root in zip(poses, roots, strict=True)
    ]
    return np.array([np.nanmean(each) for each in off])


def true_joints(scene: Scene, skeleton) -> np.ndarray:
    """(N, T, J, 3) true joints in camera space."""
    rotation, translation = (
        np.array(part)
        for part in zip(*(scene.camera.pose(time) for time in scene.times), strict=True)
    )
    world = [
        joints(pose, person.body.size, skeleton)
        for pose, person in zip(scene.poses(scene.times), scene.people, strict=True)
    ]
    return camera_from_world(np.array(world), rotation[:, None], translation[:, None])


def track_of(number: int, keypoints: np.ndarray, scores: np.ndarray, scene: Scene) -> Track:
    """Keypoints in units of the focal length as a track in pixels."""
    there = (scores > 0).any(axis=1)
    pixels = keypoints * scene.matrix[0, 0] + scene.matrix[:2, 2]
    pixels = np.where(scores[..., None] > 0, pixels, np.nan).astype(np.float32)
    return Track(
        id=number,
        skeleton=COCO17,
        frame_index=np.arange(len(scores)),
        time_s=scene.times,
        boxes=np.zeros((len(scores), 4), np.float32),
        keypoints=pixels,
        keypoint_scores=scores,
        state=np.where(there, State.OBSERVED, State.MISSING).astype(np.uint8),
        complete=there.copy(),
    )


if __name__ == "__main__":
    main()
