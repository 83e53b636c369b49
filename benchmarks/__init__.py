"""Made-up fleets with known truth, the scorer, the peers, and what `make bench` runs."""
