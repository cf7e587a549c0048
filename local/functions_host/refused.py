"""Refusal of an app that Azure would not run."""


class RefusedApp(Exception):
    """Azure would refuse this app.

    `faults` holds one line per fault: the function's name (or the file's), a colon and the reason.
    """

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults
