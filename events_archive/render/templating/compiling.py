"""From Jinja's syntax tree to plain Python, for templates that are rendered ten thousand times.

The language is Jinja's, and Jinja parses it. What Jinja makes of it is general: each name may be
anything, each include looks its file up, each macro call checks who calls it and how. Here a page
is one function: its base, blocks and includes are put together once, macros are functions, names
are local variables and attributes are attributes. That is eight times faster, and as strict: a
name that nobody gave, or an attribute that is not there, is an error with template and line.

What does not differ between two pages of one folder (the frame of a site, most of it) is made once
for that folder: a `fixed` piece is made of constants, of what every template knows, and of `root`.

Of the language just what our templates use is understood; anything else is refused by name.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any, NoReturn

from jinja2 import Environment, TemplateSyntaxError, nodes

from events_archive.errors import ArchiveError
from events_archive.render.templating.names import fixed_of, function_of, setting_of

_COMPARISONS = {
    "eq": "==", "ne": "!=", "gt": ">", "gteq": ">=", "lt": "<", "lteq": "<=", "in": "in",
    "notin": "not in",
}  # fmt: skip
_ESCAPING = (".html", ".xml")

_ROOT = "root"
"""The variable that leads from a page to the site's root: the same for all pages of one folder."""
_OF_LIBRARIES = ("macro_", "set_")
"""How the names of what libraries define begin."""

Place = tuple[str, int]
"""A template and a line in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One template as Python."""

    source: str
    """Defines `function_of` a page, or of a library one function for each macro."""
    places: tuple[Place, ...]
    """Where in the templates each line of `source` comes from."""
    libraries: tuple[str, ...]
    """The templates whose macros it calls."""


@dataclass(slots=True, kw_only=True)
class _Scope:
    """What names mean at one point: Python expressions, by name."""

    names: dict[str, str] = field(default_factory=dict)
    macros: dict[str, str] = field(default_factory=dict)
    """Names that are macros, with the functions that make their text."""
    outer: "_Scope | None" = None

    def find(self, name: str) -> str | None:
        """The expression for ``name``, the innermost first."""
        if name in self.names:
            return self.names[name]
        return self.outer.find(name) if self.outer else None

    def macro(self, name: str) -> str | None:
        """The function of the macro ``name``, unless something else of that name is nearer."""
        if name in self.macros:
            return self.macros[name]
        if name in self.names or not self.outer:
            return None
        return self.outer.macro(name)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Something to be put out."""

    expression: str
    """Python, of type str."""
    is_fixed: bool
    is_literal: bool = False


class Compiler:
    """Compiles the templates of one folder."""

    def __init__(self, folder: Path, *, known: Collection[str], filters: Collection[str]) -> None:
        self.folder = folder
        self.known = frozenset(known)
        """Names that every template knows."""
        self.filters = frozenset(filters)
        self._environment = Environment(
            trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, autoescape=True
        )
        self._trees: dict[str, nodes.Template] = {}

    def page(self, name: str) -> Unit:
        """The template as ``def page_...(context)``: a mapping of its variables to its text."""
        return _Writer(self, name).page()

    def library(self, name: str) -> Unit:
        """The template's macros, each as a function of its parameters."""
        return _Writer(self, name).library()

    def tree(self, name: str) -> nodes.Template:
        """The template, parsed; raises ArchiveError where it cannot be read or understood."""
        if name not in self._trees:
            try:
                text = (self.folder / name).read_text("utf-8")
                self._trees[name] = self._environment.parse(text, name, name)
            except OSError as error:
                raise ArchiveError(
                    f"{self.folder / name} cannot be read: {error.strerror or error}"
                ) from error
            except TemplateSyntaxError as error:
                raise ArchiveError(f"{name}, line {error.lineno}: {error.message}") from error
        return self._trees[name]


