"""The staff pages about families; importing a module registers its pages."""

from families.admin import answers, children, data_requests, groups, households, proposals

__all__ = ["answers", "children", "data_requests", "groups", "households", "proposals"]
