"""Letting browsers and other devices in: who asks, who is in, and the one-time link for the owner."""
