"""Photos of people from a zip: API and pages."""
