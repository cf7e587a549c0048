"""Runs of invitations, and the people of an organisation in the order of their ids."""
