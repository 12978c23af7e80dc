"""The page where a rescue file is handed in. It shows numbers only, for anybody may use it."""

from flask import Blueprint, Flask, current_app, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from noticing.accounts.sign_in import PER_ADDRESS, limiter
from noticing.rescue.importing import MAX_FILE_BYTES, Counts, NoRescueFile, bring_in, read_file
from noticing.sync.turns import RESCUES, turn

MAX_BYTES = MAX_FILE_BYTES + 64 * 1024  # with what a form adds

blueprint = Blueprint("rescue", __name__, template_folder="templates")


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)


@blueprint.route("/rescue", methods=["GET", "POST"])
@limiter.limit(PER_ADDRESS, methods=["POST"])
def hand_in() -> str | tuple[str, int]:
    if request.method == "GET":
        return _page([])
    files = [file for file in request.files.getlist("files") if file.filename]
    if not files:
        return _page([], _("Choose the rescue file that the tablet has saved.")), 422
    with turn(RESCUES):
        return _page([(str(file.filename), _bring_in(file.read())) for file in files])


def _bring_in(content: bytes) -> list[str]:
    try:
        return say_counts(bring_in(current_app, read_file(content), request.host_url))
    except NoRescueFile:
        return [_("This is no rescue file. Nothing was taken from it.")]


def say_counts(counts: Counts) -> list[str]:
    """What came of a file, a sentence for each number that is not nought."""
    said = []
    if counts.taken:
        said.append(ngettext("%(num)s entry was taken.", "%(num)s entries were taken.", counts.taken))
    if counts.already_there:
        said.append(
            ngettext(
                "%(num)s entry was here already.", "%(num)s entries were here already.", counts.already_there
            )
        )
    if counts.set_aside:
        said.append(
            ngettext(
                "%(num)s of these is kept but set aside; its author sees why.",
                "%(num)s of these are kept but set aside; their author sees why.",
                counts.set_aside,
            )
        )
    if counts.unreadable:
        said.append(
            ngettext(
                "%(num)s entry could not be read. Keep the file and the tablet, and ask your administrator.",
                "%(num)s entries could not be read. Keep the file and the tablet, and ask your administrator.",
                counts.unreadable,
            )
        )
    if counts.not_now:
        said.append(
            ngettext(
                "%(num)s entry was not taken just now: the server is busy or full. Hand the same file in again.",
                "%(num)s entries were not taken just now: the server is busy or full. Hand the same file in again.",
                counts.not_now,
            )
        )
    if counts.differing:
        said.append(
            ngettext(
                "%(num)s entry is of a copied profile. The tablet has to send it itself.",
                "%(num)s entries are of a copied profile. The tablet has to send them itself.",
                counts.differing,
            )
        )
    return said + _say_photos(counts) or [_("There was nothing in this file.")]


def _say_photos(counts: Counts) -> list[str]:
    said = []
    if counts.photos_taken:
        said.append(ngettext("%(num)s photo was taken.", "%(num)s photos were taken.", counts.photos_taken))
    if counts.photos_already_there:
        there = counts.photos_already_there
        said.append(ngettext("%(num)s photo was here already.", "%(num)s photos were here already.", there))
    if counts.photos_refused:
        said.append(
            ngettext(
                "%(num)s photo could not be taken. Keep the file and the tablet, and ask your administrator.",
                "%(num)s photos could not be taken. Keep the file and the tablet, and ask your administrator.",
                counts.photos_refused,
            )
        )
    return said


def _page(results: list[tuple[str, list[str]]], fault: str | None = None) -> str:
    return render_template("rescue/hand_in.html", results=results, fault=fault)