class _Writer:
    """Writes one unit."""

    def __init__(self, compiler: Compiler, name: str) -> None:
        self.compiler = compiler
        self.name = name
        self.lines: list[str] = []
        self.places: list[Place] = []
        self.place: Place = (name, 1)
        self.depth = 0
        self.scope = _Scope()
        self.templates = [name]
        """The file that is being written down, inside the files that include it."""
        self.blocks: dict[str, tuple[str, nodes.Block]] = {}
        self.wanted: dict[str, None] = {}
        """Variables that whoever renders the page has to give."""
        self.shown: dict[str, None] = {}
        """Those of them that are put out as they are: escaped once."""
        self.libraries: dict[str, None] = {}
        self.pieces: list[_Piece] = []
        self.fragments: list[tuple[str, Place]] = []
        """Lines of the functions that make fixed pieces."""
        self.makers: list[str] = []
        """The names of those that the page calls."""
        self.number = 0
        self.is_library = False
        self.is_apart = False
        """Whether all of it is one fixed piece."""

    # What a unit is

    def page(self) -> Unit:
        self.depth = 1
        chain = list(self._chain())
        for name, tree in chain:
            for block in tree.find_all(nodes.Block):
                self.blocks.setdefault(block.name, (name, block))
        for name, tree in chain:
            is_base = tree is chain[-1][1]
            with self._inside(name):
                self._body(tree.body if is_base else _beside_blocks(tree))
        self._flush()
        self._line("return ''.join(out)")
        head = [f"def {function_of(self.name)}(context):"]
        head += [f"    c_{name} = context[{name!r}]" for name in self.wanted]
        head += [f"    e_{name} = esc(c_{name})" for name in self.shown]
        if self.makers:
            head.insert(0, f"{fixed_of(self.name)} = Fixed(({', '.join(self.makers)},))")
            place = f"c_{_ROOT}" if _ROOT in self.wanted else "None"
            head.append(f"    fixed = {fixed_of(self.name)}[{place}]")
        head += ["    out = []", "    write, extend = out.append, out.extend"]
        return self._unit(head)

    def library(self) -> Unit:
        self.is_library = True
        tree = self.compiler.tree(self.name)
        for macro in tree.find_all(nodes.Macro):
            self._know_macro(macro.name, function_of(self.name, macro.name))
        self._body(tree.body)
        self.pieces.clear()  # Blank lines between macros.
        return self._unit([])

    def _unit(self, head: list[str]) -> Unit:
        before = [line for line, _ in self.fragments]
        return Unit(
            source="\n".join((*before, *head, *self.lines)) + "\n",
            places=(
                *(place for _, place in self.fragments),
                *((self.name, 1),) * len(head),
                *self.places,
            ),
            libraries=tuple(self.libraries),
        )

    def _chain(self) -> Iterator[tuple[str, nodes.Template]]:
        """The template, what it extends, and so on."""
        name: str | None = self.name
        while name:
            tree = self.compiler.tree(name)
            yield name, tree
            parent = next(tree.find_all(nodes.Extends), None)
            name = _constant(parent.template) if parent else None

    # Lines

    @contextmanager
    def _inside(self, name: str) -> Iterator[None]:
        self.templates.append(name)
        yield
        self.templates.pop()

    @contextmanager
    def _scoped(self) -> Iterator[None]:
        self.scope = _Scope(outer=self.scope)
        yield
        assert self.scope.outer
        self.scope = self.scope.outer

    @contextmanager
    def _indented(self) -> Iterator[None]:
        self.depth += 1
        start = len(self.lines)
        yield
        self._flush()
        if len(self.lines) == start:
            self._line("pass")
        self.depth -= 1

    def _line(self, text: str) -> None:
        self.lines.append("    " * self.depth + text)
        self.places.append(self.place)

    def _put(self, expression: str, *, is_fixed: bool = False) -> None:
        """Have ``expression``, a str, put out."""
        self.pieces.append(_Piece(expression, is_fixed))

    def _put_literal(self, text: str) -> None:
        self.pieces.append(_Piece(repr(text), is_fixed=True, is_literal=True))

    def _flush(self) -> None:
        """Write down what is to be put out before anything else happens."""
        written = self._written()
        if len(written) == 1:
            self._line(f"write({written[0]})")
        elif written:
            self._line(f"extend(({', '.join(written)}))")

    def _written(self) -> list[str]:
        """Expressions of what is to be put out."""
        written: list[str] = []
        for is_fixed, run in groupby(self.pieces, key=lambda piece: piece.is_fixed):
            pieces = tuple(run)
            if not is_fixed:
                written += [piece.expression for piece in pieces]
            elif self.is_library or self.is_apart or all(piece.is_literal for piece in pieces):
                written += _merged(pieces)
            else:
                written.append(self._fixed(_merged(pieces)))
        self.pieces.clear()
        return written

    def _fixed(self, pieces: Sequence[str]) -> str:
        """The expression for pieces that are made once for all pages of one folder."""
        maker = f"{fixed_of(self.name)}_{len(self.makers)}"
        self.makers.append(maker)
        lines = (f"def {maker}(c_{_ROOT}, e_{_ROOT}):", f"    return {_joined(pieces)}")
        self.fragments += [(line, self.place) for line in lines]
        return f"fixed[{len(self.makers) - 1}]"

    def _whole_is_fixed(self, node: nodes.If | nodes.For) -> bool:
        """Put out a statement by one fixed piece, if it can be; whether it was."""
        if self.is_library or self.is_apart or not self._is_fixed_statement(node, frozenset()):
            return False
        statement = _Writer(self.compiler, self.name)
        statement.is_apart = True
        statement.templates, statement.scope = self.templates, self.scope
        statement.wanted, statement.shown = self.wanted, self.shown
        statement.place, statement.number = self.place, self.number
        function = f"{fixed_of(self.name)}_part_{len(self.fragments)}"
        statement._line(f"def {function}(c_{_ROOT}, e_{_ROOT}):")
        with statement._indented():
            statement._line("out = []")
            statement._line("write, extend = out.append, out.extend")
            statement._body([node])
            statement._flush()
            statement._line("return ''.join(out)")
        self.number = statement.number
        self.fragments += zip(statement.lines, statement.places, strict=True)
        self._put(f"{function}(c_{_ROOT}, e_{_ROOT})", is_fixed=True)
        return True

    def _fresh(self, name: str) -> str:
        self.number += 1
        return f"v{self.number}_{name}"

    def _refuse(self, node: nodes.Node) -> NoReturn:
        raise ArchiveError(
            f"{self.templates[-1]}, line {node.lineno}: {type(node).__name__.lower()} is a part of "
            "Jinja's language that the archive's templates do without"
        )

    # Statements

    def _body(self, body: Iterable[nodes.Node]) -> None:
        for node in body:
            self.place = (self.templates[-1], node.lineno)
            visit = _STATEMENTS.get(type(node))
            if visit is None:
                self._refuse(node)
            visit(self, node)

    def _output(self, node: nodes.Output) -> None:
        for piece in node.nodes:
            if isinstance(piece, nodes.TemplateData):
                if piece.data:
                    self._put_literal(piece.data)
            else:
                self.place = (self.templates[-1], piece.lineno)
                self._put(self._text(piece), is_fixed=self._is_fixed(piece))

    def _if(self, node: nodes.If) -> None:
        if self._whole_is_fixed(node):
            return
        self._flush()
        self._line(f"if {self._expression(node.test)}:")
        self._branch(node.body)
        for branch in node.elif_:
            self._line(f"elif {self._expression(branch.test)}:")
            self._branch(branch.body)
        if node.else_:
            self._line("else:")
            self._branch(node.else_)

    def _branch(self, body: list[nodes.Node]) -> None:
        # As in Jinja, what a branch sets is set after it.
        with self._indented():
            self._body(body)

    def _for(self, node: nodes.For) -> None:
        if node.recursive or node.else_:
            self._refuse(node)
        if self._whole_is_fixed(node):
            return
        self._flush()
        source = self._expression(node.iter)
        with self._scoped():
            target = self._assigned(node.target)
            counted = {n.attr for n in node.find_all(nodes.Getattr) if _is_loop(n.node)}
            counter, last = self._fresh("index"), self._fresh("last")
            test = self._expression(node.test) if node.test else ""
            if test and counted:
                # As in Jinja, what is left out is not counted.
                source, test = f"[{target} for {target} in {source} if {test}]", ""
            if "last" in counted:
                items = self._fresh("items")
                self._line(f"{items} = tuple({source})")
                self._line(f"{last} = len({items}) - 1")
                source = items
            if counted:
                self.scope.names["loop"] = f"{counter}|{last}"
                self._line(f"for {counter}, {target} in enumerate({source}):")
            else:
                self._line(f"for {target} in {source}:")
            with self._indented():
                if test:
                    self._line(f"if not ({test}):")
                    self._line("    continue")
                self._body(node.body)

    def _assigned(self, target: nodes.Node) -> str:
        """Targets of an assignment, as new variables of the scope."""
        if isinstance(target, nodes.Tuple):
            return f"({', '.join(self._assigned(item) for item in target.items)})"
        if not isinstance(target, nodes.Name):
            self._refuse(target)
        variable = self._fresh(target.name)
        self.scope.names[target.name] = variable
        return variable

    def _assign(self, node: nodes.Assign) -> None:
        self._flush()
        value = self._expression(node.node)
        if self.is_library and self.depth == 0:
            if not isinstance(node.target, nodes.Name):
                self._refuse(node)
            target = setting_of(self.name, node.target.name)
            self.scope.names[node.target.name] = target
        else:
            target = self._assigned(node.target)
        self._line(f"{target} = {value}")

    def _with(self, node: nodes.With) -> None:
        self._flush()
        values = [self._expression(value) for value in node.values]
        with self._scoped():
            for target, value in zip(node.targets, values, strict=True):
                self._line(f"{self._assigned(target)} = {value}")
            self._body(node.body)
            self._flush()

    def _block(self, node: nodes.Block) -> None:
        name, block = self.blocks[node.name]
        with self._inside(name), self._scoped():
            self._body(block.body)

    def _include(self, node: nodes.Include) -> None:
        name = _constant(node.template)
        with self._inside(name), self._scoped():
            self._body(self.compiler.tree(name).body)

    def _from_import(self, node: nodes.FromImport) -> None:
        library = _constant(node.template)
        self.libraries[library] = None
        macros = {macro.name for macro in self.compiler.tree(library).find_all(nodes.Macro)}
        for item in node.names:
            name, known_as = item if isinstance(item, tuple) else (item, item)
            if name in macros:
                self._know_macro(known_as, function_of(library, name))
            else:
                self.scope.names[known_as] = setting_of(library, name)

    def _know_macro(self, name: str, function: str) -> None:
        self.scope.macros[name] = function
        self.scope.names[name] = f"as_markup({function})"

    def _macro(self, node: nodes.Macro) -> None:
        self._flush()
        own = function_of(self.name, node.name)
        function = own if self.is_library else self._fresh(node.name)
        self._know_macro(node.name, function)
        with self._scoped():
            self.scope.names |= {argument.name: f"p_{argument.name}" for argument in node.args}
            required = len(node.args) - len(node.defaults)
            defaults = [""] * required + [f"={self._expression(d)}" for d in node.defaults]
            parameters = (
                f"p_{argument.name}{default}"
                for argument, default in zip(node.args, defaults, strict=True)
            )
            self._line(f"def {function}({', '.join(parameters)}):")
            if all(isinstance(part, nodes.Output) for part in node.body):
                self._body(node.body)
                self._line(f"    return {_joined(self._written())}")
                return
            with self._indented():
                self._line("out = []")
                self._line("write, extend = out.append, out.extend")
                self._body(node.body)
                self._flush()
                self._line("return ''.join(out)")

    # What is the same on every page of a folder

    def _is_fixed(self, node: nodes.Node, bound: frozenset[str] = frozenset()) -> bool:
        """Whether an expression is made of constants, what every template knows, and the root.

        ``bound`` are the variables of fixed loops around it.
        """
        if not isinstance(node, nodes.Name):
            return all(self._is_fixed(child, bound) for child in node.iter_child_nodes())
        if node.name in bound:
            return True
        meaning = self.scope.macro(node.name) or self.scope.find(node.name)
        if meaning is None:
            return node.name == _ROOT or node.name in self.compiler.known
        return meaning.startswith(_OF_LIBRARIES)

    def _is_fixed_statement(self, node: nodes.Node, bound: frozenset[str]) -> bool:
        """The same of a statement that puts something out."""
        if isinstance(node, nodes.Output):
            return self._is_fixed(node, bound)
        if isinstance(node, nodes.If):
            inner = bound
            bodies = (*node.body, *node.elif_, *node.else_)
        elif isinstance(node, nodes.For) and self._is_fixed(node.iter, bound):
            targets = nodes.Tuple([node.target], "store").find_all(nodes.Name)
            inner = bound | {"loop"} | {name.name for name in targets}
            bodies = tuple(node.body)
        else:
            return False
        has_fixed_test = node.test is None or self._is_fixed(node.test, inner)
        return has_fixed_test and all(self._is_fixed_statement(part, inner) for part in bodies)

    # Expressions

    @property
    def _is_escaping(self) -> bool:
        return self.templates[-1].endswith(_ESCAPING)

    def _text(self, node: nodes.Node) -> str:
        """The expression as a str that can be put out as it is."""
        if isinstance(node, nodes.Const):
            return repr(_escaped(node.value) if self._is_escaping else str(node.value))
        if isinstance(node, nodes.CondExpr):
            other = self._text(node.expr2) if node.expr2 else "''"
            return f"({self._text(node.expr1)} if {self._expression(node.test)} else {other})"
        if isinstance(node, nodes.Call) and (call := self._macro_call(node)):
            return call
        expression = self._expression(node)
        if expression.startswith("f_length("):
            return f"str({expression})"
        return self._escaping(node, expression)

    def _escaping(self, node: nodes.Node, expression: str) -> str:
        """The expression, escaped; a variable of the page once for the whole page."""
        if not self._is_escaping:
            return f"str({expression})"
        if isinstance(node, nodes.Name) and expression == f"c_{node.name}":
            self.shown[node.name] = None
            return f"e_{node.name}"
        # What `esc` does, without a call for what nearly every value is.
        return (
            f"(plain(t) if (k := (t := {expression}).__class__) is str"
            " else t if k is Markup else str(t) if k is int else esc(t))"
        )

    def _macro_call(self, node: nodes.Call) -> str | None:
        """The call of a macro, whose text needs no escaping."""
        if not isinstance(node.node, nodes.Name):
            return None
        function = self.scope.macro(node.node.name)
        return f"{function}({self._arguments(node, 'p_')})" if function else None

    def _arguments(self, node: nodes.Call | nodes.Filter, prefix: str = "") -> str:
        given = [self._expression(argument) for argument in node.args]
        if node.dyn_args:
            given.append(f"*{self._expression(node.dyn_args)}")
        given += [f"{prefix}{pair.key}={self._expression(pair.value)}" for pair in node.kwargs]
        return ", ".join(given)

    def _expression(self, node: nodes.Node) -> str:
        visit = _EXPRESSIONS.get(type(node))
        if visit is None:
            self._refuse(node)
        return visit(self, node)

    def _name(self, node: nodes.Name) -> str:
        found = self.scope.find(node.name)
        if found:
            return found
        if node.name in self.compiler.known:
            return f"g_{node.name}"
        if self.is_library:
            raise ArchiveError(
                f"{self.templates[-1]}, line {node.lineno}: nobody gives {node.name!r}: a macro "
                "knows its parameters and what every template knows"
            )
        self.wanted[node.name] = None
        return f"c_{node.name}"

    def _attribute(self, node: nodes.Getattr) -> str:
        if _is_loop(node.node):
            counter, _, last = (self.scope.find("loop") or "").partition("|")
            meanings = {
                "index": f"({counter} + 1)",
                "index0": counter,
                "last": f"({counter} == {last})",
            }
            if node.attr not in meanings:
                self._refuse(node)
            return meanings[node.attr]
        return f"{self._operand(node.node)}.{node.attr}"

    def _operand(self, node: nodes.Node) -> str:
        expression = self._expression(node)
        return f"({expression})" if isinstance(node, nodes.Const) else expression

    def _item(self, node: nodes.Getitem) -> str:
        return f"{self._operand(node.node)}[{self._expression(node.arg)}]"

    def _slice(self, node: nodes.Slice) -> str:
        parts = (node.start, node.stop, node.step)
        return ":".join(self._expression(part) if part else "" for part in parts).removesuffix(":")

    def _call(self, node: nodes.Call) -> str:
        if call := self._macro_call(node):
            return f"marked({call})"
        return f"{self._operand(node.node)}({self._arguments(node)})"

    def _filter(self, node: nodes.Filter) -> str:
        if node.node is None:
            self._refuse(node)
        if node.name not in self.compiler.filters:
            raise ArchiveError(
                f"{self.templates[-1]}, line {node.lineno}: there is no filter {node.name!r}"
            )
        arguments = self._arguments(node)
        more = f", {arguments}" if arguments else ""
        return f"f_{node.name}({self._expression(node.node)}{more})"

    def _condition(self, node: nodes.CondExpr) -> str:
        other = self._expression(node.expr2) if node.expr2 else "''"
        return f"({self._expression(node.expr1)} if {self._expression(node.test)} else {other})"

    def _compare(self, node: nodes.Compare) -> str:
        rest = (f" {_COMPARISONS[o.op]} {self._expression(o.expr)}" for o in node.ops)
        return f"({self._expression(node.expr)}{''.join(rest)})"

    def _concat(self, node: nodes.Concat) -> str:
        parts = ", ".join(self._expression(part) for part in node.nodes)
        return f"{'joined' if self._is_escaping else 'joined_plain'}({parts})"

    def _tuple(self, node: nodes.Tuple) -> str:
        return f"({''.join(f'{self._expression(item)}, ' for item in node.items)})"

    def _list(self, node: nodes.List) -> str:
        return f"[{', '.join(self._expression(item) for item in node.items)}]"

    def _dict(self, node: nodes.Dict) -> str:
        pairs = (f"{self._expression(p.key)}: {self._expression(p.value)}" for p in node.items)
        return f"{{{', '.join(pairs)}}}"


