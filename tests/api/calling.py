"""A caller of the contract for tests: bearer token, JSON in and out, a fresh key for every unsafe call."""

from __future__ import annotations

import json
import uuid

from django.test import Client

from changes import perform
from webapi import tokens


class Caller:
    """One person, or nobody, that calls below /api/v1/."""

    def __init__(self, person=None, *, scopes=("read", "write")):
        self.client = Client()
        self.token = (
            perform(person, tokens.issue, person, name="test", scopes=scopes, days=30)[0]
            if person is not None
            else None
        )

    def _headers(self, headers):
        sent = {"authorization": f"Bearer {self.token}"} if self.token else {}
        return {**sent, **(headers or {})}

    def get(self, path, query=None, headers=None):
        """GET below the base; a full address is taken as it is."""
        address = path if path.startswith(("http", "/")) else f"/api/v1/{path}"
        return self.client.get(address, query, headers=self._headers(headers))

    def send(self, method, path, body):
        """Send JSON with any method to a full path, with a fresh key."""
        headers = {**self._headers(None), "idempotency-key": uuid.uuid4().hex}
        data = json.dumps(body)
        return self.client.generic(
            method.upper(), path, data, content_type="application/json", headers=headers
        )

    def post(self, path, body=None, *, key=None, headers=None, raw=None, content_type="application/json"):
        """POST below the base with a fresh key, unless `key` names one or is empty."""
        sent = self._headers(headers)
        if key != "":
            sent["idempotency-key"] = key or uuid.uuid4().hex
        data = raw if raw is not None else json.dumps({} if body is None else body)
        # Not `client.post`, which would encode the bytes once more.
        return self.client.generic("POST", f"/api/v1/{path}", data, content_type=content_type, headers=sent)


def is_problem(response, status):
    """Whether the answer is a problem of that status, well formed."""
    if response.status_code != status or response.headers["Content-Type"] != "application/problem+json":
        return False
    body = response.json()
    return body["status"] == status and {"type", "title", "detail"} <= set(body)
