"""Sums of the visits of an organisation's cards, by team and period, and never by person."""
