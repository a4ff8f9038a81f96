"""Which line drawing stands for an instrument: the longest known prefix of its class code decides."""

from __future__ import annotations

SPRITE = "img/instruments.svg"
GENERIC = "generic"

# Six-digit class codes of the national list; a prefix of two, four or six digits chooses the drawing.
DRAWING_BY_PREFIX: dict[str, str] = {
    "01": "analysis",
    "0101": "electron-microscope",
    "0102": "mass-spectrometer",
    "0103": "x-ray-diffractometer",
    "0104": "spectroscopy",
    "0105": "chromatograph",
    "0106": "nmr",
    "0107": "electrochemistry",
    "0108": "microscope",
    "0109": "thermal-analysis",
    "0110": "biochemistry",
    "011007": "sequencer",
    "011012": "sequencer",
    "0111": "field-station",
    "0112": "sample-preparation",
    "02": "mechanical-testing",
    "0202": "metrology",
    "0203": "laser",
    "0204": "electronics",
    "0205": "analysis",
    "03": "metrology",
    "04": "electronics",
    "05": "field-station",
    "06": "geophysics",
    "07": "weather-radar",
    "08": "telescope",
    "09": "medical-imaging",
    "0901": "biochemistry",
    "10": "x-ray-diffractometer",
    "11": "metrology",
    "12": "process-equipment",
    "13": "computer",
    "14": "laser",
}


def drawing_for(class_code: object) -> str:
    """Name the drawing of an instrument class code; an unknown or empty code has the generic one."""
    code = str(class_code or "")
    for length in (6, 4, 2):
        if len(code) >= length and code[:length] in DRAWING_BY_PREFIX:
            return DRAWING_BY_PREFIX[code[:length]]
    return GENERIC
