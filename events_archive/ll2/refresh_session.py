"""One contact with LL2: carries out a plan, and says what it makes of the archive."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from events_archive.console import Report
from events_archive.ll2.cache_state import State, asked, base_query
from events_archive.ll2.checkpoint import Sweep, forget
from events_archive.ll2.client import Api, Page, Throttled
from events_archive.ll2.limits import FREE_REQUESTS_AN_HOUR, SourceError
from events_archive.ll2.merge import Observation, observe
from events_archive.ll2.pagination import Restless, Step, Walk
from events_archive.ll2.refresh_plan import Plan, delta_plan, stamp, sweep_plan
from events_archive.settings import Settings
from events_archive.store.records import last_updated
from events_archive.store.transaction import SWEEP_FOLDER

BELIEVED_LOSS = 0.05
"""The share of the events that a full sweep may find gone and still be believed."""


class NotBelieved(SourceError):  # noqa: N818 - a verdict, told to people
    """A full sweep in which too many events are gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A run's dealings with LL2. Nothing but the pages of a sweep is written here."""

    settings: Settings
    report: Report
    now: datetime
    state: State
    api: Api

    def carry_out(self, plan: Plan) -> tuple[Observation, str]:
        """What was learnt, and how: by "delta" or "sweep". Raises `SourceError`."""
        self.say(plan)
        if plan.kind == "delta":
            if (found := self._delta(plan)) is not None:
                return found, "delta"
            why = "what changed does not agree with the cache"
            plan = sweep_plan(self.state.ledger, self.state.facts, self.now, why)
            self.say(plan)
            return self._sweep(plan), "sweep"
        try:
            return self._sweep(plan), "sweep"
        except Restless as problem:
            # A sweep that never comes out right must not keep the archive from growing.
            fallback = delta_plan(self.state.ledger, self.state.facts, str(problem))
            if fallback is None or (found := self._delta(fallback)) is None:
                raise
            self.report.warn(f"{problem}; only what changed was asked for")
            return found, "delta"

    def say(self, plan: Plan) -> None:
        """Tell whoever watches what is going to be asked."""
        self.report.say(f"{plan.words[0].upper()}{plan.words[1:]}.")

    def _delta(self, plan: Plan) -> Observation | None:
        """What changed since then; None where that does not agree with the cache.

        The delta's ``count`` says how many events LL2 edited since, and the cache knows how many
        those should be at least: each event of the cache with such a date must be among them. If
        one is not, it was deleted or LL2's clock was turned back; if a page holds an older one,
        the filter is ignored. All the rest only a full sweep can see.
        """
        begin = (plan.since or self.now).replace(microsecond=0)
        walk = Walk()
        while (step := walk.next_step()) is not None:
            walk = walk.with_page(step, self._page(step, last_updated__gte=stamp(begin)))
            if any(last_updated(record) < begin for record in walk.reads[-1].page.records):
                return None
        stamps = self.state.records.stamps
        expected = {i for i in self.state.facts.present if stamps[i] >= begin}
        if walk.is_short or expected - walk.records.keys():
            return None
        found = self._observe(walk, is_sweep=False)
        return replace(found, ledger=replace(found.ledger, last_delta=self.now))

    def _sweep(self, plan: Plan) -> Observation:
        """Every event there is, from where an interrupted sweep stopped."""
        folder = self.settings.cache / SWEEP_FOLDER
        sweep = self.state.sweep or Sweep.begin(folder, asked(self.settings), self.now)
        try:
            sweep = self._read_all(sweep, is_in_doubt=plan.is_in_doubt)
        except Restless:
            forget(folder)
            raise
        return self._judge(sweep.walk)

    def _read_all(self, sweep: Sweep, *, is_in_doubt: bool) -> Sweep:
        present = set(self.state.facts.present)
        with self.report.progress("Events from LL2", sweep.walk.pages_left) as progress:
            while (step := sweep.walk.next_step(self._to_ask_for(sweep.walk, present))) is not None:
                left = sweep.walk.pages_left or 0
                if is_in_doubt or self.api.budget.spent + left > FREE_REQUESTS_AN_HOUR:
                    is_in_doubt = False
                    self._ask_for_budget()
                sweep = sweep.keep(step, self._page(step))
                progress.expect(len(sweep.walk.reads) + (sweep.walk.pages_left or 0))
                progress.advance()
        walk = sweep.walk
        if walk.is_short:
            raise Restless(
                f"LL2 says that it has {walk.count} events and gave {len(walk.records)}, "
                "so that the sweep does not count"
            )
        return sweep

    def _to_ask_for(self, walk: Walk, present: set[int]) -> Iterator[int]:
        """What to ask for by id; nothing where so much is gone that it is not believed anyway.

        Found out when somebody wants to know, which is at the end of a walk.
        """
        gone = present - walk.records.keys()
        if len(gone) <= BELIEVED_LOSS * len(present):
            yield from gone

    def _judge(self, walk: Walk) -> Observation:
        """What a complete sweep means, if it is believed."""
        present = set(self.state.facts.present)
        gone = present - walk.records.keys()
        if not walk.records:
            raise NotBelieved("LL2 says that it has no events at all, which is not believed")
        if len(gone) > BELIEVED_LOSS * len(present) and not self.settings.accept_withdrawals:
            raise NotBelieved(
                f"{len(gone)} of {len(present)} events are gone from LL2, which is not believed; "
                "if it is true, run once with --full --accept-withdrawals"
            )
        if not walk.answers_ids:
            self.report.warn(
                f"{len(gone)} events were not met in LL2, and it does not answer for them by id; "
                "they stay until it does"
            )
            gone = set()
        found = self._observe(walk, is_sweep=True, gone=gone)
        ledger = replace(
            found.ledger,
            api_url=self.settings.api_url,
            mode=self.settings.mode,
            count=walk.count,
            last_sweep=self.now,
        )
        return replace(found, ledger=ledger)

    def _observe(self, walk: Walk, *, is_sweep: bool, gone: set[int] | None = None) -> Observation:
        if nameless := sum(read.page.nameless for read in walk.reads):
            self.report.warn(f"{nameless} records came without a usable id and are left out")
        return observe(
            self.state.records,
            walk.records,
            self.state.ledger,
            now=self.now,
            is_sweep=is_sweep,
            gone=gone or (),
        )

    def _page(self, step: Step, **more: str) -> Page:
        if step.url:
            return self.api.page(step.url)
        return self.api.events({**base_query(self.settings), **more, **step.query})

    def _ask_for_budget(self) -> None:
        """Learn what the hour still holds, if the API says so. Raises `Throttled` for nothing."""
        if self.api.budget.left is not None or (usage := self.api.usage()) is None:
            return
        self.api.budget.left = usage.left
        if usage.left == 0:
            raise Throttled("LL2 has no more requests for us in this hour", usage.wait or None)
