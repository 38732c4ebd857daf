"""Spans of time in words."""

from __future__ import annotations

from datetime import timedelta


def time_left(span: timedelta) -> str:
    """Days from two days up, else hours, else minutes."""
    if span >= timedelta(days=2):
        return f"{span.days} days"
    if span >= timedelta(hours=2):
        return f"{span // timedelta(hours=1)} hours"
    return f"{max(0, round(span / timedelta(minutes=1)))} minutes"
