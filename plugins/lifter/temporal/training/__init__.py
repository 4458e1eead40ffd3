"""Training of the temporal lifter on motion capture with synthetic cameras."""
