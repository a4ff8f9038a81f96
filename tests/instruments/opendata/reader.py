"""A strict reader of Realtime Paged Data Exchange 1.0, written from the specification alone."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

TYPES = {"application/json", "application/vnd.openactive.rpde+json"}
MOST_PAGES = 100


class Reader:
    """Keeps a copy of a feed: `items` by id, and the address from which to go on. `get` answers an address."""

    def __init__(self, get, address):
        """Begin before the first page."""
        self.get, self.next = get, address
        self.items, self.place = {}, None
        self.updates = self.deletions = self.pages = 0

    def follow(self):
        """Read on until a page is empty and leads to itself; apply every change. Raises AssertionError."""
        for _turn in range(MOST_PAGES):
            asked = self.next
            page = self._page(asked)
            self.pages += 1
            for item in page["items"]:
                self._apply(item)
            self.next = page["next"]
            if not page["items"]:
                assert self.next == asked, "the last page leads to itself"
                return
            self._check_next(page["items"][-1])
        raise AssertionError("the feed has no end")

    def _page(self, address):
        parts = urlsplit(address)
        assert parts.scheme in {"http", "https"}, "next is a whole address"
        assert parts.hostname
        answer = self.get(f"{parts.path}?{parts.query}" if parts.query else parts.path)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].split(";")[0] in TYPES
        page = json.loads(answer.content.decode("utf-8"))
        assert {"next", "items", "license"} <= page.keys()
        assert isinstance(page["items"], list)
        return page

    def _check_next(self, last):
        asked = parse_qs(urlsplit(self.next).query)
        assert asked == {"afterTimestamp": [str(last["modified"])], "afterId": [str(last["id"])]}

    def _apply(self, item):
        assert {"id", "kind", "modified", "state"} <= item.keys()
        assert item["state"] in {"updated", "deleted"}
        assert item["kind"] == "FacilityUse/Slot"
        place = (item["modified"], item["id"])
        assert self.place is None or place > self.place, "items come by modified, then by id"
        self.place = place
        if item["state"] == "deleted":
            assert "data" not in item
            self.items.pop(item["id"], None)
            self.deletions += 1
        else:
            self._check_slot(item["data"])
            self.items[item["id"]] = item["data"]
            self.updates += 1

    @staticmethod
    def _check_slot(data):
        assert (data["@context"], data["@type"]) == ("https://openactive.io/", "Slot")
        use = data["facilityUse"]
        assert use["@type"] == "FacilityUse"
        assert urlsplit(use["@id"]).scheme in {"http", "https"}
        assert use["name"]
        assert use["provider"]["@type"] == "Organization"
        assert use["location"]["address"]["@type"] == "PostalAddress"
        assert data["startDate"] < data["endDate"]
        assert data["startDate"].endswith("+08:00")
        assert data["duration"].startswith("P")
        assert 0 <= data["remainingUses"] <= data["maximumUses"]
