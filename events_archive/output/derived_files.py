"""Stages the files that are made from all other files of the site.

``build.json``, the ZIP for reading with the page that offers it, and what a browser needs to save
the site: the list of files and the service worker.
"""

from io import BytesIO

from msgspec import to_builtins

from events_archive.output.id_audit import IdPatterns
from events_archive.output.writer import OutputDir
from events_archive.pages.static_pages import offline_page
from events_archive.render.assets import is_always_cached, precache_manifest
from events_archive.render.downloads import indented_json
from events_archive.render.renderer import Renderer
from events_archive.site import urls
from events_archive.site.build_info import build_info
from events_archive.site.page import Page
from events_archive.site.site import Site
from events_archive.store.canonical_json import compact_json
from events_archive.store.opener import read_file


def stage_derived_files(renderer: Renderer, output: OutputDir, published_ids: IdPatterns) -> None:
    """Stage these files; all other files of the site are staged already."""
    site = renderer.context.site
    _stage_build_info(site, output, published_ids)
    if site.settings.offer_download:
        _stage_download(renderer, output)
    _stage_service_worker(renderer, output)


def _stage_build_info(site: Site, output: OutputDir, published_ids: IdPatterns) -> None:
    has_data = urls.CONTENT_CACHE in output.staged
    info = build_info(
        site,
        commit=site.settings.commit,
        published_ids=published_ids,
        content_cache=read_file(output.file(urls.CONTENT_CACHE)) if has_data else b"",
    )
    output.stage(urls.BUILD_INFO, indented_json(to_builtins(info)).encode("utf-8", "replace"))


def _stage_download(renderer: Renderer, output: OutputDir) -> None:
    # Only the published site offers one.
    from events_archive.export import ExportBundle, zip_file  # noqa: PLC0415

    site, download = renderer.context.site, BytesIO()
    zip_file.write_zip(ExportBundle(site=site, files=output.files()), download)
    content = download.getvalue()
    output.stage(urls.DOWNLOAD, content)
    output.stage(urls.OFFLINE, renderer.content(offline_page(site, len(content))))


def _stage_service_worker(renderer: Renderer, output: OutputDir) -> None:
    manifest = precache_manifest(
        {path: (file.entry.digest, file.entry.size) for path, file in output.staged.items()}
    )
    output.stage(urls.PRECACHE_MANIFEST, f"{compact_json(manifest)}\n".encode())
    script = Page(
        path=urls.SERVICE_WORKER,
        template="service-worker.js",
        context={
            "site_version": manifest["version"],
            "always_cached": list(filter(is_always_cached, manifest["files"])),
        },
    )
    output.stage(script.path, renderer.content(script))
