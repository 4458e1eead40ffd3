"""Shared by interpolators that compute frames from the two source frames around them."""
