"""HubSpot's own words in a refusal."""

import json
from typing import Any, Final

_LONGEST: Final = 500


def words(data: Any) -> str:
    """What HubSpot says of an answer that refuses, or of one error within an answer."""
    if not isinstance(data, dict):
        return ""
    errors = data.get("errors")
    detailed = [
        text
        for each in (errors if isinstance(errors, list) else ())
        if isinstance(each, dict) and (text := _sentence(each))
    ]
    return ("; ".join(detailed) or _sentence(data))[:_LONGEST]


def _sentence(data: dict[str, Any]) -> str:
    message = data.get("message")
    if not isinstance(message, str):
        return ""
    # Faults of values are said in JSON behind a sentence.
    sentence, bracket, listed = message.partition(": [")
    if not bracket:
        return message
    try:
        found = [each["message"] for each in json.loads(f"[{listed}")]
    except (ValueError, KeyError, TypeError):
        return sentence
    return "; ".join(map(str, found))
