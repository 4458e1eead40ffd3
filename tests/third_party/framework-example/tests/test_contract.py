"""Every stage of this package keeps its contract."""

from framework.testing import stage_checks
from framework.testing.sample import Sample


@stage_checks("interpolator", "example")
def test_interpolator(check):
    check()


@stage_checks("detector", "example", frames=Sample.make(rows=12, people=2).frames)
def test_detector(check):
    check()


@stage_checks("completeness", "example")
def test_completeness(check):
    check()


@stage_checks("tracker", "example")
def test_tracker(check):
    check()


@stage_checks("lifter", "example")
def test_lifter(check):
    check()


@stage_checks("refiner", "example")
def test_refiner(check):
    check()


@stage_checks("renderer", "example")
def test_renderer(check):
    check()


@stage_checks("exporter", "example")
def test_exporter(check):
    check()
