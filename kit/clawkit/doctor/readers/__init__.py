"""Readers: files, recorded output and the live engine become one `Setup`; none of them judges."""
