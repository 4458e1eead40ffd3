"""Frames as networks take them: crops of people, letterboxes, batches of one frame."""
