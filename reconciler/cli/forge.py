"""The github commands: what a workflow's steps are made of."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from reconciler.cli.terminal import REDACTOR, Settings, pass_settings, show, tell, width
from reconciler.errors import GitHubError, RefusedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.github.event import Run
    from reconciler.github.rest import GitHub
    from reconciler.github.reviewed import Rejection
    from reconciler.session import Session

_KEY = "RECONCILER_APPROVAL_KEY"
_SHORTEST = 32  # characters: the signed comment is public, and whoever likes may try keys on it
_QUIET = frozenset({"spent"})  # said with -v alone: it is how each merged change ends


@click.group()
def github() -> None:
    """Comment, read approvals, keep an issue: for workflows.

    Needs what GitHub sets in a workflow (GITHUB_REPOSITORY, …), and GITHUB_TOKEN.
    """
    REDACTOR.add(os.environ.get("GITHUB_TOKEN", ""))  # before anything else is said


@github.command()
@click.argument("plan_file", metavar="PLAN")
@pass_settings
def comment(settings: Settings, plan_file: str) -> None:
    """Put a saved PLAN into the pull request: one comment for a target, updated in place.

    With RECONCILER_APPROVAL_KEY the comment also says, signed, which changes a review of the pull
    request approves.
    """
    from reconciler.config import requires_approval
    from reconciler.github.comment import NEWER, STAYS, find, put
    from reconciler.github.event import pull_request, run_of
    from reconciler.github.proposal import Asked, propose
    from reconciler.render.annotations import plan_annotations
    from reconciler.render.text import plan_text

    key = _key()
    with settings.session() as session:
        reviewed = session.reviews([plan_file])[0]
        plan = reviewed.plan
        if plan is None:
            raise UsageError(f"{plan_file} is no plan; make one with `reconciler plan --out FILE`")
        show(plan_text(plan, settings.ink, width=width()))
        show(plan_annotations(plan))
        run, pull = run_of(os.environ), pull_request(os.environ)
        strict = requires_approval(settings.config)
        asked = Asked(run, pull, session.series, session.prefix, key is not None, strict)
        made = propose(reviewed, plan, asked)
        try:
            with _open(run, settings) as api:
                found = find(api, made.marker, key)
                if found.forgotten:
                    made = propose(reviewed, plan, replace(asked, forgotten=True))
                done = put(api, found, made.marker, made.page.text, key)
        finally:
            _summary(made.page.text)
    tell(f"the comment was {done.how}: {done.url}" if done.how != NEWER else STAYS)
    if done.late and key:
        tell(f"warning: {_LATE}")
    if not made.page.complete:
        raise RefusedError("the plan is too long for a comment: split the pull request")


_LATE = (
    "by GitHub's clock the comment is minutes newer than by this machine's: it counts as edited"
    " and approves nothing; set the clock, and open another pull request"
)


@github.command()
@pass_settings
def unplanned(settings: Settings) -> None:
    """Say in the pull request's comment that its last head has no plan.

    Else the comment of an earlier head would stay, and who pushed this one would be forgotten. A
    pull request that has no comment and nothing to plan gets none.
    """
    from reconciler.config import requires_approval
    from reconciler.github.checkout import Checkout
    from reconciler.github.comment import find, put
    from reconciler.github.event import pull_request, run_of
    from reconciler.github.marker import marked
    from reconciler.github.unplanned import leaves, text_of

    key = _key()
    run, pull = run_of(os.environ), pull_request(os.environ)
    plans = Checkout.of(settings.series, pull).plans
    with settings.session() as session:
        target = session.target.name
    marker = marked(run, pull, target, strict=requires_approval(settings.config))
    with _open(run, settings) as api:
        found = find(api, marker, key)
        why = leaves(found, marker, plans=plans)
        if why:
            tell(why)
            return
        done = put(api, found, marker, text_of(run, pull, target, plans=plans), key)
    tell(f"the comment says that there is no plan: {done.url}")
    if done.late and key:
        tell(f"warning: {_LATE}")


@github.command()
@click.option("--since", metavar="REV", help="What was applied; the record says it otherwise.")
@pass_settings
def reviewed(settings: Settings, since: str | None) -> None:
    """Print the digests of the changes that merged pull requests have approved, one a line.

    An empty line is between two pull requests. What is not approved is told on standard error, with
    the rule and what to do.
    """
    from reconciler import gitobjects
    from reconciler.config import requires_approval
    from reconciler.github.event import run_of
    from reconciler.github.reviewed import LIFE, Asked, approvals

    key = _key()
    if key is None:
        raise UsageError(f"{_KEY} is not set: without the key that signed them nothing is approved")
    with settings.session() as session:
        run = run_of(os.environ)
        session.fetch_record()
        with _open(run, settings) as api:
            asked = Asked(
                repository=run.site.repository,
                series=session.series,
                target=session.target,
                branch=run.branch or _branch(session),
                key=key,
                require_approval=requires_approval(settings.config),
                record=session.record,
                since=gitobjects.resolve(session.series, since) if since else None,
                now=datetime.now(UTC),
            )
            found, rejected = approvals(asked, api)
    _told(settings, rejected)
    for one in found:
        codes = ", ".join(one.digests)
        tell(f"pull request #{one.number} approves {codes}")
    if not found and not rejected:
        days = LIFE.days
        tell(f"nothing of the last {days} days touches a series, and no approval counts for longer")
    show("\n\n".join("\n".join(one.digests.values()) for one in found))


@github.command()
@click.argument("drift_file", metavar="DRIFT")
@pass_settings
def issue(settings: Settings, drift_file: str) -> None:
    """Keep one issue for the target of a DRIFT file open while there is any, and close it after."""
    from reconciler.driftjson import from_json
    from reconciler.github.event import run_of
    from reconciler.github.issue import keep
    from reconciler.opening import text_of
    from reconciler.render.drift_markdown import drift_markdown
    from reconciler.render.words import many
    from reconciler.text import visible

    drift = from_json(text_of(drift_file, "drift"))
    with settings.session() as session:
        run = run_of(os.environ)
        links = run.links(drift.commit, session.prefix, session.series)
    page = drift_markdown(drift, links, where=run.files).text
    _summary(page)
    title = f"Drift in {visible(drift.target)}: {many(len(drift.series), 'series', 'series')}"
    with _open(run, settings) as api:
        tell(keep(api, drift, title, page))


@github.command()
@click.argument("report_file", metavar="REPORT")
def summary(report_file: str) -> None:
    """Put an apply REPORT into the summary of the workflow's run."""
    from reconciler.opening import text_of
    from reconciler.render.report_markdown import report_markdown

    try:
        page = report_markdown(json.loads(text_of(report_file, "report")))
    except (ValueError, LookupError, TypeError, AttributeError):
        raise UsageError(f"{report_file} is no report of `reconciler apply --report`") from None
    if not _summary(page):
        show(page)


