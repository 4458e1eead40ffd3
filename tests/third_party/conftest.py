"""Packages here have tests of their own, which run where they are installed (tests/packaging)."""

from importlib.util import find_spec

if find_spec("framework_example") is None:
    collect_ignore = ["framework-example"]
