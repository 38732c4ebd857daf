"""Names the root cause on any setup: readers turn files, logs and a live engine into one model, causes judge it."""
