"""Measured comparisons and load: never part of a test's pass or fail, but for what is counted, not timed."""
