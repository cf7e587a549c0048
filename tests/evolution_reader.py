"""Reads vCards with Evolution's library, for the system's Python: one JSON text on each line of stdin.

Answers the attributes as [name, values], in the order of the file.
"""

import json
import sys

import gi

gi.require_version("EBookContacts", "1.2")
from gi.repository import EBookContacts  # noqa: E402

for line in sys.stdin:
    card = EBookContacts.VCard.new_from_string(json.loads(line))
    read = [[attribute.get_name(), attribute.get_values()] for attribute in card.get_attributes()]
    print(json.dumps(read), flush=True)  # noqa: T201 - the answer
