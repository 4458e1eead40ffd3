"""A picture of one joint: each of its motions over the time of the film, both sides together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from framework.angles import Curve, repetitions
from framework.geometry.camera import Array

# As in the rendered video the left side is warm and the right one cool; of the palette of Okabe and
# Ito (Color Universal Design, 2008), which colour-blind people can tell apart.
_COLOURS = {"left": "#d55e00", "right": "#0072b2", "": "#333333"}
_WIDTH_IN, _PANEL_IN, _EDGE_IN, _DPI = 9.0, 3.0, 0.5, 100


def draw(path: Path, title: str, time_s: Array, curves: Sequence[Curve]) -> None:
    """Draw the angles of one joint, a panel for each motion, with a band of one sigma.

    Args:
        path: of the picture; its suffix is the format.
        title: above all panels.
        time_s: (T,) seconds of the film.
        curves: of this joint.
    """
    motions = dict.fromkeys(curve.angle.motion for curve in curves)
    panels = [[c for c in curves if c.angle.motion == motion] for motion in motions]
    height = _PANEL_IN * len(panels) + _EDGE_IN
    figure = Figure(figsize=(_WIDTH_IN, height))
    # Edges by hand: matplotlib's own layout draws everything twice.
    figure.subplots_adjust(0.08, _EDGE_IN / height, 0.98, 1 - _EDGE_IN / height, hspace=0.15)
    figure.suptitle(title, x=0.08, ha="left")
    axes = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
    for panel, group in zip(axes, panels, strict=True):
        _panel(panel, time_s, group)
    axes[-1].set_xlabel("time in the film, s")
    axes[-1].set_xlim(*_limits(time_s))
    # Equal results make equal bytes: no date, and names of elements that do not change.
    stamp = {"Date": None} if path.suffix == ".svg" else {"Software": None}
    with rc_context({"svg.hashsalt": "angles"}):
        figure.savefig(path, dpi=_DPI, metadata=stamp)


def _panel(panel: Axes, time_s: Array, curves: Sequence[Curve]) -> None:
    for curve in curves:
        colour = _COLOURS[curve.angle.side]
        side = curve.angle.side or curve.angle.joint
        label = f"{side}, repetitions: {repetitions(curve)}"
        # A dot where a row stands alone, which no line would show.
        lone = np.isfinite(curve.degrees).sum() == 1
        marker = "o" if lone else ""
        panel.plot(time_s, curve.degrees, color=colour, marker=marker, label=label)
        low, high = curve.degrees - curve.sigmas, curve.degrees + curve.sigmas
        panel.fill_between(time_s, low, high, color=colour, alpha=0.2, linewidth=0)
    panel.axhline(0, color="#999999", linewidth=0.8)
    panel.set_ylabel(f"{curves[0].angle.motion}, degrees")
    panel.grid(alpha=0.3)
    panel.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, fontsize="small", frameon=False)


def _limits(time_s: Array) -> tuple[float, float]:
    first, last = float(time_s[0]), float(time_s[-1])
    return (first, last) if last > first else (first - 0.5, first + 0.5)
