"""What a sweep of old documents came to."""

from dataclasses import dataclass


@dataclass
class Swept:
    """`done`: brought up to date; `taken`: somebody else wrote first; `broken`: not what its version says,
    left as it is; `complete`: none is left.
    """

    done: int = 0
    taken: int = 0
    broken: int = 0
    complete: bool = False
