"""One file per verb: it decides what is done and in which order, and returns the exit code."""
