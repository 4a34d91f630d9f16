"""The notice to staff as a page that anybody can read, in every language. The Teams package links to it."""

from __future__ import annotations

from datetime import UTC

from aiohttp import web
from markupsafe import Markup

from adapters.web import render
from bot.privacy_notice import notice
from bot.routes import RETENTION
from bot.words import LANGUAGES, Languages

PAGE = Markup(
    '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><title>{}</title></head><body>{}</body></html>'
)


def mount(site: web.Application, languages: Languages) -> None:
    """Put the page under a site."""
    spoken = [(language, notice(RETENTION, languages.words(language, UTC))) for language in LANGUAGES]
    parts = (Markup('<main lang="{}">{}</main>').format(language, render.view(view)) for language, view in spoken)
    html = PAGE.format(spoken[0][1].title, Markup("<hr>").join(parts))

    async def show(_request: web.Request) -> web.Response:
        return web.Response(
            text=html,
            content_type="text/html",
            headers={"Content-Security-Policy": "default-src 'none'", "Referrer-Policy": "no-referrer"},
        )

    site.router.add_get("/privacy", show)
