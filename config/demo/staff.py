"""Who works in the demo's console: one person per role."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from members.models import User
from members.services import operators
from members.services.operators import Appointment

STORE = "SH01"
# Without letters and digits that look alike: a person types these.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class Colleague:
    """`role` is the group's name; `is_bound` narrows them to one shop."""

    username: str
    role: str
    title: str
    name: str
    is_bound: bool = False


COLLEAGUES = (
    Colleague("clerk", "clerk", "店员 Clerk", "林晓燕 Lin Xiaoyan", is_bound=True),
    Colleague("manager", "store_manager", "店长 Store manager", "王志强 Wang Zhiqiang", True),
    Colleague("service", "customer_service", "客服 Customer service", "周慧 Zhou Hui"),
    Colleague("marketer", "marketer", "营销专员 Marketer", "陈佳怡 Chen Jiayi"),
    Colleague("marketing", "marketing_manager", "营销经理 Marketing manager", "赵明 Zhao Ming"),
    Colleague("analyst", "analyst", "分析师 Analyst", "徐静 Xu Jing"),
    Colleague("dpo", "dpo", "数据保护官 Data protection officer", "宋立新 Song Lixin"),
    Colleague("admin", "administrator", "管理员 Administrator", "郭鹏 Guo Peng"),
    Colleague("auditor", "auditor", "审计员 Auditor", "韩雪 Han Xue"),
)


def appoint(*, known: list[dict[str, Any]], at: datetime) -> list[dict[str, str]]:
    """Log-ins by role, as `access.json` lists them. Who is `known` and still comes in with that
    password keeps it; everybody else gets a new one."""
    passwords = {login["username"]: login["password"] for login in known}
    present = {user.username: user for user in User.objects.all()}
    logins = []
    for colleague in COLLEAGUES:
        name = colleague.username
        found = present.get(name)
        if name not in passwords or found is None or not found.check_password(passwords[name]):
            passwords[name] = f"{name}-{_word()}"
            _appoint(colleague, passwords[name], at)
        logins.append({"role": colleague.title, "username": name, "password": passwords[name]})
    return logins


def hire(*, roles: Collection[str], at: datetime) -> None:
    """The colleagues with these roles, if they aren't there: the programme needs two people
    before anybody has a log-in to be told. Their passwords nobody knows until `appoint`."""
    present = set(User.objects.values_list("username", flat=True))
    for colleague in COLLEAGUES:
        if colleague.role in roles and colleague.username not in present:
            _appoint(colleague, _word() + _word(), at)


def user(role: str) -> User:
    """The colleague with this role."""
    username = next(one.username for one in COLLEAGUES if one.role == role)
    return User.objects.get(username=username)


def _appoint(colleague: Colleague, password: str, at: datetime) -> None:
    appointment = Appointment(
        username=colleague.username,
        password=password,
        name=colleague.name,
        role=colleague.role,
        stores=(STORE,) if colleague.is_bound else (),
        email=f"{colleague.username}@example.com",
    )
    operators.appoint(appointment=appointment, at=at)


def _word() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(8))
