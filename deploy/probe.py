"""Ask the site of this machine for an address, as its proxy would: status 0 for an answer below 400, else 1.

    python deploy/probe.py [/readyz] [PORT]

Plain Python, without the site's own code: cheap enough to be asked every few seconds. Reads PORT and ALLOWED_HOSTS.
"""

from __future__ import annotations

import http.client
import os
import sys


def main(address: str = "/readyz", port: str = "") -> int:
    """Ask once; say what came back."""
    host = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip() or "127.0.0.1"
    asked = http.client.HTTPConnection("127.0.0.1", int(port or os.environ.get("PORT") or 8000), timeout=4)
    try:
        # Behind TLS, as the proxy says it; else the site would only send on to https.
        asked.request("GET", address, headers={"Host": host.lstrip("."), "X-Forwarded-Proto": "https"})
        answer = asked.getresponse()
        sys.stdout.write(f"{answer.status} {answer.read(2000).decode('utf-8', 'replace')}\n")
    except (OSError, http.client.HTTPException) as error:
        sys.stdout.write(f"{type(error).__name__}: {error}\n")
        return 1
    finally:
        asked.close()
    return int(answer.status >= 400)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
