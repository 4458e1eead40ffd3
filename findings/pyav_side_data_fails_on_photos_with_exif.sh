#!/usr/bin/env bash
# PyAV 18.1.0 (FFmpeg 8.1): `frame.side_data` of a decoded JPEG that has EXIF, as every phone writes
# it, raises ValueError, although the frame decodes well and carries a display matrix.
#
# One would guess: `frame.side_data.get("DISPLAYMATRIX")` gives the matrix, or None.
# Seen: FFmpeg 8 attaches the EXIF block as side data of type 31. PyAV's enumeration ends at 27, and
# the container translates the types of all entries when it is built, so one new type hides the
# others. `frame.rotation` still works, but cannot tell a mirrored picture (EXIF 2) from one turned by
# half a turn (EXIF 3). What helps: delete the newer types with the filter "sidedata" before reading.
#
# Output seen: "side_data: 31 is not a valid Type; rotation of EXIF 2 and 3: -180 -180"
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet av==18.1.0 pillow==12.0.0
cd "$folder"
seen=$("$folder/venv/bin/python" - <<'PY'
import av
from PIL import Image


def frame(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", (64, 48), "grey").save("photo.jpg", exif=exif)
    with av.open("photo.jpg") as container:
        return next(container.decode(video=0))


mirrored, turned = frame(2), frame(3)
try:
    said = str(mirrored.side_data.get("DISPLAYMATRIX"))
except ValueError as error:
    said = str(error)
print(f"side_data: {said}; rotation of EXIF 2 and 3: {mirrored.rotation} {turned.rotation}")
PY
)
echo "$seen"
[ "$seen" = "side_data: 31 is not a valid Type; rotation of EXIF 2 and 3: -180 -180" ]
