"""The nine accounts for trying: one password, kept beside the database so that it can be shown again."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.conf import settings

from demo.people import ACCOUNTS

WHO = {
    "researcher": "内蒙古大学 科研人员 · researcher of IMU",
    "outsider": "内蒙古农业大学 科研人员 · researcher of IMAU",
    "enterprise": "网外企业工程师 · engineer of an enterprise outside the network",
    "steward": "内蒙古大学 机组人员 · keeps instruments of IMU",
    "steward2": "内蒙古农业大学 机组人员 · keeps instruments of IMAU",
    "manager": "内蒙古大学 管理员 · manager of IMU",
    "expert": "评价专家 · evaluation expert",
    "officer": "主管部门 · department officer",
    "admin": "系统管理员 · superuser",
}

FIRST_STEPS = (
    "  1. researcher  搜索“扫描电镜”，选一个空档预约 · search 扫描电镜, choose a free time, book it",
    "  2. steward     在工作台审批、签到 · decide requests and check people in at /desk/",
    "  3. manager     看本单位仪器与评价 · look at the inventory and your own evaluation",
    "  4. officer     在 /admin/ 走一遍本年度评价 · walk this year's round in /admin/",
    "  5. 程序接口 · for programs: /api/v1/docs/",
)


def password_file() -> Path:
    """Where the password is kept; only its owner can read it."""
    return Path(settings.VAR) / "demo-password"


def choose_password() -> str:
    """Take DEMO_PASSWORD from the environment, or make one of 14 letters and digits."""
    given = os.environ.get("DEMO_PASSWORD", "").strip()
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return given or "".join(secrets.choice(alphabet) for _ in range(14))


def keep_password(password: str) -> None:
    """Write the password to its file."""
    path = password_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=True)
    path.write_text(password + "\n", encoding="utf-8")


def kept_password() -> str | None:
    """Read the password of the last seeding, or None where it is not known here."""
    path = password_file()
    return path.read_text(encoding="utf-8").strip() if path.exists() else None


def account_lines(password: str | None) -> list[str]:
    """The lines that tell a newcomer where to go and who they can be."""
    lines = [f"{settings.SITE_URL}/", ""]
    lines += [f"  {short + '@demo.example':<26} {WHO[short]}" for short, _, _ in ACCOUNTS]
    shown = password or "set with DEMO_PASSWORD at seeding; the file that kept it is gone"
    return [*lines, "", f"  密码 · password: {shown}", "", "先试试 · What to try first", *FIRST_STEPS]
