"""The colours of the house for pages that are not drawn by our own stylesheet: the admin's.

The families' pages take the same colours from `static/css/tokens.css`; keep the two in step. Values are
what Unfold's `COLORS` setting takes: sea green to act with, warm greys to rest on.
"""

from typing import Any

UNFOLD_COLORS: dict[str, dict[str, str]] = {
    "base": {
        "50": "#faf8f4",
        "100": "#f3efe8",
        "200": "#e6dfd4",
        "300": "#d2c9bb",
        "400": "#a39c91",
        "500": "#706b63",
        "600": "#56534d",
        "700": "#413f3c",
        "800": "#2b2f2f",
        "900": "#1d2424",
        "950": "#141a1a",
    },
    "primary": {
        "50": "#eff8f6",
        "100": "#dcefec",
        "200": "#b9dfda",
        "300": "#8bcbc3",
        "400": "#4fa9a1",
        "500": "#1f837d",
        "600": "#0b6865",
        "700": "#095452",
        "800": "#0a4543",
        "900": "#0b3a39",
        "950": "#042322",
    },
    "font": {
        "subtle-light": "var(--color-base-500)",
        "subtle-dark": "var(--color-base-400)",
        "default-light": "var(--color-base-600)",
        "default-dark": "var(--color-base-300)",
        "important-light": "var(--color-base-900)",
        "important-dark": "var(--color-base-100)",
    },
}


def unfold_settings(organisation: str) -> dict[str, Any]:
    """Unfold's settings; the functions stand in `admin_site.py`."""
    return {
        "SITE_TITLE": f"{organisation} staff",
        "SITE_HEADER": organisation,
        "SITE_SUBHEADER": "Staff pages",
        "SITE_SYMBOL": "diversity_1",
        "SITE_URL": None,
        "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "whippersnappers.admin_site.icon"}],
        "SHOW_HISTORY": False,
        "SHOW_VIEW_ON_SITE": False,
        "SHOW_BACK_BUTTON": False,
        "ENVIRONMENT": "whippersnappers.admin_site.environment",
        "DASHBOARD_CALLBACK": "sessions_app.admin.home.dashboard",
        "COLORS": UNFOLD_COLORS,
        "BORDER_RADIUS": "10px",
        "STYLES": ["whippersnappers.admin_site.stylesheet", "whippersnappers.admin_site.lists_stylesheet"],
        "SCRIPTS": ["whippersnappers.admin_site.script", "whippersnappers.admin_site.search_script"],
        "SIDEBAR": {"show_search": False, "navigation": "whippersnappers.admin_site.navigation"},
        "ACCOUNT": {"navigation": "whippersnappers.admin_site.account_links"},
    }
