"""The crowd: a process that sets Django up once and then forks contenders, each a process with its own connection.

Run as a script with the name of the test database. It reads one JSON job per line and answers each with one line:
a list per contender of what came of every round.
"""

from __future__ import annotations

import datetime as dt
import json
import multiprocessing
import sys

FORK = multiprocessing.get_context("fork")


def contend(me: int, job: dict, line, answers) -> None:
    """Act once for every round, all contenders at the same moment; send what came of it, or the error."""
    from django.db import connection

    from instruments.booking.models import Booking
    from instruments.inventory.models import Instrument
    from members.models import Person
    from tests.races import plans

    try:
        if job["blind"]:
            plans.blind(job["blind"])
        actor = Person.objects.get(pk=job["people"][me % len(job["people"])])
        instrument = Instrument.objects.select_related("unit__policy", "policy").get(pk=job["instrument"])
        fates = []
        for number, start in enumerate(job["starts"]):
            booking = None
            if job["bookings"]:
                mine = job["bookings"][number]
                booking = Booking.objects.select_related(
                    "instrument__unit__policy", "instrument__policy", "person"
                ).get(pk=mine[me] if isinstance(mine, list) else mine)
            line.wait(timeout=30)
            act = plans.PLANS[job["plan"]]
            fates.append(act(me, actor, instrument, dt.datetime.fromisoformat(start), booking))
        answers.put((me, fates, ""))
    except BaseException as error:
        line.abort()
        answers.put((me, [], repr(error)))
        raise
    finally:
        connection.close()


def run(job: dict) -> dict:
    """Fork the contenders of one job and gather what they say, in their order."""
    line, answers = FORK.Barrier(job["width"]), FORK.SimpleQueue()
    crowd = [
        FORK.Process(target=contend, args=(me, job, line, answers), daemon=True) for me in range(job["width"])
    ]
    for process in crowd:
        process.start()
    said = sorted(answers.get() for _ in crowd)
    for process in crowd:
        process.join(timeout=30)
    return {"fates": [fates for _, fates, _ in said], "errors": sorted({e for _, _, e in said if e})}


def main() -> None:
    """Serve jobs until the input ends."""
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = sys.argv[1]
    settings.DATABASES["default"]["CONN_MAX_AGE"] = 0
    django.setup()
    from tests.races import plans

    sys.stdout.write(f"{len(plans.PLANS)}\n")
    sys.stdout.flush()
    for text in sys.stdin:
        sys.stdout.write(json.dumps(run(json.loads(text))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
