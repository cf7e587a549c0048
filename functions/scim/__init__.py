"""SCIM 2.0 (RFC 7643, 7644): directories of organisations tell who their people are."""
