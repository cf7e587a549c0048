"""Calls to systems that are not ours: one guarded client for all of them."""
