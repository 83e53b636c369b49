"""What every test may ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture
def shared_data() -> Path:
    """Return the folder of real logs and listings; skip where it is not beside the checkout."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the folder of real logs (../shared/data) is not beside this checkout")
    return SHARED_DATA
