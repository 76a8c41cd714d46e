"""The staff pages about families; importing a module registers its pages."""

from families.admin import answers, children, groups, households

__all__ = ["answers", "children", "groups", "households"]
