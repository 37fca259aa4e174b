"""Describes the downloads for programs: Data Package, Croissant and schema.org's Dataset.

- Data Package 1 (https://specs.frictionlessdata.io/data-package/)
- Croissant 1.0 (https://docs.mlcommons.org/croissant/docs/croissant-spec.html)
- Dataset (https://schema.org/Dataset)
"""

from typing import Any

from events_archive.render.context import RenderContext
from events_archive.render.downloads import Download, downloads, indented_json
from events_archive.site import urls
from events_archive.site.dataset import (
    AUTHOR,
    DATASET_FILES,
    DATASET_NAME,
    SOURCE_NAME,
    SOURCE_URL,
    DatasetFile,
    dataset_description,
    last_change,
    years_covered,
)
from events_archive.site.export_columns import Column
from events_archive.site.page import Page

_VALUES = {"INTEGER": ("integer", "sc:Integer"), "TEXT": ("string", "sc:Text")}
_TIME = ("datetime", "sc:DateTime")
"""Types of values: that of a Data Package, and that of Croissant."""


_CREATOR = {"@type": "Organization", "name": AUTHOR, "url": SOURCE_URL}


def data_package(context: RenderContext, page: Page) -> bytes:
    """Return ``datapackage.json``, which is valid in the folder of the files."""
    site, files = context.site, downloads(context, page)
    package = {
        "profile": "data-package",
        "name": DATASET_NAME,
        "title": site.title,
        "description": dataset_description(site),
        "homepage": context.absolute(urls.DATA) if site.base_url else None,
        "version": _version(context),
        "sources": [{"title": SOURCE_NAME, "path": SOURCE_URL}],
        "licenses": [{"title": f"Terms of {SOURCE_NAME}", "path": SOURCE_URL}],
        "resources": [_resource(file, files[file.path]) for file in DATASET_FILES],
    }
    return _json({name: value for name, value in package.items() if value})


def _resource(file: DatasetFile, download: Download) -> dict[str, Any]:
    members = {
        "name": file.name.replace(".", "-"),
        "path": file.name,
        "description": file.description,
        "mediatype": file.media_type,
        "format": file.name.rpartition(".")[2],
        "bytes": len(download.content),
        "hash": f"sha256:{download.sha256}",
    }
    if not file.columns:
        return members
    fields = [
        {"name": column.name, "type": _types(column)[0], "description": column.meaning}
        for column in file.columns
    ]
    schema: dict[str, Any] = {"fields": fields, "missingValues": [""]}
    if file.columns[0].name == "id":
        schema["primaryKey"] = "id"
    return {
        **members,
        "profile": "tabular-data-resource",
        "encoding": "utf-8",
        "schema": schema,
    }


def croissant(context: RenderContext, page: Page) -> bytes:
    """Return the description in Croissant, in JSON-LD.

    Without a base URL the files are named relatively to it, in the same folder.
    """
    site = context.site
    day = _version(context)
    dataset = {
        "@context": _CROISSANT_CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": DATASET_NAME,
        "description": dataset_description(site),
        "url": context.absolute(urls.DATA) if site.base_url else SOURCE_URL,
        "license": SOURCE_URL,
        "creator": _CREATOR,
        "citeAs": f"{site.title}, from {SOURCE_NAME}",
        "datePublished": day or None,
        # By the specification a version has three numbers (https://semver.org/).
        "version": ".".join(str(int(part)) for part in day.split("-")) if day else None,
        "isLiveDataset": True,
        "distribution": [
            {"@type": "cr:FileObject", "@id": file.name, **_file(context, page, file)}
            for file in DATASET_FILES
        ],
        "recordSet": [_record_set(file) for file in DATASET_FILES if file.columns],
    }
    return _json({name: value for name, value in dataset.items() if value is not None})


def _record_set(file: DatasetFile) -> dict[str, Any]:
    name = file.name.partition(".")[0]
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": file.description,
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{name}/{column.name}",
                "name": column.name,
                "description": column.meaning,
                "dataType": _types(column)[1],
                "source": {
                    "fileObject": {"@id": file.name},
                    "extract": {"column": column.name},
                },
            }
            for column in file.columns
        ],
    }


def dataset_json_ld(context: RenderContext, page: Page) -> dict[str, Any]:
    """Return the dataset for the JSON-LD of the page about it, which search engines list."""
    site = context.site
    members = {
        "@type": "Dataset",
        "name": site.title,
        "description": dataset_description(site),
        "url": context.absolute(urls.DATA),
        "license": SOURCE_URL,
        "isAccessibleForFree": True,
        "creator": _CREATOR,
        "dateModified": _version(context),
        "temporalCoverage": years_covered(site),
        "distribution": [
            {"@type": "DataDownload", **_file(context, page, file)} for file in DATASET_FILES
        ],
    }
    return {name: value for name, value in members.items() if value}


def _file(context: RenderContext, page: Page, file: DatasetFile) -> dict[str, Any]:
    """Return what Croissant and schema.org state of a file, by the same names."""
    download = downloads(context, page)[file.path]
    return {
        "name": file.name,
        "description": file.description,
        "contentUrl": context.absolute(file.path) if context.site.base_url else file.name,
        "contentSize": f"{len(download.content)} B",
        "encodingFormat": file.media_type,
        "sha256": download.sha256,
    }


def _version(context: RenderContext) -> str:
    """Return the day of the last change, ``2026-11-28``, or ``""``."""
    day = last_change(context.site)
    return day.isoformat() if day else ""


def _types(column: Column) -> tuple[str, str]:
    return _TIME if column.is_time else _VALUES[column.type]


def _json(value: object) -> bytes:
    return indented_json(value).encode("utf-8", "replace")


_CROISSANT_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    **{
        name: f"cr:{name}"
        for name in (
            "citeAs", "column", "extract", "field", "fileProperty", "fileObject", "fileSet",
            "format", "includes", "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path",
            "recordSet", "references", "regex", "repeated", "replace", "separator", "source",
            "subField", "transform", "samplingRate", "equivalentProperty",
        )
    },
}  # fmt: skip
"""The context that the specification prescribes, with the names that its later versions add."""
