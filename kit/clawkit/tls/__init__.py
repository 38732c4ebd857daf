"""Certificates that the kit makes itself."""