@github.command()
@pass_settings
def check(settings: Settings) -> None:
    """Look at a checked-out pull request before any of its files is read.

    Refuses one that is not what the event is about, or from a fork that nobody allowed. Says in
    GITHUB_OUTPUT, as `plan`, whether there is anything to plan.
    """
    from reconciler.github.checkout import Checkout
    from reconciler.github.event import pull_request

    pull = pull_request(os.environ)
    found = Checkout.of(settings.series, pull)
    if found.plans and pull.fork and os.environ.get("RECONCILER_FORKS") != "allowed":
        raise RefusedError(
            f"pull request #{pull.number} comes from a fork, so nothing of it meets a credential:"
            " a maintainer who has read it pushes its branch to this repository, or allows forks"
            " through the environment (docs/ci.md)"
        )
    show(found.said)
    _output("plan", "true" if found.plans else "false")


def _key() -> str | None:
    """The key that signs comments, hidden from now on; None where there is none."""
    key = os.environ.get(_KEY, "").strip()
    REDACTOR.add(key)
    if 0 < len(key) < _SHORTEST:
        tell(
            f"warning: {_KEY} can be guessed: it has {len(key)} characters, and should have"
            f" {_SHORTEST}; docs/ci.md shows how to make one"
        )
    return key or None


def _open(run: Run, settings: Settings) -> GitHub:
    from reconciler.github.rest import GitHub

    return GitHub(run.site, note=settings.note, redactor=REDACTOR)


def _branch(session: Session) -> str:
    """The branch that is checked out. Raises UsageError where none is."""
    from reconciler import git

    found = git.ask(session.series, "symbolic-ref", "--quiet", "--short", "HEAD").out.strip()
    if not found:
        raise UsageError("no branch is checked out, so no pull request was merged into it")
    return found


def _told(settings: Settings, rejected: Iterable[Rejection]) -> None:
    for one in rejected:
        codes = ", ".join(one.codes)
        settings.note(f"[{one.rule}] {one.what}: {codes}: {one.message}", one.rule in _QUIET)


def _summary(text: str) -> bool:
    """Add to the summary of the workflow's run; False where there is none."""
    return _append("GITHUB_STEP_SUMMARY", f"{text}\n")


def _output(name: str, value: str) -> None:
    _append("GITHUB_OUTPUT", f"{name}={value}\n")


def _append(variable: str, text: str) -> bool:
    path = os.environ.get(variable)
    if not path:
        return False
    try:
        with open(path, "a", encoding="utf-8") as stream:
            stream.write(REDACTOR.output(text))
    except OSError as error:
        raise GitHubError(f"{variable} cannot be written: {error.strerror}") from None
    return True
