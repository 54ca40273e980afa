"""Whole lives of handoffs, played on a clock of their own and metered."""
