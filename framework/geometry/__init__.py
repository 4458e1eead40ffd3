"""Geometry of cameras and poses: pure functions on arrays."""
