"""What axe-core finds on an open page, to WCAG 2.2 AA, and whether the page scrolls sideways."""

from pathlib import Path

from playwright.sync_api import Page

SOURCE = (Path(__file__).parent / "vendor/axe-core-4.14.1/axe.min.js").read_text()
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# At another width of the same page nothing else can change.
OF_LAYOUT = ["color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block"]
FIND = """async (runOnly) => {
  const found = await axe.run({runOnly, resultTypes: ["violations"]})
  return found.violations.flatMap(v => v.nodes.map(n => `${v.id}: ${n.target.join(" ")}`))
}"""
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def faults_of(page: Page, *widths: int) -> list[str]:
    """Sentences, none on a good page. The page is left as wide as the last width."""
    page.evaluate(SOURCE)
    rules, faults = STANDARDS, []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        faults += [f"{width} px: {fault}" for fault in page.evaluate(FIND, rules)]
        rules = OF_LAYOUT
        if over := page.evaluate(WIDER):
            faults.append(f"{width} px: {over} px wider than the screen")
    return faults
