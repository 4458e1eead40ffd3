"""What the packets at the start of a film tell about its time stamps, without decoding."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, pairwise
from pathlib import Path

from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream

from framework.reading import Reading
from framework.video.container import open_video

_PACKETS = 300
"""How many are looked at: ten seconds, in a few milliseconds."""
_REORDERED = 64
"""In so many packets an encoder that reorders frames has done so."""
MOST_REORDERED = 16
"""So many frames at most may come before one that is decoded earlier: H.264 and HEVC."""
_FEW = 3
_OTHER_RATE, _OTHER_PACE = Fraction(105, 100), Fraction(3, 2)
_FINEST_RATE = 1001
"""Denominators up to this one hold 30000/1001."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How many frames a film has.

    Attributes:
        fps: frames per second; None where the file does not tell.
        n_frames: all of them, where the file counts them.
        least_s: how long the film is at least, by the packets that were looked at.
        notes: what the user should know.
    """

    fps: Fraction | None
    n_frames: int | None
    least_s: float = 0.0
    notes: tuple[str, ...] = ()


def rate_of(path: Path, reading: Reading) -> Rate:
    """Read the rate of a film, and measure it.

    Containers that count their frames state frames over time. Others state a nominal rate, which
    may be that of their clock (1000 in films that browsers record) or missing; there the time
    stamps decide. They also do where the count is of ticks of the clock, as AVI may have it.

    Raises:
        InputError: as `open_video`.
    """
    with open_video(path, reading) as (container, stream):
        stated = stream.average_rate or stream.guessed_rate
        stated = stated if stated and stated > 0 else None
        stamps = _stamps(container, stream, _PACKETS)
        # A film in fragments may count those of its first fragment only.
        is_counted = stream.average_rate and stream.frames >= len(stamps)
        counted = stream.frames if is_counted else 0
        known = [stamp for stamp in stamps if stamp is not None]
        least_s = float((max(known) - min(known)) * (stream.time_base or 0)) if known else 0.0
        every = len(known) == len(stamps)
        if stated and not every:
            least_s = max(least_s, float((len(stamps) - 1) / stated))
        measured = _measured(known, stream.time_base) if every else None
    if measured is None:
        unknown = () if stated else ("the film has no frame rate and no times: 25 is taken",)
        return Rate(stated, counted or None, least_s, unknown)
    # The start of a film with a variable rate may differ from all of it.
    tolerated = _OTHER_PACE if counted else _OTHER_RATE
    if stated and 1 / tolerated <= measured / stated <= tolerated:
        return Rate(stated, counted or None, least_s)
    said = f"states {float(stated):.5g}" if stated else "states no"
    note = f"frames per second; by the times of its frames there are {float(measured):.5g}"
    return Rate(measured, None, least_s, (f"the film {said} {note}",))


def are_decode_times(container: InputContainer, stream: VideoStream) -> bool:
    """Whether the stamps of a film tell when packets are decoded, not when frames are shown.

    AVI, ASF and some writers of MXF store no more. Frames that are shown in another order than they
    are decoded in have stamps that fall somewhere; there they always rise. Moves the container.
    """
    if not stream.codec_context.has_b_frames:
        return False
    # Without the last one, which some writers repeat.
    stamps = _stamps(container, stream, _REORDERED)[:-1]
    known = [stamp for stamp in stamps if stamp is not None]
    rising = all(after > before for before, after in pairwise(known))
    return rising and 1 < len(known) == len(stamps)


def _stamps(container: InputContainer, stream: VideoStream, most: int) -> list[int | None]:
    """Presentation stamps of the next packets, in the order of the file; as far as it can be read.

    None for a packet that has none.
    """
    stamps: list[int | None] = []
    with suppress(FFmpegError):  # decoding will tell
        for packet in islice(container.demux(stream), most):
            if packet.size and not packet.is_discard:
                stamps.append(packet.pts)
    return stamps


def _measured(stamps: list[int], time_base: Fraction | None) -> Fraction | None:
    """Frames over time; None where there are too few."""
    # Without the last one, which some writers misplace; of a longer film without those that may
    # come after frames that were not read.
    ordered = sorted(stamps)[: -1 if len(stamps) < _PACKETS else -MOST_REORDERED]
    if len(ordered) < _FEW or not time_base or ordered[0] == ordered[-1]:
        return None
    rate = Fraction(len(ordered) - 1, ordered[-1] - ordered[0]) / time_base
    return rate.limit_denominator(_FINEST_RATE) or rate
