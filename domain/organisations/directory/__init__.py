"""The directory of an organisation: a system that says who its people are, by SCIM or in another way."""
