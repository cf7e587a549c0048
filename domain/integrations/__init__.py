"""Integrations: records of a client's own systems, in sync with them by rules that the client has named.

iZwop is the processor of these data: they are read for the client's instruction and for nothing else.
"""
