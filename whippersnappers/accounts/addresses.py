"""Which computer asks: the client's address, not fooled by forged headers."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "unknown"
_HOME_NETWORK_BITS = 64


def client_address(request: HttpRequest) -> str:
    """The address of the computer that sent the request, or "unknown".

    Only the entries that our own `TRUSTED_PROXIES` proxies appended to X-Forwarded-For count, from the
    right; whatever a client wrote further left is ignored. A request with fewer entries did not come
    through all of them, so the address of the connection itself counts.
    """
    trusted = settings.TRUSTED_PROXIES
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if trusted > 0 and len(forwarded) >= trusted:
        address = _parsed(forwarded[-trusted])
        if address:
            return str(address)
    return str(_parsed(request.META.get("REMOTE_ADDR", "")) or UNKNOWN)


def network_of(address: str) -> str:
    """What one household or computer can change at will counts as one: an IPv6 address as its /64."""
    parsed = _parsed(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((parsed, _HOME_NETWORK_BITS), strict=False))
    return str(parsed or UNKNOWN)


def _parsed(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    text = text.strip()
    if text.startswith("["):  # [2001:db8::1]:443
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:  # 192.0.2.1:443
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address
