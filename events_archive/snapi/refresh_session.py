"""Carry out a refresh of articles: read both lists, judge whether they can be trusted, merge them.

What came is always used. An article is removed only if a full refresh read its list completely, and
not too many others are missing with it.
"""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from events_archive.console import Console, quantity
from events_archive.model.article import KINDS
from events_archive.settings import Settings
from events_archive.snapi.bounds import MAX_ARTICLES
from events_archive.snapi.client import ENDPOINTS, NewsClient
from events_archive.snapi.merge import MergeResult, merge_articles
from events_archive.snapi.pagination import BASE_QUERY, Pagination
from events_archive.snapi.parse import stored_record
from events_archive.snapi.refresh_plan import ArticlesCache, full_plan
from events_archive.source.checkpoint import Checkpoint, PageRequest
from events_archive.source.client import ExcessiveResponseError
from events_archive.source.refresh import (
    MAX_PLAUSIBLE_LOSS,
    ImplausibleResponseError,
    RefreshPlan,
)
from events_archive.store.articles_file import ArticleKey
from events_archive.store.records import Record
from events_archive.store.transaction import CHECKPOINT_FOLDER

FEW = 10
"""So many articles may be missing from a full refresh that is believed, if they are not all."""

Paginations = Mapping[str, Pagination]
"""What was read of each list, by its kind."""


def checkpoint_of(settings: Settings) -> Checkpoint:
    """Return the checkpoint in the cache; one of another API is not continued."""
    return Checkpoint(
        header=settings.cache / CHECKPOINT_FOLDER / "articles.json",
        page_prefix="articles",
        signature={"api_url": settings.news_root, **BASE_QUERY},
        roles=frozenset(KINDS),
    )


