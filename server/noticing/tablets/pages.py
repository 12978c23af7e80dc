"""Pages of devices for administrators: all of them, taking one out of use, and what lies aside."""

from uuid import UUID

from flask import Blueprint, Flask, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from noticing.accounts.doors import current_actor
from noticing.entry_log.streams import name_device, revoke_stream
from noticing.problems import Problem
from noticing.tablets import sentences
from noticing.tablets.overview import Tablet, find_tablet, find_tablets
from noticing.tablets.set_aside import Recheck, check_again, count_set_aside, find_bundles

SHOWN = 200
LONGEST_NAME = 60

blueprint = Blueprint("tablets", __name__, template_folder="templates")


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)


@blueprint.get("/tablets")
def overview() -> str:
    tenant_id, wanted = current_actor().tenant_id, request.args.get("q", "").strip()
    found = find_tablets(tenant_id, wanted)
    revoked = request.args.get("revoked", "")
    return render_template(
        "tablets/overview.html",
        tablets=found[:SHOWN],
        total=len(found),
        wanted=wanted,
        shown=SHOWN,
        set_aside=count_set_aside(tenant_id),
        just_revoked=next((each for each in found if each.stream_id == revoked and each.revoked_at), None),
        longest_name=LONGEST_NAME,
        say=sentences,
    )


@blueprint.post("/tablets/<uuid:stream_id>/name")
def name(stream_id: UUID) -> Response:
    tablet = _find(stream_id)
    label = " ".join(request.form.get("label", "").split())[:LONGEST_NAME]
    name_device(current_actor().tenant_id, tablet.stream_id, label)
    return redirect(url_for("tablets.overview", _anchor=tablet.stream_id), 303)


@blueprint.get("/tablets/<uuid:stream_id>/revoke")
def ask_revoke(stream_id: UUID) -> str:
    return render_template("tablets/revoke.html", tablet=_find(stream_id), say=sentences)


@blueprint.post("/tablets/<uuid:stream_id>/revoke")
def revoke(stream_id: UUID) -> Response:
    tablet = _find(stream_id)
    revoke_stream(current_actor().tenant_id, tablet.stream_id)
    return redirect(url_for("tablets.overview", revoked=tablet.stream_id), 303)


@blueprint.get("/tablets/set-aside")
def set_aside() -> str:
    return _set_aside_page()


@blueprint.post("/tablets/set-aside")
def judge_again() -> str:
    return _set_aside_page(check_again(current_actor().tenant_id))


def _set_aside_page(recheck: Recheck | None = None) -> str:
    bundles = find_bundles(current_actor().tenant_id, current_app.config["SECRET_KEY"])
    return render_template(
        "tablets/set_aside.html",
        bundles=bundles[:SHOWN],
        total=sum(each.count for each in bundles),
        bundle_count=len(bundles),
        shown=SHOWN,
        recheck=recheck,
        say=sentences,
    )


def _find(stream_id: UUID) -> Tablet:
    tablet = find_tablet(current_actor().tenant_id, str(stream_id))
    if tablet is None:
        raise Problem("not-found")
    return tablet
