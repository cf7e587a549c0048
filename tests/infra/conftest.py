import sys
from pathlib import Path

import pytest

# The readers are beside their tests; test folders are not packages.
sys.path.insert(0, str(Path(__file__).parent))

import readers


@pytest.fixture(params=readers.READERS)
def read(request: pytest.FixtureRequest) -> readers.Reader:
    """Each way to read `infra/` as it is."""
    return readers.READERS[request.param]


@pytest.fixture(params=readers.PLANTABLE)
def read_planted(request: pytest.FixtureRequest) -> readers.Reader:
    """Each way to read `infra/` with some of its text replaced."""
    return readers.PLANTABLE[request.param]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.write_line(readers.what_was_read())
