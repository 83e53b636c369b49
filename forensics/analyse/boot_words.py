"""How boots are spoken of: spans, counts, and what follows from each kind of trouble."""

from __future__ import annotations

import math
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import numpy as np

from forensics.analyse.boot_health import Health, State
from forensics.analyse.boots import Boots
from forensics.analyse.wording import counted, percent
from forensics.evidence.paired import Flags
from forensics.timeline import duration_text, local_text

SPELLED = 600
INFERRED = {
    State.HUNG: "So the runner begins and is not heard of again: it hangs or dies as it boots, before the job itself.",
    State.MET: "So some runs never began their work; while boots take this long, more will be given up.",
    State.NEAR: "So a boot a little slower than these is given up, and its run never begins.",
    State.RISING: "So at this pace boots will be given up soon, and their runs never begin.",
    State.SLOWING: "So boots slow down; how near they are to being given up nobody can tell, as no limit is known.",
}
TODO = {
    State.HUNG: "Boot it once by hand and watch; compare with before: `forensics gate`.",
    State.MET: "Raise the limit or make boots faster; until then have them tried again: `forensics run --retries`.",
    State.NEAR: "Find what slows the boots, or raise the limit, before it is met.",
    State.RISING: "Find what slows the boots, or raise the limit, before it is met.",
    State.SLOWING: "Find what slows the boots; set a limit that is known: `forensics run --boot-timeout`.",
}


def headline(
    state: State,
    names: Sequence[str],
    shared: Sequence[tuple[str, str]],
    health: Health,
    worst: tuple[str, Health],
) -> str:
    """Return a trouble in one sentence; ``health`` is of all its jobs, ``worst`` of the one that stands for them."""
    who = f"`{names[0]}`" if len(names) == 1 else counted(len(names), "job")
    if shared:
        who += f" with {' and '.join(f'`{name} = {value}`' for name, value in shared)}"
    one = worst[1]
    most = ":" if len(names) == 1 else f", `{worst[0]}` most of all:"
    limit = span(one.limit or 0.0)
    match state:
        case State.HUNG:
            allowed = "" if health.limit is None else f" of the {span(health.limit)} allowed"
            return (
                f"Boots of {who} no longer come up: the last {health.hung} began, and nothing was recorded after; "
                f"before that {health.boots} took {span(health.typical)}, 95 % within {span(health.slow)}{allowed}."
            )
        case State.MET:
            return (
                f"Boots of {who} meet their limit: {given_up(health)}; 95 % within {span(one.slow)} of {limit}, "
                f"typically {span(one.typical)}{'' if len(names) == 1 else f', of `{worst[0]}`'}."
            )
        case State.NEAR:
            share = percent(one.share, 1)
            return (
                f"Boots of {who} near their limit{most} 95 % within {span(one.slow)}, {share} of {limit}, "
                f"typically {span(one.typical)} ({counted(one.boots, 'boot')})."
            )
        case State.RISING:
            return (
                f"Boots of {who} are on the way to their limit{most} {risen(one)}; at that pace {limit} are met "
                f"in {counted(max(1, math.ceil(one.left)), 'boot')}."
            )
        case State.SLOWING:
            return f"Boots of {who} take longer and longer{most} {risen(one)}; no limit is known."


def given_up(health: Health) -> str:
    """Return how many boots were given up."""
    return f"{health.timed_out} of {health.boots} {'was' if health.timed_out == 1 else 'were'} given up"


def risen(health: Health) -> str:
    """Return how far boots have come, and how fast."""
    return (
        f"from {span(health.first)} to {span(health.level)} over {counted(health.boots, 'boot')}, "
        f"{span(health.slope)} more each time"
    )


def job_line(name: str, health: Health) -> str:
    """Return the numbers of one job of several."""
    limit = "" if health.limit is None else f" of {span(health.limit)}"
    lost = f", {health.timed_out} given up" if health.timed_out else ""
    within = f"95 % within {span(health.slow)}{limit}{lost}"
    return f"`{name}`: {counted(health.boots, 'boot')}, typically {span(health.typical)}, {within}."


def since_text(boots: Boots, hung: Flags, zone: ZoneInfo) -> str:
    """Return when the first and last of some boots that came up began, and since when others hang."""
    up = boots.started[~np.isnan(boots.seconds)]
    if not len(up):
        return ""
    text = f"Booted {local_text(int(up.min()), zone)} to {local_text(int(up.max()), zone)}"
    later = boots.started[hung & (boots.started > up.max())]
    return (
        f"{text}; the first that did not come up began {local_text(int(later.min()), zone)}."
        if len(later)
        else f"{text}."
    )


def health_detail(health: Health) -> dict[str, float | int | None]:
    """Return the numbers for machines; spans in seconds."""
    return {
        "boots": health.boots,
        "timed_out": health.timed_out,
        "hung": health.hung,
        "typical": rounded(health.typical),
        "slow": rounded(health.slow),
        "limit": rounded(health.limit),
        "share": rounded(health.share) if health.limit is not None else None,
        "slope": rounded(health.slope),
        "rise_p": rounded(health.rise_p),
        "left": rounded(health.left),
    }


def rounded(number: float | None) -> float | None:
    """Return a number with six digits, None where there is none."""
    return float(f"{number:.6g}") if number is not None and math.isfinite(number) else None


def span(seconds: float) -> str:
    """Return a length of time to three digits where it is under ten minutes, as people say it where it is longer."""
    if abs(seconds) >= SPELLED:
        return duration_text(seconds)
    return f"{round(seconds, 4):.3g} s"