def _merged(pieces: Iterable[_Piece]) -> list[str]:
    """The expressions of pieces; literals side by side are one."""
    merged: list[str] = []
    for is_literal, run in groupby(pieces, key=lambda piece: piece.is_literal):
        expressions = [piece.expression for piece in run]
        merged += [" ".join(expressions)] if is_literal else expressions
    return merged


def _joined(expressions: Sequence[str]) -> str:
    """The expression of all of them as one text."""
    if len(expressions) == 1:
        return expressions[0]
    return f"''.join(({', '.join(expressions)}))"


def _beside_blocks(tree: nodes.Template) -> list[nodes.Node]:
    """What a template that extends another does besides filling blocks: imports and settings."""
    return [
        node
        for node in tree.body
        if isinstance(node, nodes.FromImport | nodes.Assign | nodes.Macro)
    ]


def _constant(node: nodes.Node) -> str:
    """The name of another template, which in ours is always written out."""
    return str(node.as_const()) if isinstance(node, nodes.Expr) else ""


def _is_loop(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.name == "loop"


def _escaped(value: object) -> str:
    from markupsafe import escape  # noqa: PLC0415 - with Jinja, not without

    return str(escape(value))


def _binary(sign: str) -> Callable[[_Writer, Any], str]:
    return lambda writer, node: (
        f"({writer._expression(node.left)} {sign} {writer._expression(node.right)})"
    )


def _unary(sign: str) -> Callable[[_Writer, Any], str]:
    return lambda writer, node: f"({sign}{writer._expression(node.node)})"


_STATEMENTS: Mapping[type[nodes.Node], Callable[[_Writer, Any], None]] = {
    nodes.Assign: _Writer._assign,
    nodes.Block: _Writer._block,
    nodes.For: _Writer._for,
    nodes.FromImport: _Writer._from_import,
    nodes.If: _Writer._if,
    nodes.Include: _Writer._include,
    nodes.Macro: _Writer._macro,
    nodes.Output: _Writer._output,
    nodes.With: _Writer._with,
}

_EXPRESSIONS: Mapping[type[nodes.Node], Callable[[_Writer, Any], str]] = {
    nodes.Add: _binary("+"),
    nodes.And: _binary("and"),
    nodes.Call: _Writer._call,
    nodes.Compare: _Writer._compare,
    nodes.Concat: _Writer._concat,
    nodes.CondExpr: _Writer._condition,
    nodes.Const: lambda writer, node: repr(node.value),
    nodes.Dict: _Writer._dict,
    nodes.Filter: _Writer._filter,
    nodes.Getattr: _Writer._attribute,
    nodes.Getitem: _Writer._item,
    nodes.List: _Writer._list,
    nodes.Mod: _binary("%"),
    nodes.Mul: _binary("*"),
    nodes.Name: _Writer._name,
    nodes.Neg: _unary("-"),
    nodes.Not: _unary("not "),
    nodes.Or: _binary("or"),
    nodes.Slice: _Writer._slice,
    nodes.Sub: _binary("-"),
    nodes.Tuple: _Writer._tuple,
}
