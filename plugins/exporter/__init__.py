"""Implementations of the exporter stage."""
