"""Shared by refiners that use the 2D again: observations with uncertainties, root path, windows."""
