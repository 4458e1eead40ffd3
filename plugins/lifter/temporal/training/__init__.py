"""Train lifters on motion capture under synthetic cameras."""
