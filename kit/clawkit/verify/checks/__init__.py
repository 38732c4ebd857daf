"""One file per check: `gather` looks, `judge` decides, CHECK names it; the id is the file name with dashes."""
