"""Copies of a whole deployment in one file: made while it runs, verified without an engine, restored all or nothing."""
