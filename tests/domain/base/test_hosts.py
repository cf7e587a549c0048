"""Hosts are shown in the letters of their owners, where those mislead nobody."""

import pytest

from domain.base.hosts import as_written


@pytest.mark.parametrize(
    ("host", "written"),
    [
        ("example.com", "example.com"),
        ("xn--bcher-kva.example", "bücher.example"),
        ("xn--bcher-kva.example:8443", "bücher.example:8443"),
        ("xn--r8jz45g.xn--zckzah", "例え.テスト"),
        ("xn--e1afmkfd.xn--p1ai", "пример.рф"),
        ("xn--3e0b707e.kr", "한국.kr"),
        ("xn--hxakic4aa.gr", "ελλάδα.gr"),
        ("[2001:db8::1]", "[2001:db8::1]"),
        ("xn--", "xn--"),
    ],
)
def test_a_host_is_shown_as_it_is_written(host: str, written: str) -> None:
    assert as_written(host) == written


@pytest.mark.parametrize("host", ["xn--80ak6aa92e.com", "xn--ggle-55da.com", "www.xn--80ak6aa92e.com"])
def test_a_host_that_passes_for_another_is_shown_as_machines_write_it(host: str) -> None:
    assert as_written(host) == host
