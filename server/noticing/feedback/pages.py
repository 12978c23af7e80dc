"""What a teacher opens: the list of her notes, the notes, the letter, and the answer to her reply."""

import logging
from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, Response, make_response, redirect, render_template, request, url_for
from htmx_flask import request as htmx_request
from werkzeug.wrappers import Response as BaseResponse

from noticing.accounts.doors import ask, current_actor
from noticing.accounts.hosts import write_address
from noticing.accounts.places import tenant_row
from noticing.accounts.policy import Actor
from noticing.clock import make_id
from noticing.feedback import sentences
from noticing.feedback.pdf import render_pdf
from noticing.feedback.reply import REPLY_MAX, find_fault, send_reply, tidy_reply
from noticing.feedback.visits import View, cards_of, find_visit, letter_photos, notes_of
from noticing.observations import clocks
from noticing.observations.sittings import sitting_of_view
from noticing.photos.showing import lost_in
from noticing.problems import Problem

CARDS_MAX = 50

journey = logging.getLogger("noticing.journey")

blueprint = Blueprint("feedback", __name__, template_folder="templates")


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)


@blueprint.get("/notes")
def notes_list() -> str:
    """A teacher's own notes; for who observes, what she or he has shared."""
    actor = current_actor()
    skip = max(0, request.args.get("skip", 0, int))
    is_teacher, is_observer = "teacher" in actor.roles, bool(actor.roles & {"coach", "principal"})
    own = cards_of(actor, is_own=True, skip=skip, count=CARDS_MAX + 1)
    given = cards_of(actor, is_own=False, skip=skip, count=CARDS_MAX + 1)
    return render_template(
        "feedback/list.html",
        is_teacher=is_teacher or bool(own),
        is_observer=is_observer or bool(given),
        own=own[:CARDS_MAX],
        given=given[:CARDS_MAX],
        skip=skip,
        next_skip=skip + CARDS_MAX if max(len(own), len(given)) > CARDS_MAX else None,
        say=sentences,
    )


@blueprint.get("/notes/<uuid:observation_id>")
def notes_page(observation_id: UUID) -> Response:
    actor = current_actor()
    answer = _show(actor, _find("feedback.read", actor, observation_id))
    journey.info("step=7 give back page")
    return answer


@blueprint.get("/notes/<uuid:observation_id>.pdf")
def notes_pdf(observation_id: UUID) -> Response:
    """The same as a letter. Its file name tells the day, and nobody's name."""
    actor = current_actor()
    view = _find("feedback.read", actor, observation_id)
    notes = notes_of(actor.tenant_id, view)
    tenant = tenant_row(actor.tenant_id) or {}
    url = write_address(url_for("feedback.notes_page", observation_id=notes.observation_id))
    answer = make_response(render_pdf(notes, url, tenant.get("paper", "Letter"), letter_photos(view, notes)))
    answer.content_type = "application/pdf"
    answer.headers["Content-Disposition"] = f'inline; filename="visit-notes-{notes.visited_on}.pdf"'
    answer.headers["Cache-Control"] = "no-store"
    journey.info("step=7 give back pdf")
    return answer


@blueprint.post("/notes/<uuid:observation_id>/replies")
def reply(observation_id: UUID) -> BaseResponse:
    """Keep the teacher's words as an entry; what cannot be sent stays in the form, with the reason."""
    actor = current_actor()
    view = _find("feedback.reply", actor, observation_id)
    typed = request.form.get("text", "")
    text, entry_id = tidy_reply(typed), request.form.get("entry_id", "")
    known = [one["entry_id"] for one in view["feedback"]]
    answered = request.form.get("feedback_entry_id", "")
    fault = find_fault(text)
    if fault:
        # 422 for the page itself; htmx swaps in only what succeeded.
        return _show(actor, view, status=200 if htmx_request.htmx else 422, text=typed, error=fault)
    send_reply(actor, view, answered if answered in known else known[-1], text, entry_id)
    if htmx_request.htmx:
        return _show(actor, find_visit(actor.tenant_id, str(observation_id)), is_sent=True)
    return redirect(url_for("feedback.notes_page", observation_id=observation_id, _anchor="replies"), 303)


def _find(action: str, actor: Actor, observation_id: UUID) -> View:
    """The visit, if the actor may do this with its notes; else there is nothing here."""
    view = find_visit(actor.tenant_id, str(observation_id))
    sitting = sitting_of_view(view)
    if sitting is None:
        raise Problem("not-found")
    ask(action, sitting)
    return view


def _show(actor: Actor, view: View, status: int = 200, **form: Any) -> Response:
    """The whole page, or for htmx the part of it that a reply changes."""
    template = "feedback/replies.html" if htmx_request.htmx else "feedback/notes.html"
    notes = notes_of(actor.tenant_id, view)
    page = render_template(
        template,
        notes=notes,
        bounds=clocks.bounds_of(actor.tenant_id, notes.observation_id),
        lost_photos=lost_in(view, [line.entry_id for line in notes.lines]),
        is_observer=view["context"]["observed_id"] != actor.person_id,
        reply_id=make_id(),
        reply_max=REPLY_MAX,
        say=sentences,
        **form,
    )
    answer = make_response(page, status)
    answer.headers["Cache-Control"] = "no-store"
    return answer
