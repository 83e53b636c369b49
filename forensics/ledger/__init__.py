"""The reporter's own memory: a SQLite database of what was filed, meant and published on earlier nights."""
