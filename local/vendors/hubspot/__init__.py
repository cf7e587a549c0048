"""The stand-in of HubSpot, API version 2026-09: what the product uses of it, and nothing else."""
