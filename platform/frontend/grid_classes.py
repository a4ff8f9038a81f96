"""A class per place in a grid, since the content policy allows no inline style.

.board  columns of five minutes:  s1..s289 (start line), e1..e289 (end line); 24 hours have 288
.track  rows of one instrument:   rows-1..rows-8; a block lies in the first or in lane-2..lane-8
.week   rows of fifteen minutes:  r0..r96 (rows after the top), n1..n96 (rows long)
        hours-10..hours-24 on .board or .week: how long the day is
.at     tile of a league or city on the schematic map, by the code of the region
.on     weekday, before the first of a choice of days:  on-0 (Sunday) .. on-6
.bar    width in hundredths:      w0..w100; `.rise` has the same as heights
"""

from __future__ import annotations

TILES = {
    "150700": "1 / 7",
    "152200": "2 / 7",
    "152500": "3 / 5",
    "150400": "3 / 6",
    "150500": "3 / 7",
    "152900": "4 / 1",
    "150800": "4 / 2",
    "150200": "4 / 3",
    "150100": "4 / 4",
    "150900": "4 / 5",
    "150300": "5 / 2",
    "150600": "5 / 3",
}


def rules() -> list[str]:
    """Give every rule, one per line."""
    lines = [
        f".board .s{n}{{grid-column-start:{n}}}.board .e{n}{{grid-column-end:{n}}}" for n in range(1, 290)
    ]
    lines += [
        f".rows-{n}{{grid-template-rows:repeat({n},minmax({46 if n == 1 else 30}px,1fr))}}"
        for n in range(1, 9)
    ]
    lines += [f".block.lane-{n}{{grid-row:{n}}}" for n in range(2, 9)]
    lines += [
        f".week.hours-{n}{{--rows:{n * 4}}}.board.hours-{n}{{--columns:{n * 12}}}" for n in range(10, 25)
    ]
    lines += [f".at-{code}{{grid-area:{area}}}" for code, area in TILES.items()]
    lines += [f".on-{n}{{order:{(n or 7) - 8}}}" for n in range(7)]
    lines += [f".week .r{n}{{grid-row-start:{n + 1}}}" for n in range(97)]
    lines += [f".week .n{n}{{grid-row-end:span {n}}}" for n in range(1, 97)]
    lines += [
        f".w{n}{{width:{n}%}}.rise .w{n}{{width:auto;height:{n}%}}.at{n}{{left:{n}%}}" for n in range(101)
    ]
    return lines
