"""Channels, and the messages in them that may have to be edited."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.people import Address, Platform
from bot.ports.channels import Channel, Post
from storage.organisations import present
from storage.rows.channels import ChannelRow, PostRow
from storage.sql import insert
from storage.subject import Subject


class SqlChannels:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def connect(self, channel: Channel) -> None:
        to = channel.address
        values = {
            "id": channel.id,
            "organisation_id": channel.organisation,
            "unit_id": channel.unit,
            "platform": to.platform,
            "workspace": to.workspace,
            "ref": to.ref,
            "details": dict(to.details),
            "languages": list(channel.languages),
        }
        change = {name: values[name] for name in ("organisation_id", "unit_id", "details", "languages")}
        place = [ChannelRow.platform, ChannelRow.workspace, ChannelRow.ref]
        statement = insert(self._session, ChannelRow).values(**values)
        await self._session.execute(statement.on_conflict_do_update(index_elements=place, set_=change))

    async def get(self, channel: str) -> Channel | None:
        row = await self._session.scalar(select(ChannelRow).where(ChannelRow.id == channel, present(ChannelRow)))
        return _channel(row) if row else None

    async def list_all(self, organisation: str) -> tuple[Channel, ...]:
        query = select(ChannelRow).where(ChannelRow.organisation_id == organisation, present(ChannelRow))
        return tuple(map(_channel, await self._session.scalars(query.order_by(ChannelRow.id))))

    async def record_post(self, post: Post) -> None:
        there = select(ChannelRow.id).where(ChannelRow.id == post.channel)
        if await self._session.scalar(there.with_for_update(read=True, key_share=True)) is None:
            # Forgotten while the message was under way: nobody edits there, and the others of its batch must end.
            return
        self._session.add(
            PostRow(
                id=post.id,
                organisation_id=post.organisation,
                channel_id=post.channel,
                notice=post.notice,
                values=dict(post.values),
                ref=post.ref,
                about=post.about,
            )
        )
        await self._session.flush()

    async def get_post(self, post: str) -> Post | None:
        row = await self._session.get(PostRow, post)
        return _post(row) if row else None

    async def change_subject(self, post: str, about: str) -> Post | None:
        row = await self._session.get(PostRow, post)
        if row is None:
            return None
        row.about = about
        await self._session.flush()
        return _post(row)

    async def posts_about(self, organisation: str, about: str) -> tuple[Post, ...]:
        query = select(PostRow).where(PostRow.organisation_id == organisation, PostRow.about == about)
        return tuple(map(_post, await self._session.scalars(query)))


def _channel(row: ChannelRow) -> Channel:
    address = Address(Platform(row.platform), row.workspace, row.ref, row.details, personal=False)
    return Channel(row.id, row.organisation_id, row.unit_id, address, tuple(row.languages))


def _post(row: PostRow) -> Post:
    return Post(row.id, row.organisation_id, row.channel_id, row.notice, row.values, row.ref, row.about)


SUBJECT = Subject("channels")
