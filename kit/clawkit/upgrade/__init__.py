"""Changing what runs so that it either works afterwards or is as it was: one journal, one way forward, one back."""
