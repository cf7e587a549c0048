"""A Cosmos-DB-compatible server on SQLite: what the product uses, strict where the service is strict."""
