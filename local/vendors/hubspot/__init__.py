"""The stand-in of HubSpot, API version 2026-09. It is not HubSpot, and holds what the product uses of it only."""