class ArticlesSession(Struct, frozen=True, kw_only=True):
    """One refresh. It writes only the checkpoint; the caller saves the result."""

    settings: Settings
    console: Console
    now: datetime
    cache: ArticlesCache
    client: NewsClient

    def run(self, plan: RefreshPlan) -> MergeResult:
        """Return the merged articles. Raises `ApiError`.

        If an incremental refresh contradicts the cache, a full one follows.
        """
        self.console.print(plan.sentence)
        if plan.mode == "incremental":
            paginations = self._read_changes()
            if not any(self._contradicts(kind, paginations[kind]) for kind in KINDS):
                return self._merge(paginations, is_full=False)
            self.console.print(full_plan("the changes contradict the cache").sentence)
        try:
            paginations = self._read_all()
        except ExcessiveResponseError:
            checkpoint_of(self.settings).delete()
            raise
        return self._merge(paginations, is_full=True)

    def _read_changes(self) -> Paginations:
        return {kind: self._read(kind, Pagination(since=self.cache.since(kind))) for kind in KINDS}

    def _read_all(self) -> Paginations:
        """Read both lists, from the checkpoint on if there is one, saving each page there."""
        checkpoint = checkpoint_of(self.settings)
        paginations = dict.fromkeys(KINDS, Pagination())
        for request, page in self.cache.checkpoint or ():
            paginations[request.role] = paginations[request.role].with_page(page)
        if not self.cache.checkpoint:
            checkpoint.create(self.now)
        return {kind: self._read(kind, paginations[kind], checkpoint) for kind in KINDS}

    def _read(
        self, kind: str, pagination: Pagination, checkpoint: Checkpoint | None = None
    ) -> Pagination:
        """Return the pagination of a list at its end. Raises `ApiError`."""
        # Where the API ignores the start, the changes are not asked for to the end.
        while not pagination.is_finished and (checkpoint or not pagination.by_offset):
            request = PageRequest(role=kind, query=pagination.query)
            page = self.client.fetch_articles(kind, request.query)
            records = tuple(stored_record(kind, record) for record in page.records)
            page = replace(page, records=records)
            pagination = pagination.with_page(page)
            if len(pagination.records) > MAX_ARTICLES:
                raise ExcessiveResponseError(
                    f"{self.client.api_name} has more than {MAX_ARTICLES:,} {ENDPOINTS[kind]}"
                )
            if checkpoint:
                pages = checkpoint.saved_page_count
                # Those of a checkpoint count too: an endless list would be continued for ever.
                if pages >= self.settings.max_requests:
                    raise ExcessiveResponseError(
                        f"{self.client.api_name} has more than {pages} pages of articles; if that "
                        "is true, raise max_requests"
                    )
                checkpoint.save_page(pages, request, page)
        return pagination

    def _contradicts(self, kind: str, pagination: Pagination) -> bool:
        """Whether a list of changes cannot belong to what the cache has.

        Every cached article that was edited after the start must be in it: if one is not, it was
        deleted, or is about no event any more.
        """
        since = self.cache.since(kind)
        expected = {
            article_id
            for (of_kind, article_id), line in self.cache.records.lines.items()
            if of_kind == kind and since and line.last_updated >= since
        }
        return pagination.by_offset or bool(expected - pagination.records.keys())

    def _merge(self, paginations: Paginations, *, is_full: bool) -> MergeResult:
        fetched = _by_key(paginations)
        if not fetched and is_full:
            checkpoint_of(self.settings).delete()
            raise ImplausibleResponseError(
                f"{self.client.api_name} lists no articles about events, which is implausible"
            )
        removed, is_complete = self._removed(paginations, fetched) if is_full else ([], False)
        merged = merge_articles(
            self.cache.records, fetched, now=self.now, is_full=is_complete, removed=removed
        )
        if merged.refused:
            self.console.warn(
                f"{quantity(merged.refused, 'article')} left out: no address, or too long"
            )
        return merged

    def _removed(
        self, paginations: Paginations, fetched: Mapping[ArticleKey, Record]
    ) -> tuple[list[ArticleKey], bool]:
        """Return which articles a full refresh no longer has, and whether it is complete.

        Articles of a list that raises a doubt stay, with a warning.
        """
        known = self.cache.records.lines.keys()
        removed: list[ArticleKey] = []
        is_complete = True
        for kind, pagination in paginations.items():
            missing = {key for key in known if key[0] == kind} - fetched.keys()
            doubt = self._doubt(kind, pagination, len(missing))
            # One that brings nothing new agrees with the refresh before it: the count is wrong.
            is_miscounted = pagination.is_incomplete and all(
                (kind, article_id) in known for article_id in pagination.records
            )
            is_complete &= is_miscounted or not pagination.is_incomplete
            if not doubt:
                removed += missing
            elif not is_miscounted:
                self.console.warn(f"{doubt}; what came is used, and no article is removed")
        return removed, is_complete

    def _doubt(self, kind: str, pagination: Pagination, missing: int) -> str:
        """Return why a full refresh may have missed articles; "" if there is no reason."""
        name, noun = self.client.api_name, ENDPOINTS[kind]
        known = sum(key[0] == kind for key in self.cache.records.lines)
        if pagination.is_incomplete:
            return f"{name} reports {pagination.count} {noun} but sent {len(pagination.records)}"
        is_plausible = missing <= max(FEW, MAX_PLAUSIBLE_LOSS * known)
        if (is_plausible and pagination.records) or not missing or self.settings.accept_withdrawals:
            return ""
        return (
            f"{missing} of {known} {noun} are missing from {name}, which is implausible (if it is "
            "correct, run once with --full --accept-withdrawals)"
        )


def _by_key(paginations: Paginations) -> dict[ArticleKey, Record]:
    """Return what was read but articles about no event, of a server that ignores ``has_event``.

    Of a record that is too long there is only the identity.
    """
    return {
        (kind, article_id): record
        for kind, pagination in paginations.items()
        for article_id, record in pagination.records.items()
        if record["events"] or "url" not in record
    }
