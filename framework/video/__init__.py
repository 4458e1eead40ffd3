"""Video in (`probe`, `decode`) through PyAV, video out (`encode`) through the ffmpeg program."""
