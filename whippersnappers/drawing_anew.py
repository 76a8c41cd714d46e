"""Drawing a picture anew, so that nothing of the file that came in travels on but what it shows."""

from PIL import Image, ImageOps

_AS_THEY_ARE = ("RGB", "RGBA", "L")


def drawn_anew(found: Image.Image, side: int) -> Image.Image:
    """What an opened picture shows, upright, at most `side` pixels each way, on a new white sheet.

    A copy of a picture would not do: Pillow carries comments and colour profiles along, and writes them out again.
    Raises what Pillow raises for a broken file.
    """
    seen = found if found.mode in _AS_THEY_ARE and not found.has_transparency_data else found.convert("RGBA")
    # Smaller first: everything after it needs the less memory.
    seen.thumbnail((side, side))
    seen = ImageOps.exif_transpose(seen)
    sheet = Image.new("RGB", seen.size, "white")
    sheet.paste(seen, mask=seen if seen.mode == "RGBA" else None)
    return sheet
