"""The environment in which Jinja renders the templates."""

from collections.abc import Callable, Hashable, Mapping, MutableMapping
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from traceback import extract_tb
from typing import Any

from jinja2 import (
    BytecodeCache,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateSyntaxError,
    nodes,
    select_autoescape,
)
from jinja2.bccache import Bucket
from jinja2.environment import TemplateModule
from jinja2.ext import Extension
from jinja2.parser import Parser
from markupsafe import Markup

from events_archive.errors import ArchiveError, PageError
from events_archive.render import code_generator
from events_archive.store.checksum import add_checksum, remove_checksum
from events_archive.store.opener import read_file

_TEMPLATE_ERRORS = (TemplateError, AttributeError, LookupError, OSError, TypeError, ValueError)
"""What is raised where a template is rendered that has a mistake."""


class TemplateEnvironment(Environment):
    """The templates below one folder.

    Undefined variables are errors, values are escaped in HTML and XML, and lines that hold only a
    tag leave no blank line behind.
    """

    code_generator_class = code_generator.DirectCodeGenerator

    def __init__(
        self, folder: Path, *, globals: Mapping[str, Any], filters: Mapping[str, Callable[..., Any]]
    ) -> None:
        self.folder = folder.resolve()
        super().__init__(
            loader=FileSystemLoader(self.folder),
            autoescape=select_autoescape(("html", "xml")),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
            cache_size=-1,
            bytecode_cache=_BytecodeCache(self.folder / "__pycache__"),
            extensions=[CacheExtension],
        )
        self.globals.update(globals)
        self.filters.update(filters)
        self.module: Callable[[str], TemplateModule] = cache(
            lambda name: self.get_template(name).module
        )
        """Return what the named template defines at its top level, as attributes."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the globals of the environment, since no template has others.

        Jinja's ChainMap of both takes 30 times as long to copy, for every page and include.
        """
        return self.globals

    def render(self, name: str, context: Mapping[str, object]) -> str:
        """Return the text of a page.

        Raises ArchiveError with the template and the line that are at fault; `PageError` if what is
        rendered may be.
        """
        try:
            return self.get_template(name).render(context)
        except TemplateSyntaxError as error:
            raise ArchiveError(f"{error.name}, line {error.lineno}: {error.message}") from error
        except _TEMPLATE_ERRORS as error:
            place = self._location(error) or name
            if isinstance(error, TemplateError):
                raise ArchiveError(f"{place}: {error}") from error
            raise PageError(f"{place}: {type(error).__name__}: {error}") from error

    def _location(self, error: Exception) -> str:
        """Return the last template and line in the traceback, or ""."""
        frames = extract_tb(error.__traceback__)
        places = (
            f"{Path(frame.filename).relative_to(self.folder).as_posix()}, line {frame.lineno}"
            for frame in reversed(frames)
            if Path(frame.filename).is_relative_to(self.folder)
        )
        return next(places, "")


class CacheExtension(Extension):
    """``{% cache KEY %}...{% endcache %}``: render a fragment once for each key.

    The key is one expression, several with commas between them, or none. It has to name everything
    on which the fragment depends. Places in the templates do not share fragments.
    """

    tags = {"cache"}  # noqa: RUF012 - declared so by Jinja

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.fragments: dict[Hashable, Markup] = {}

    def parse(self, parser: Parser) -> nodes.Node:
        """Return the call of `fragment` for a tag, with the tag's body as the caller."""
        line = next(parser.stream).lineno
        number = parser.free_identifier().name
        key: list[nodes.Expr] = [nodes.Const(f"{parser.name}:{number}")]
        if parser.stream.current.type != "block_end":
            key.append(parser.parse_tuple())
        body = parser.parse_statements(("name:endcache",), drop_needle=True)
        call = self.call_method("fragment", [nodes.Tuple(key, "load")])
        return nodes.CallBlock(call, [], [], body).set_lineno(line)

    def fragment(self, key: Hashable, caller: Callable[[], Markup]) -> Markup:
        """Return the fragment for ``key``; ``caller`` renders it the first time."""
        if key not in self.fragments:
            self.fragments[key] = caller()
        return self.fragments[key]


class _BytecodeCache(BytecodeCache):
    """Compiled templates in a folder ``__pycache__``, as Python keeps its modules.

    Where the folder cannot be written, or a file in it is damaged, templates are compiled again.
    """

    _compiler = sha256(
        b"".join(Path(file).read_bytes() for file in (__file__, code_generator.__file__))
    ).hexdigest()

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get_source_checksum(self, source: str) -> str:
        """Return a digest of the template and of the code that compiles it."""
        return super().get_source_checksum(self._compiler + source)

    def load_bytecode(self, bucket: Bucket) -> None:
        """Load a template if its file is what was written."""
        with suppress(OSError, ValueError):
            bucket.bytecode_from_string(remove_checksum(read_file(self._path(bucket))))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Save a template if the folder can be written."""
        with suppress(OSError):
            self.folder.mkdir(exist_ok=True)
            self._path(bucket).write_bytes(add_checksum(bucket.bytecode_to_string()))

    def _path(self, bucket: Bucket) -> Path:
        return self.folder / f"{bucket.key}.jinja"
