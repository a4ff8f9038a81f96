"""The site out of the files of deploy/, on loopback: PostgreSQL, Redis and nginx of its own, processes by the units."""

from __future__ import annotations

import os
import pwd
import re
import secrets
import shutil
import ssl
import subprocess
import sys
from pathlib import Path

import psycopg

from tests.chaos.mail import MailServer
from tests.chaos.services import Service, free_ports, listens, wait_until

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
HOST = "instruments.example.org"
INSTALLED = "/opt/open-instruments/current"
ROLE = "open_instruments"
IS_ROOT = os.geteuid() == 0
UNITS = re.compile(r"open-instruments-(web|worker|schedule|sealer)(?:@(\w+))?\.service")


class Site:
    """Everything of one network below one folder; `services` by name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.var, self.logs, self.backups = folder / "var", folder / "logs", folder / "backups"
        for each in (self.var, self.logs, self.backups, folder / "home"):
            each.mkdir()
        self.database, self.redis, self.https, self.http, *self.web = free_ports(6)
        self.mail = MailServer()
        self.password = secrets.token_urlsafe(12)
        self.environment = self._environment()
        self.services: dict[str, Service] = {}

    def address(self, database: str = ROLE) -> str:
        """The address of a database of this server."""
        return f"postgresql://{ROLE}@127.0.0.1:{self.database}/{database}"

    def connect(self, database: str = ROLE) -> psycopg.Connection:
        """A stranger's connection."""
        return psycopg.connect(self.address(database), autocommit=True)

    def manage(self, *arguments: str, **more: str) -> str:
        """Run a management command as an operator would; return what it printed. Raises where it fails."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT, env=self.environment | more, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{arguments[0]} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout.strip()

    def fill(self) -> None:
        """Start the databases, make the tables and a small network."""
        self._start_databases()
        with self.connect("postgres") as server:
            server.execute(f"CREATE DATABASE {ROLE}")
        static = subprocess.Popen(
            [sys.executable, "manage.py", "collectstatic", "-v", "0", "--no-input"],
            cwd=ROOT, env=self.environment,
        )  # fmt: skip
        self.manage("migrate", "-v", "0")
        self.manage("load_reference")
        trial = {"DJANGO_SETTINGS_MODULE": "config.settings.dev", "DEMO_PASSWORD": self.password}
        self.manage("seed_demo", "--size", "small", "--quiet", **trial)
        if static.wait(240):
            raise RuntimeError("collectstatic failed")

    def start(self) -> float:
        """Start nginx and what open-instruments.target wants; return the seconds until all parts are ready."""
        for name, kind, instance in self._wanted():
            text = (
                DEPLOY / "systemd" / f"open-instruments-{kind}{'@' if instance else ''}.service"
            ).read_text()
            setting = dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE))
            command = setting["ExecStart"].replace("%i", instance)
            command = command.replace(f"{INSTALLED}/.venv/bin/python", sys.executable)
            self._add(name, command.split(), pause=float(setting["RestartSec"]),
                      patience=float(setting["TimeoutStopSec"]))  # fmt: skip
        self._add("nginx", ["nginx", "-c", str(self._nginx()), "-g", "daemon off;"])
        for name in self.services:
            if name not in {"postgresql", "redis"}:
                self.services[name].start()
        return wait_until(self._is_ready, 90, "readiness")

    def stop(self) -> dict[str, float]:
        """Stop all, the databases last; return the seconds each took."""
        order = sorted(self.services, key=lambda name: name in {"postgresql", "redis"})
        took = {name: self.services[name].stop() for name in order}
        self.mail.stop()
        return took

    def trust(self) -> ssl.SSLContext:
        """Believe the certificate of this trial alone."""
        return ssl.create_default_context(cafile=str(self.folder / "tls" / "tls.pem"))

    def log_lines(self) -> dict[str, int]:
        """How many lines each process wrote."""
        return {each.stem: len(each.read_bytes().splitlines()) for each in sorted(self.logs.iterdir())}

    def _environment(self) -> dict[str, str]:
        given = dict(
            re.findall(r"^([A-Z_]+)=(.*)$", (DEPLOY / "environment.template").read_text(), re.MULTILINE)
        )
        return {
            **{name: os.environ[name] for name in ("PATH", "LANG", "TZ") if name in os.environ},
            **given,
            "HOME": str(self.folder / "home"),
            "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}",
            "SECRET_KEY": secrets.token_urlsafe(60),
            "ALLOWED_HOSTS": HOST,
            "SITE_URL": f"https://{HOST}:{self.https}",
            "DATABASE_URL": self.address(),
            "REDIS_URL": f"redis://127.0.0.1:{self.redis}/0",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(self.mail.port),
            "EMAIL_USE_TLS": "no",
            "VAR_DIR": str(self.var),
            "STATIC_DIR": str(self.folder / "static"),
            "METRICS_TOKEN": "chaos",
        }

    def _start_databases(self) -> None:
        programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: int(each.parent.name))
        programs = programs[-1] if programs else Path(shutil.which("postgres") or "").parent
        owner = "postgres" if IS_ROOT else None
        data = self.folder / "postgresql"
        data.mkdir(mode=0o700)
        if owner:
            known = pwd.getpwnam(owner)
            os.chown(data, known.pw_uid, known.pw_gid)
            self.folder.chmod(0o711)
        subprocess.run(
            [programs / "initdb", "-D", data, "-U", ROLE, "-A", "trust", "-E", "UTF8", "--no-locale"],
            check=True, stdout=subprocess.DEVNULL, user=owner, group=owner, cwd="/",
        )  # fmt: skip
        postgres = [str(programs / "postgres"), "-D", str(data), "-p", str(self.database), "-k", str(data),
                    "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=100"]  # fmt: skip
        self._add("postgresql", postgres, pause=1, user=owner, folder=Path("/"))
        redis = [
            "redis-server",
            "--bind",
            "127.0.0.1",
            "--port",
            str(self.redis),
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        self._add("redis", redis, pause=1)
        for name, port in (("postgresql", self.database), ("redis", self.redis)):
            self.services[name].start()
            wait_until(lambda port=port: listens(port), 30, name)

    def _wanted(self) -> list[tuple[str, str, str]]:
        """Name, unit and instance of each process, the two web processes at free ports."""
        found, web = [], iter(self.web)
        for kind, instance in UNITS.findall((DEPLOY / "systemd" / "open-instruments.target").read_text()):
            found.append((f"{kind}-{instance}" if instance else kind, kind,
                          str(next(web)) if kind == "web" else instance))  # fmt: skip
        return found

    def _add(self, name: str, command: list[str], folder: Path = ROOT, **more) -> None:
        log = self.logs / f"{name}.log"
        self.services[name] = Service(name, command, self.environment, log, folder, **more)

    def _nginx(self) -> Path:
        """Write deploy's three files with ports and folders of this trial, and the frame around them."""
        tls, home = self.folder / "tls", self.folder / "nginx"
        tls.mkdir()
        home.mkdir()
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={HOST}",
             "-addext", f"subjectAltName=DNS:{HOST},IP:127.0.0.1", "-keyout", tls / "tls.key", "-out", tls / "tls.pem"],
            check=True, capture_output=True,
        )  # fmt: skip
        changes = {
            "listen 443 ": f"listen 127.0.0.1:{self.https} ",
            "listen 80;": f"listen 127.0.0.1:{self.http};",
            "/etc/ssl/open-instruments": str(tls),
            "include open-instruments-proxy.conf": f"include {home}/nginx-proxy.conf",
            "/var/lib/open-instruments/": f"{self.var}/",
            "127.0.0.1:8000": f"127.0.0.1:{self.web[0]}",
            "127.0.0.1:8001": f"127.0.0.1:{self.web[1]}",
        }
        for name in ("nginx.conf", "nginx-proxy.conf", "nginx-upstream.conf"):
            text = (DEPLOY / name).read_text()
            for old, new in changes.items():
                text = text.replace(old, new)
            (home / name).write_text(text)
        account = "user root;" if IS_ROOT else ""
        places = "".join(
            f"{name}_temp_path {home}/{name}; "
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        frame = home / "main.conf"
        frame.write_text(
            f"{account} worker_processes 1; pid {home}/pid; error_log {self.logs}/nginx-errors.log;\n"
            f"events {{ worker_connections 1024; }}\n"
            f"http {{ {places} access_log {self.logs}/nginx-access.log;\n"
            f"include {home}/nginx-upstream.conf; include {home}/nginx.conf; }}\n"
        )
        return frame

    def _is_ready(self) -> bool:
        """Every part, asked as a monitor on this machine asks."""
        parts = (
            "readyz",
            *(f"readyz/{part}" for part in ("database", "redis", "worker", "schedule", "sealer")),
        )
        return listens(self.https) and all(
            self.probe(f"/{part}", port) for port in self.web for part in parts
        )

    def probe(self, address: str, port: int) -> bool:
        """Ask one web process by the probe of deploy/."""
        asked = [sys.executable, str(DEPLOY / "probe.py"), address, str(port)]
        done = subprocess.run(asked, env=self.environment, stdout=subprocess.DEVNULL, check=False)
        return done.returncode == 0
