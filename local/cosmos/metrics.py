"""Index metrics: which indexes served a query, and which would have (`populate_index_metrics`)."""

import base64
from typing import Any

from local.cosmos.fetch import Used
from local.cosmos.indexing import Path, spec_of
from local.cosmos.wire import dump_json


def utilization(used: Used) -> str:
    """The header's value, in the form that the SDK decodes."""
    order = used.composite or ()
    composite = [f"{spec_of(path)[:-2]} {'DESC' if descending else 'ASC'}" for path, descending in order]
    body = {
        "UtilizedSingleIndexes": [_single(path) for path in sorted(used.paths)],
        "PotentialSingleIndexes": [_single(path) for path in sorted(used.lacking)],
        "UtilizedCompositeIndexes": [{"IndexSpecs": composite, "IndexImpactScore": "High"}] if order else [],
        "PotentialCompositeIndexes": [],
    }
    return base64.b64encode(dump_json(body)).decode()


def _single(path: Path) -> dict[str, Any]:
    return {
        "FilterExpression": "", "IndexSpec": spec_of(path), "FilterPreciseSet": True, "IndexPreciseSet": True,
        "IndexImpactScore": "High",
    }  # fmt: skip
