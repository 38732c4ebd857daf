"""End-to-end checks of a running stack, as a user on another machine would see it."""
