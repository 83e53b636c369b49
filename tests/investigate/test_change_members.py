"""Who shares a change, and who is sure enough to be named."""

from __future__ import annotations

import numpy as np

from forensics.investigate.change_members import FEW, NEARLY_ALL, believed, trusted


def test_job_that_shows_nothing_changed_with_its_group_and_with_no_other() -> None:
    nothing = np.zeros(1)
    inside, outside = (believed(nothing, share, learns=False).likely[0] for share in (NEARLY_ALL, FEW))
    assert outside < 0.5 < inside


def test_many_that_clearly_changed_make_a_doubtful_one_likelier() -> None:
    alone, beside = (believed(np.array([9.0] * count + [1.0]), FEW, learns=True).likely[-1] for count in (1, 20))
    assert beside > 2 * alone


def test_doubtful_one_of_few_is_not_named() -> None:
    assert trusted(np.array([0.999, 0.8, 0.999])).tolist() == [True, False, True]


def test_one_of_many_may_be_doubtful() -> None:
    assert trusted(np.array([0.999] * 15 + [0.8])).all()


def test_surest_is_always_named() -> None:
    assert trusted(np.array([0.6, 0.7])).tolist() == [False, True]
