"""What all parts of the sample charity share: who made it, and ids that are the same in every demo."""

import uuid

MAKER = "system:demo"
_NAMESPACE = uuid.UUID("6f1b3d5e-2f5f-4a52-9d0c-5a3c8f9b1e77")


def fixed_id(*parts: object) -> uuid.UUID:
    """The same id for the same thing in every demo."""
    return uuid.uuid5(_NAMESPACE, "/".join(str(part) for part in parts))
