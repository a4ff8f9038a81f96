"""`make bench`: measures the demo network on SQLite and PostgreSQL, prints a table, writes build/bench.json."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
POSTGRESQL = "postgresql://root@127.0.0.1:5432/open_instruments_bench"
COLUMNS = (
    "name",
    "database",
    "size",
    "n",
    "p50_ms",
    "p95_ms",
    "queries",
    "bytes",
    "rss_mb",
    "cpu_ms",
    "ratio",
    "per_second",
)
SIZES = {"demo": 1, "ten": 10}
CASES = ("pages", "crowds", "changes", "rounds", "history", "free", "ways")


def measure(database: str, url: str, size: str, rounds: int, cases: Sequence[str]) -> list[dict[str, object]]:
    """Run one database's measurements in a process of its own, on a network of its own."""
    var = ROOT / "var" / f"bench-{database}"
    var.mkdir(parents=True, exist_ok=True)
    out = var / "bench.json"
    environment = {
        **os.environ,
        "BENCH_SIZE": size,
        "VAR_DIR": str(var),
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform")]),
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "DEMO_PASSWORD": "bench-only-password",
        "API_THROTTLE": "1000000/min",
        "COSTLY_THROTTLE": "1000000/min",
        "PAGE_THROTTLE": "1000000/min",
        "VISITOR_THROTTLE": "1000000/min",
    }
    if url:
        environment["DATABASE_URL"] = url
    else:
        environment.pop("DATABASE_URL", None)

    def run(*command: str) -> None:
        subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, check=True)

    run("manage.py", "collectstatic", "-v", "0", "--no-input")
    seed(run)
    if SIZES[size] > 1:
        larger = f"{url}_{size}"
        fresh = ensure_postgresql(larger, template=url)
        environment["DATABASE_URL"] = larger
        seed(run)
        if fresh:
            try:
                run("-m", "tests.bench.enlarge", str(SIZES[size]))
            except subprocess.CalledProcessError:
                drop_postgresql(larger)
                raise
    if database == "postgresql" and SIZES[size] > 1:
        run("-m", "tests.bench.plans")
    run("-m", "tests.bench.measure", database, str(out), str(rounds), *cases)
    found: list[dict[str, object]] = json.loads(out.read_text())
    return found


def seed(run: Callable[..., None]) -> None:
    """Bring a database to the newest tables, and give an empty one the demo network."""
    run("manage.py", "migrate", "-v", "0")
    run("manage.py", "load_reference")
    run("manage.py", "seed_demo", "--if-empty", "--quiet")


def ensure_postgresql(url: str, template: str = "") -> bool:
    """Create a database where it is missing, as a copy of another if one is named; tell whether it was missing."""
    server, _, name = url.rpartition("/")
    known = subprocess.run(
        ["psql", "-Atq", f"{server}/postgres", "-c", f"SELECT 1 FROM pg_database WHERE datname = '{name}'"],
        capture_output=True,
        text=True,
        check=True,
    )
    if known.stdout.strip():
        return False
    of = f" TEMPLATE {template.rpartition('/')[2]}" if template else ""
    subprocess.run(["psql", "-q", f"{server}/postgres", "-c", f"CREATE DATABASE {name}{of}"], check=True)
    return True


def drop_postgresql(url: str) -> None:
    """Take away a database that is not what its name says."""
    server, _, name = url.rpartition("/")
    subprocess.run(["psql", "-q", f"{server}/postgres", "-c", f"DROP DATABASE {name}"], check=True)


def main() -> None:
    """Measure both databases and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200, help="requests per measurement")
    parser.add_argument(
        "--size",
        choices=SIZES,
        default="demo",
        help="how many times the demo network; more on PostgreSQL alone",
    )
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    parser.add_argument(
        "--cases", nargs="+", choices=CASES, default=CASES, metavar="CASE", help=", ".join(CASES)
    )
    options = parser.parse_args()
    rows: list[dict[str, object]] = []
    if options.only != "postgresql" and SIZES[options.size] == 1:
        rows += measure("sqlite", "", options.size, options.rounds, options.cases)
    if options.only != "sqlite":
        url = os.environ.get("BENCH_DATABASE_URL", POSTGRESQL)
        ensure_postgresql(url)
        rows += measure("postgresql", url, options.size, options.rounds, options.cases)
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    (build / "bench.json").write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(" | ".join(COLUMNS))
    for row in rows:
        print(" | ".join("" if row[column] is None else str(row[column]) for column in COLUMNS))


if __name__ == "__main__":
    main()
