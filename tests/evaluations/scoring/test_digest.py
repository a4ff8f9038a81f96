"""One text, one digest."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from evaluations.scoring.digest import canonical_json, digest_of, digest_of_rows, round_digest

D = Decimal


def test_canonical_json_is_one_text_per_value():
    shanghai = timezone(timedelta(hours=8))
    value = {
        "b": [D("1.50"), 2, None, True, "优秀"],
        "a": {"day": date(2025, 12, 31), "at": datetime(2025, 1, 1, 8, tzinfo=shanghai)},
        "t": (1,),
    }
    assert canonical_json(value) == (
        '{"a":{"at":"2025-01-01T00:00:00+00:00","day":"2025-12-31"},"b":["1.5",2,null,true,"优秀"],"t":[1]}'
    )


def test_digest_is_sha256_of_the_text():
    # printf '{}' | sha256sum
    assert digest_of({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert digest_of({"x": D("1.10")}) == digest_of({"x": D("1.1")})
    assert digest_of({"x": D("1.10")}) != digest_of({"x": D("1.11")})


@pytest.mark.parametrize(
    "value",
    [1.5, D("NaN"), datetime(2025, 1, 1), {1: "x"}, b"x", {"x": {1, 2}}],
)
def test_what_has_no_exact_text_is_refused(value):
    with pytest.raises(ValueError):
        canonical_json(value)


def test_rows_are_hashed_whatever_their_order():
    rows = [{"code": "A", "score": D("75.31")}, {"code": "B", "score": D(60)}]
    assert digest_of_rows(rows) == digest_of_rows(rows[::-1])
    assert digest_of_rows(rows) != digest_of_rows(rows[:1])
    assert digest_of_rows(rows[:1]) != digest_of_rows([rows[0], rows[0]])


def test_every_part_of_a_round_changes_its_digest():
    parts = {"scheme": {"total": "100"}, "snapshot": [{"n": 1}], "results": [{"n": 2}], "awards": [{"n": 3}]}
    whole = round_digest(**parts)
    assert len(whole.total) == 64
    assert whole == round_digest(**parts)
    for name in parts:
        other = round_digest(**parts | {name: {"total": "99"} if name == "scheme" else [{"n": 9}]})
        assert other.total != whole.total
        assert getattr(other, name) != getattr(whole, name)


def test_the_time_zone_does_not_matter():
    at = datetime(2025, 1, 1, tzinfo=UTC)
    assert digest_of([at]) == digest_of([at.astimezone(timezone(timedelta(hours=8)))])
