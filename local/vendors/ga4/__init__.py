"""The stand-in of Google Analytics 4, Data API v1beta: what the product uses of it, and nothing else."""
