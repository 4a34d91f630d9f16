"""Forms of the served pages: what somebody wrote is neither lost nor counted twice."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

from tests.attack.thief import steal
from tests.platforms.pages import Site, open_site
from tests.platforms.web import Page
from tests.unit.test_site import change
from tests.world import OPENS, World

SPELLED = re.compile(r"(?:\d{4} ){3}\d{4}")
DRAFT = re.compile(r'data-draft="([0-9a-f]+)"')


async def test_somebody_answers_the_pulse_and_sees_that_it_is_recorded(site: Site) -> None:
    """The answer of a press is the pulse with what was answered marked; no value comes back."""
    browser, pulse = await site.browser("u5"), await site.world.pulse()
    shown = await browser.press("ShowPulse")
    answered = await browser.press("AnswerPulse", pulse=pulse.id, item=pulse.items[0], score="4")
    assert shown.status == answered.status == 200
    assert "Recorded" in answered.body and "Recorded" not in shown.body
    async with site.core.store.view() as tx:
        person = next(p for p in await tx.people.list_all(site.world.organisation.id) if p.key == "k5")
        assert await tx.ballots.items_answered(pulse, person.id) == {pulse.items[0]}


async def test_a_form_keeps_what_was_typed_where_something_was_wrong(site: Site) -> None:
    """It is drawn again by a server that remembers nothing, with the sentence and the words beside it."""
    browser = await site.browser("u5")
    form = await browser.press("StartStory")
    wrong = await browser.fill(form, text=" ", changed="The queue is gone", audience="organisation")
    assert wrong.status == 422
    assert 'role="alert"' in wrong.body and "The queue is gone" in wrong.body
    told = await browser.fill(wrong, text="We closed the form", audience="organisation")
    assert told.status == 200 and "Thank you for telling it" in told.body


async def test_a_form_is_put_away_and_its_buttons_work(site: Site) -> None:
    """`Cancel` leads to the front page; a button inside a form sends its own command."""
    browser = await site.browser("u5")
    form = await browser.press("SpeakUp")
    away = await browser.post("/fill", {"submit": "no", "message": "x"})
    assert (away.status, away.headers["Location"]) == (303, "/")
    assert 'class="fill"' in form.body
    inside = await browser.post("/fill", {"instead": "command=ShowPulse&v.text=", "message": _sealed(form.body)})
    assert "questions" in inside.body


async def test_a_form_that_is_sent_twice_counts_once(site: Site) -> None:
    """A quick finger opens one conversation; the same words in a new form open another."""
    browser = await site.browser("u5")
    form = await browser.press("SpeakUp")
    assert (await browser.fill(form, body="Once is enough", recipient="leader")).status == 200
    again = await browser.fill(form, body="Once is enough", recipient="leader")
    assert again.status == 200 and "It is on its way" in again.body
    assert str(await steal(site.world)).count("Once is enough") == 1
    await browser.fill(await browser.press("SpeakUp"), body="Once is enough", recipient="leader")
    assert str(await steal(site.world)).count("Once is enough") == 2


async def test_a_code_is_not_lost_by_a_second_press(site: Site) -> None:
    """Both presses, even at once, are answered with the very code; the page it stands on has one way out."""
    browser = await site.browser("u5")
    form = await browser.press("SpeakUp")
    sent = [browser.fill(form, body="Nobody may know", recipient="leader", hear="code") for _ in range(2)]
    first, second = await asyncio.gather(*sent)
    assert (first.status, second.status) == (200, 200)
    [code] = set(SPELLED.findall(first.body + second.body))
    assert code in first.body and code in second.body
    assert [button.label for form in Page(first.body).forms for button in form.buttons] == ["I wrote it down"]
    assert (
        "<a href" not in first.body.partition("<header")[2]
        and str(await steal(site.world)).count("Nobody may know") == 1
    )
    away = await browser.fill(first)
    assert (away.status, away.headers["Location"]) == (303, "/")


async def test_other_words_in_a_form_that_was_sent_are_not_lost(site: Site) -> None:
    """They count as something else."""
    browser = await site.browser("u5")
    form = await browser.press("SpeakUp")
    for words in ("Zq first", "Zq second"):
        await browser.fill(form, body=words, recipient="leader")
    loot = str(await steal(site.world))
    assert (loot.count("Zq first"), loot.count("Zq second")) == (1, 1)


async def test_what_was_written_when_the_session_ended_is_there_again(site: Site) -> None:
    """Sealed, it waits in the page for whoever wrote it: a wrong code keeps it, and nobody else is shown it."""
    browser = await site.browser("u5")
    form = await browser.press("StartStory")
    site.world.time[0] += timedelta(minutes=31)
    over = await browser.fill(form, text="Zq written late", audience="organisation", named="yes")
    assert over.status == 403 and "Your session has ended." in over.body and "Zq written" not in over.body
    kept = Page(over.body).forms[0].values["kept"]
    wrong = await site.stranger().post("/enter", {"code": "wrong", "kept": kept})
    assert Page(wrong.body).forms[0].values["kept"] == kept
    other = await site.stranger().post("/enter", {"code": await site.code("u6"), "kept": kept})
    assert (other.status, other.headers["Location"]) == (303, "/")
    back = site.stranger()
    again = await back.post("/enter", {"code": await site.code("u5"), "kept": kept})
    assert again.status == 200 and "Zq written late" in again.body
    told = await back.fill(again, named="yes")
    assert "Thank you for telling it" in told.body


async def test_a_draft_has_a_name_that_says_nothing(site: Site) -> None:
    """The same for the same form, another for another person or another form; an accepted form says so, once."""
    browser, other = await site.browser("u5"), await site.browser("u6")
    story = await browser.press("StartStory")
    names = [DRAFT.findall(page.body) for page in (story, await browser.press("StartStory"))]
    assert names[0] == names[1] and len(names[0]) == 1
    [name] = names[0]
    assert name not in (await other.press("StartStory")).body and name not in (await browser.press("SpeakUp")).body
    wrong = await browser.fill(story, text=" ")
    told = await browser.fill(story, text="We closed a form", audience="organisation", named="yes")
    assert DRAFT.findall(wrong.body) == [name] and f'data-accepted="{name}"' in told.body
    assert 'data-accepted=""' in wrong.body
    assert f'data-who="{name[:8]}"' in wrong.body


async def test_words_for_a_coded_conversation_are_there_at_every_entry(site: Site) -> None:
    """Each entry has a ticket of its own, and what was written under the last one is still called the same.

    The name is nobody else's, and does not show the conversation. So it is where the form is sent.
    """
    browser, other = await site.browser("u5"), await site.browser("u6")
    sent = await browser.fill(await browser.press("SpeakUp"), body="Nobody may know", recipient="leader", hear="code")
    [code] = set(SPELLED.findall(sent.body))
    first, second, theirs = [await who.press("UseCode", code=code) for who in (browser, browser, other)]
    names = [DRAFT.findall(page.body) for page in (first, second, theirs)]
    assert names[0] == names[1] != names[2] and len(names[0]) == 1
    site.world.time[0] += timedelta(minutes=31)
    again = await browser.enter(await site.code("u5"))
    late = await browser.fill(second, body="Written for half an hour")
    assert (again.status, late.status) == (303, 404) and "enter your code again" in late.body
    assert DRAFT.findall(late.body) == names[0] and "Written for half an hour" in late.body
    kept = await browser.fill(await browser.press("UseCode", code=code), body="Written for half an hour")
    assert f'data-accepted="{names[0][0]}"' in kept.body
    threads = [str(row["id"]) for row in (await steal(site.world))["threads"]]
    assert threads and not [thread for thread in threads if thread in late.body or thread in kept.body]


async def test_words_outlive_a_store_that_does_not_answer(site: Site) -> None:
    """Sealed, they wait behind a button for whoever wrote them, and count once; nobody else is shown them."""
    browser, other = await site.browser("u5"), await site.browser("u6")
    form = await browser.press("SpeakUp")
    await change(site.world, "ALTER TABLE accounts RENAME TO lost")
    failed = await browser.fill(form, body="Zq not now", recipient="leader")
    assert failed.status == 503 and "Zq not" not in failed.body
    sent = Page(failed.body).forms[0]
    again = await browser.post(sent.action, sent.values)
    await change(site.world, "ALTER TABLE codes RENAME TO gone")
    entered = await site.stranger().post("/enter", {"code": "x", "kept": sent.values["kept"]})
    await change(site.world, "ALTER TABLE gone RENAME TO codes")
    assert (again.status, entered.status) == (503, 503) and Page(entered.body).forms[0].action == "/enter"
    assert Page(entered.body).forms[0].values["kept"] == sent.values["kept"]
    await change(site.world, "ALTER TABLE lost RENAME TO accounts")
    sent = Page(again.body).forms[0]
    theirs = await other.post(sent.action, sent.values)
    assert (theirs.status, theirs.headers["Location"]) == (303, "/")
    done = [await browser.post(sent.action, sent.values) for _ in range(2)]
    assert [page.status for page in done] == [200, 200] and all("It is on its way" in page.body for page in done)
    assert str(await steal(site.world)).count("Zq not now") == 1
    over = await site.stranger().post(sent.action, sent.values)
    assert over.status == 403 and "what you had written" in over.body and "Zq not" not in over.body


async def test_words_outlive_haste(small_world: World) -> None:
    """Whoever is too fast is told so, and sends the same words with one press."""
    await small_world.at(OPENS)
    async with open_site(small_world, requests=2) as site:
        browser = await site.browser("u5")
        form = await browser.press("SpeakUp")
        await browser.get()
        fast = await browser.fill(form, body="Zq too fast", recipient="leader")
        assert (fast.status, fast.headers["Retry-After"]) == (429, "1") and "Zq too" not in fast.body
        site.seconds[0] += 2
        sent = Page(fast.body).forms[0]
        assert "It is on its way" in (await browser.post(sent.action, sent.values)).body


async def test_a_form_with_far_too_many_words_is_in_front_of_its_writer_again(site: Site) -> None:
    """Also where they are more than any other request may hold; a session that ends meanwhile loses none of them."""
    browser, words = await site.browser("u5"), "Zq" * 50_000
    form = await browser.press("StartStory")
    wrong = await browser.fill(form, text=words, audience="organisation")
    assert wrong.status == 422 and words in wrong.body
    site.world.time[0] += timedelta(minutes=31)
    over = await browser.fill(form, text=words, audience="organisation")
    kept = Page(over.body).forms[0].values["kept"]
    back = await site.stranger().post("/enter", {"code": await site.code("u5"), "kept": kept})
    assert (over.status, back.status) == (403, 200) and words in back.body


def _sealed(body: str) -> str:
    return body.partition('name="message" value="')[2].partition('"')[0]
