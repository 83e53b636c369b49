"""SQLite files that must outlive kills, power cuts and damage: opened, checked, set aside, written transaction-wise."""
