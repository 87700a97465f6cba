"""WebSub subscriptions: found as feeds are polled, asked for, confirmed, renewed, ended."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, false, or_, select, true, update

from aggregator.core import websub
from aggregator.model import Failed, Hub, Mode, Outcome, Subscription
from aggregator.store.facts import insert_for
from aggregator.store.schema import AnyRow, sources, subscriptions

AT_ONCE = 10  # hubs asked in one go: many are one hub, which is asked one after another
_TOKEN_BYTES = 32
_AWAY = "what its hub sent while we were away is lost: polled as usual until it sends again"


def record(connection: Connection, outcomes: Sequence[Outcome], new: Mapping[int, int]) -> None:
    """Note what polls and pushes say of hubs; new is how many entries each source brought.

    A push that was read proves the hub; news that a poll finds first disproves it. Costs nothing
    where no source has a hub.
    """
    _note(connection, [one for one in outcomes if one.hub is not None])
    pushes = [one for one in outcomes if one.pushed and not isinstance(one.result, Failed)]
    if pushes:
        found = [{"this": one.source_id, "at": one.polled_at} for one in pushes]
        connection.execute(_PROVED, found)
    missed = [
        one.source_id
        for one in outcomes
        if not one.pushed and one.after.push_until is not None and new.get(one.source_id)
    ]
    if missed:
        _doubt(connection, missed, max(one.polled_at for one in outcomes))


def _note(connection: Connection, outcomes: Sequence[Outcome]) -> None:
    """Subscribe to what is found for the first time, and anew where hub or topic have changed.

    The old subscription's token is forgotten, so that what still comes of it meets 410.
    """
    rows = [
        {
            **_values(Subscription(one.source_id, one.hub, _minted(), _minted(), next_try=one.polled_at)),
            "source_id": one.source_id,
        }
        for one in outcomes
        if one.hub is not None
    ]
    if not rows:
        return
    new = insert_for(connection)(subscriptions)
    other = or_(
        subscriptions.c.hub != new.excluded.hub,
        subscriptions.c.topic != new.excluded.topic,
        subscriptions.c.wanted.is_(False),
    )
    set_ = {name: new.excluded[name] for name in _COLUMNS}
    connection.execute(new.on_conflict_do_update(index_elements=["source_id"], set_=set_, where=other), rows)


def _minted() -> str:
    return secrets.token_urlsafe(_TOKEN_BYTES)


_PROVED = (
    update(subscriptions)
    .where(subscriptions.c.source_id == bindparam("this"))
    .values(trusted=true(), pushed_at=bindparam("at"))
)


def _doubt(connection: Connection, source_ids: Collection[int], now: datetime) -> None:
    """Trust these hubs no more until a push comes, and ask them anew: base_url may have changed."""
    connection.execute(
        update(subscriptions)
        .where(subscriptions.c.source_id.in_(source_ids), subscriptions.c.wanted.is_(True))
        .values(trusted=false(), next_try=now)
    )


def resume(connection: Connection) -> int:
    """After a start: what was pushed meanwhile is lost, so poll as if no hub had told us of anything.

    Returns how many sources are polled sooner than they were planned.
    """
    relaxed = connection.execute(
        select(sources.c.id, sources.c.polled_at, sources.c.seconds, sources.c.next_poll)
        .join(subscriptions, subscriptions.c.source_id == sources.c.id)
        .where(subscriptions.c.trusted.is_(True), sources.c.polled_at.is_not(None))
    ).all()
    sooner = [
        {"this": row.id, "then": usual}
        for row in relaxed
        if row.next_poll is not None
        and (usual := row.polled_at + timedelta(seconds=row.seconds)) < row.next_poll
    ]
    if relaxed:
        connection.execute(update(subscriptions).values(trusted=false()))
    if sooner:
        plan = update(sources).where(sources.c.id == bindparam("this"))
        connection.execute(plan.values(next_poll=bindparam("then"), why_then=_AWAY), sooner)
    return len(sooner)


def leave(connection: Connection, source_ids: Collection[int] | None, now: datetime) -> None:
    """End the subscriptions of these sources; None: of all."""
    which = [subscriptions.c.wanted.is_(True)]
    if source_ids is not None:
        which.append(subscriptions.c.source_id.in_(source_ids))
    connection.execute(
        update(subscriptions)
        .where(*which)
        .values(wanted=false(), pending=None, trusted=false(), failures=0, next_try=now)
    )


def take_due(connection: Connection, now: datetime) -> tuple[Subscription, ...]:
    """What hubs are to be asked now, written down as asked. Needs a write transaction."""
    wanted = (
        select(subscriptions)
        .where(subscriptions.c.next_try <= now)
        .order_by(subscriptions.c.next_try)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    asked = []
    for row in connection.execute(wanted).all():
        before = _subscription(row)
        after = websub.due(before, now)
        put(connection, before, after)
        if after is not None:
            asked.append(after)
    return tuple(asked)


def any_due(connection: Connection, now: datetime, or_wanted: bool) -> bool:
    """Whether a hub is to be asked; or_wanted: or some subscription has not been left.

    The index subscriptions_due serves it.
    """
    which = subscriptions.c.next_try <= now
    if or_wanted:
        which |= subscriptions.c.wanted.is_(True)
    return connection.scalar(select(subscriptions.c.source_id).where(which).limit(1)) is not None


def by_token(connection: Connection, token: str, to_change: bool = False) -> Subscription | None:
    """The subscription whose callback ends so; to_change: locked until the transaction ends."""
    wanted = select(subscriptions).where(subscriptions.c.token == token)
    row = connection.execute(wanted.with_for_update() if to_change else wanted).first()
    return None if row is None else _subscription(row)


def put(connection: Connection, before: Subscription, after: Subscription | None) -> None:
    """Write how a subscription stands; None: it is over. One made anew meanwhile is left alone."""
    this = (subscriptions.c.source_id == before.source_id) & (subscriptions.c.token == before.token)
    if after is None:
        connection.execute(delete(subscriptions).where(this))
    else:
        connection.execute(update(subscriptions).where(this).values(_values(after)))


def refused(connection: Connection, asked: Subscription, after: Subscription) -> None:
    """Write that a hub could not be asked, unless it has confirmed the subscription meanwhile."""
    this = (subscriptions.c.token == asked.token) & (subscriptions.c.pending == asked.pending)
    connection.execute(update(subscriptions).where(this).values(_values(after)))


_COLUMNS = tuple(column.name for column in subscriptions.c if column.name != "source_id")


def _values(one: Subscription) -> dict[str, Any]:
    values = {name: getattr(one, name) for name in _COLUMNS if name not in ("hub", "topic", "pending")}
    pending = None if one.pending is None else one.pending.value
    return {**values, "hub": one.hub.url, "topic": one.hub.topic, "pending": pending}


def _subscription(row: AnyRow) -> Subscription:
    values = {name: getattr(row, name) for name in _COLUMNS if name not in ("hub", "topic", "pending")}
    pending = None if row.pending is None else Mode(row.pending)
    return Subscription(row.source_id, Hub(row.hub, row.topic), pending=pending, **values)


def words(connection: Connection) -> dict[int, str]:
    """How each subscription stands, by the source's id."""
    return {
        row.source_id: websub.in_words(_subscription(row))
        for row in connection.execute(select(subscriptions))
    }
