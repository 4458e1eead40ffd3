"""Who is who from frame to frame: the core that every tracker shares.

A tracker is a thin policy over it: `associate.Associator` numbers the people of each frame,
`history.History` keeps them, `gaps.fill_gaps` closes short holes in the track that is chosen.
"""
