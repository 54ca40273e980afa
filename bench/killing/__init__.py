"""The parts of `make kills`: a front that can be killed, people who go on all the same, a killer, and the books."""
