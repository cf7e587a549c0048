"""The directory of an organisation: a system of its own that says who its people are, by SCIM."""
