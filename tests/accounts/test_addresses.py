"""The client's address is what our own proxies say, not what the client says."""

import pytest
from django.test import RequestFactory

from whippersnappers.accounts.addresses import client_address, network_of


@pytest.mark.parametrize(
    ("trusted", "forwarded", "remote", "expected"),
    [
        (0, None, "192.0.2.9", "192.0.2.9"),
        (0, "203.0.113.1", "192.0.2.9", "192.0.2.9"),
        (1, "203.0.113.1", "10.0.0.1", "203.0.113.1"),
        (1, "6.6.6.6, 203.0.113.1", "10.0.0.1", "203.0.113.1"),
        (2, "6.6.6.6, 203.0.113.1, 10.0.0.2", "10.0.0.1", "203.0.113.1"),
        (2, "203.0.113.1", "192.0.2.9", "192.0.2.9"),
        (1, "nonsense", "10.0.0.1", "10.0.0.1"),
        (1, "", "10.0.0.1", "10.0.0.1"),
        (1, "203.0.113.1:4711", "10.0.0.1", "203.0.113.1"),
        (1, "[2001:db8::1]:443", "10.0.0.1", "2001:db8::1"),
        (1, "::ffff:203.0.113.1", "10.0.0.1", "203.0.113.1"),
        (0, None, "", "unknown"),
    ],
)
def test_client_address(settings, trusted, forwarded, remote, expected):
    settings.TRUSTED_PROXIES = trusted
    headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    assert client_address(RequestFactory().get("/", REMOTE_ADDR=remote, **headers)) == expected


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.1", "203.0.113.1"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("unknown", "unknown"),
    ],
)
def test_network_of(address, network):
    assert network_of(address) == network
