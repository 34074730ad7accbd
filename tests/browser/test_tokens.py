"""Every ink on every ground it is used on can be read, in light and in dark."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).parents[2] / "static" / "css"
TOKENS = (CSS / "tokens.css").read_text()

GROUNDS = ("canvas", "surface", "raised")
PAIRS = [(ink, ground) for ink in ("ink", "ink-2", "ink-3", "accent") for ground in GROUNDS]
PAIRS += [
    (tone, ground) for tone in ("ok", "risk", "late") for ground in (*GROUNDS, f"{tone}-wash")
]
PAIRS += [
    ("accent", "accent-wash"),
    ("accent-ink", "accent"),
    ("accent-ink", "accent-strong"),
    ("ink", "late-wash"),
    ("ink", "accent-wash"),
    ("ink-2", "line"),
]


def colours(dark: bool) -> dict[str, tuple[int, int, int]]:
    """The hexadecimal colours of a theme; dark overrides light."""
    light, _, night = TOKENS.partition("@media screen and (prefers-color-scheme: dark)")
    found = re.findall(r"--([\w-]+): #([0-9a-f]{3,6});", light + night if dark else light)
    full = {name: code if len(code) == 6 else "".join(c * 2 for c in code) for name, code in found}
    return {
        name: (int(code[:2], 16), int(code[2:4], 16), int(code[4:], 16))
        for name, code in full.items()
    }


def luminance(colour: tuple[int, int, int]) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [c / 255 for c in colour]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: tuple[int, int, int], second: tuple[int, int, int]) -> float:
    """Contrast ratio, WCAG 2.2: 1 to 21."""
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_text_can_be_read(ink: str, ground: str, dark: bool) -> None:
    theme = colours(dark)
    assert contrast(theme[ink], theme[ground]) >= 4.5


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_edge_of_a_field_can_be_seen(dark: bool) -> None:
    theme = colours(dark)
    assert contrast(theme["edge"], theme["surface"]) >= 3


def test_no_colour_is_written_outside_the_tokens() -> None:
    strays = {
        sheet.name: re.findall(r"#[0-9a-fA-F]{3,6}\b(?=[^{}]*;)", sheet.read_text())
        for sheet in CSS.glob("*.css")
        if sheet.name != "tokens.css"
    }
    assert {name: found for name, found in strays.items() if found} == {}
