"""The site's own style sheets: every folder of `styles/` becomes one, its parts joined in the order of their names.

So a part can be read at a glance and the browser still asks for few files.
"""

from __future__ import annotations

from pathlib import Path

import grid_classes

STYLES = Path(__file__).resolve().parent / "styles"


def sheets() -> dict[str, str]:
    """Return the text of each sheet by name, the generated one of places in grids among them."""
    texts = {
        folder.name: "\n".join(
            part.read_text(encoding="utf-8").strip() for part in sorted(folder.glob("*.css"))
        )
        + "\n"
        for folder in sorted(STYLES.iterdir())
    }
    return texts | {"grid": "\n".join(grid_classes.rules()) + "\n"}
