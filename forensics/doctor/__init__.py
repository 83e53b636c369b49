"""What is wrong with a config, seen from the evidence, and the mend: schedules, names, patterns, sources, lanes."""
