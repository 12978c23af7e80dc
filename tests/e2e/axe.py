"""WCAG 2.2 AA as far as axe can see it, in light and in dark. The context needs `bypass_csp`."""

from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ALL = {"type": "tag", "values": RULES}
COLOURS = {"type": "rule", "values": ["color-contrast"]}  # all that the dark changes
SCHEMES: dict[Literal["light", "dark"], dict[str, Any]] = {"light": ALL, "dark": COLOURS}


def expect_no_violation(page: Page, where: str) -> None:
    page.add_script_tag(path=AXE)
    for scheme, rules in SCHEMES.items():
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = page.evaluate("runOnly => axe.run(document, {runOnly, resultTypes: ['violations']})", rules)
        assert found["passes"], "axe looked at something"
        violations = [
            f"{one['id']}: {node['html'][:200]}" for one in found["violations"] for node in one["nodes"]
        ]
        assert (where, scheme, violations) == (where, scheme, [])
