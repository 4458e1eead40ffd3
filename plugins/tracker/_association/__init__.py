"""Recognises people from frame to frame; shared by all trackers that give ids.

`associate.Associator` gives ids to the people of each frame, `history.DetectionHistory` keeps
them, `linking.link_tracklets` corrects ids over gaps when the clip has been read, and
`gaps.fill_gaps` interpolates short gaps of a track. `tracker.AssociatingTracker` does all of it
but choose whom to follow.
"""
