"""Cosmos-DB-compatible server on SQLite: the features that the product uses, as strict as the service.

Served: account, databases, containers (unique keys, expiry, indexing policy, vector policies as definitions),
throughput offers, items (create, read, upsert, replace, patch, delete, feed), batches, queries within a
partition (with GROUP BY, aggregates, dates), plain filters across partitions. A container is one physical
range. Hierarchical keys work when given whole.

Items are found by an index that follows each container's policy; what it does not serve is read item by item,
and charged so (an estimate, see `charge`). A query that may read many items runs in a thread, on a snapshot.

Refused with 400 and a sentence: query plans (so ORDER BY, TOP, OFFSET, DISTINCT and aggregates across
partitions), prefixes of hierarchical keys, parts of a range, change feed, stored procedures, triggers,
user-defined functions, computed properties, full-text policies, vector, spatial and regex functions.

Not checked: the age of a request's date, consistency levels; RU budgets unless a test orders throttling
(see `faults`).
"""
