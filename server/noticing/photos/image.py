"""What kind of picture some bytes are. Nothing else is ever handed out: a page of HTML can be called a photo, too."""

from io import BytesIO

MAX_PIXELS = 40_000_000  # a small file can hold a picture that fills the memory
PAPER_PIXELS = 1000  # of the longer side


def type_of(content: bytes) -> str | None:
    """The content type, from the first bytes; None for what is no JPEG, PNG or WebP."""
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp"
    return None


def shrink(content: bytes) -> bytes | None:
    """A small JPEG for paper, without what a camera writes into its files; None for what cannot be read."""
    from PIL import Image, ImageOps

    try:
        with Image.open(BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                return None
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):  # SyntaxError: a broken PNG
        return None
    upright.thumbnail((PAPER_PIXELS, PAPER_PIXELS))
    small = BytesIO()
    upright.save(small, "JPEG", quality=80)
    return small.getvalue()
