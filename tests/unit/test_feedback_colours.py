"""The letter and its drawings have the colours of the light theme, and enough contrast on paper."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOKENS = (ROOT / "pwa/src/ui/tokens.css").read_text("utf-8").split("@media")[0]
LETTER = (ROOT / "server/noticing/feedback/letter.css").read_text("utf-8")
CHARTS = (ROOT / "server/noticing/web/templates/components/charts.html").read_text("utf-8")

PAPER_COLOURS = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", LETTER))
CHART_COLOURS = dict(re.findall(r'"(\w+)": "(#[0-9a-f]{6})"', CHARTS))
TOKEN_OF = {"soft": "ink-soft"}


def token(name: str) -> str:
    found = re.search(rf"--{TOKEN_OF.get(name, name)}: (#[0-9a-f]{{6}})", TOKENS)
    assert found, name
    return found[1]


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colours", [PAPER_COLOURS, CHART_COLOURS], ids=["letter", "charts"])
def test_they_are_the_tokens(colours: dict[str, str]) -> None:
    assert len(colours) >= 5
    assert colours == {name: token(name) for name in colours}


@pytest.mark.parametrize("name", ["ink", "ink-soft", "accent"])
def test_text_can_be_read_on_paper(name: str) -> None:
    assert contrast(PAPER_COLOURS[name], "#ffffff") >= 4.5


@pytest.mark.parametrize("name", ["accent", "soft", "edge"])
def test_what_is_drawn_can_be_seen_on_paper(name: str) -> None:
    assert contrast(CHART_COLOURS[name], "#ffffff") >= 3
