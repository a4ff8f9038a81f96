"""A class per place in a grid, since the content policy allows no inline style.

.board  columns of five minutes:  s1..s289 (start line), e1..e289 (end line); 24 hours have 288
.week   rows of fifteen minutes:  r0..r96 (rows after the top), n1..n96 (rows long)
.bar    width in hundredths:      w0..w100; `.rise` has the same as heights
"""

from __future__ import annotations


def rules() -> list[str]:
    """Give every rule, one per line."""
    lines = [
        f".board .s{n}{{grid-column-start:{n}}}.board .e{n}{{grid-column-end:{n}}}" for n in range(1, 290)
    ]
    lines += [f".week .r{n}{{grid-row-start:{n + 1}}}" for n in range(97)]
    lines += [f".week .n{n}{{grid-row-end:span {n}}}" for n in range(1, 97)]
    lines += [
        f".w{n}{{width:{n}%}}.rise .w{n}{{width:auto;height:{n}%}}.at{n}{{left:{n}%}}" for n in range(101)
    ]
    return lines
