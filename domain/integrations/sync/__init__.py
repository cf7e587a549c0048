"""The engine of syncs: fields of two sides, plans, runs and their steps. It knows no vendor."""
