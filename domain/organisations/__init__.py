"""Organisations: clients whose people have cards by their rules, and who may do what in them."""
