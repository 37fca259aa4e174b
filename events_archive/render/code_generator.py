"""How Jinja compiles the templates to Python: as directly as they allow.

Jinja's own code calls a helper for every attribute, item, call and import, since a template may be
sandboxed, run asynchronously or look up keys with a dot. The templates of the archive need none of
that, and are rendered thousands of times. In the code that is generated here

- ``a.b`` and ``a[b]`` are the attribute and the item, and ``f(x)`` is a call. What is missing
  raises Python's AttributeError, KeyError or IndexError, and no function is passed a context.
  An undefined variable still raises Jinja's UndefinedError;
- a macro is a Python function, which takes its arguments by position or name;
- ``{% from "x.html" import y %}`` takes ``y`` from the one module that the environment has of x;
- a page or block collects its text in a list, and text without ``& < > " '`` is not escaped.

What templates write is what they write with Jinja's own generator, byte for byte:
``tests/render/test_jinja.py`` compares the two.
"""

# ruff: noqa: N802 - the names of methods are those of Jinja's nodes

import re

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame, MacroRef
from markupsafe import escape

needs_escaping = re.compile("[&<>'\"]").search


def escape_value(value: object) -> str:
    """Return the text of ``value`` escaped for HTML."""
    return str(value) if isinstance(value, int) else escape(value)


class DirectCodeGenerator(CodeGenerator):
    """Generates the Python code of a template; Jinja calls the methods for each kind of node."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        """Write the module of a template."""
        self.writeline(f"from {__name__} import escape_value, needs_escaping")
        super().visit_Template(node, frame)

    def enter_frame(self, frame: Frame) -> None:
        """Write the beginning of a scope; a page or block gets a list for its text."""
        super().enter_frame(frame)
        if frame.buffer is None:
            self.buffer(frame)

    def leave_frame(self, frame: Frame, with_python_scope: bool = False) -> None:
        """Write the end of a scope; a page or block yields its text."""
        if frame.parent is None:
            self.writeline(f"yield concat({frame.buffer})")
        super().leave_frame(frame, with_python_scope)

    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:
        """Write text and values, escaped where Jinja would escape them."""
        if frame.require_output_check and self.has_known_extends:
            return  # Text beside the blocks of a template that extends another.
        before, after = "str(", ")"
        if frame.eval_ctx.autoescape:
            before = "(v if (t := (v := "
            after = (
                ").__class__) is Markup or t is str and not needs_escaping(v) else escape_value(v))"
            )
        self.writeline(f"{frame.buffer}.extend((", node)
        for child in node.nodes:
            self.newline(child)
            if isinstance(child, nodes.TemplateData):
                self.write(repr(child.data))
            else:
                self.write(before)
                self.visit(child, frame)
                self.write(after)
            self.write(", ")
        self.write("))")

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:
        """Write ``(object).name``."""
        self.write("(")
        self.visit(node.node, frame)
        self.write(f").{node.attr}")

    def visit_Getitem(self, node: nodes.Getitem, frame: Frame) -> None:
        """Write ``(object)[key]``."""
        self.write("(")
        self.visit(node.node, frame)
        self.write(")[")
        self.visit(node.arg, frame)
        self.write("]")

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        """Write ``(function)(arguments)``."""
        self.write("(")
        self.visit(node.node, frame)
        self.write(")(")
        for argument in node.args:
            self.visit(argument, frame)
            self.write(", ")
        if node.dyn_args:
            self.write("*")
            self.visit(node.dyn_args, frame)
            self.write(", ")
        for keyword in node.kwargs:
            self.visit(keyword, frame)
            self.write(", ")
        self.write("caller=caller)" if forward_caller else ")")

    def visit_FromImport(self, node: nodes.FromImport, frame: Frame) -> None:
        """Write assignments of names that another template defines."""
        self.writeline("module = environment.module(", node)
        self.visit(node.template, frame)
        self.write(")")
        for item in node.names:
            name, alias = item if isinstance(item, tuple) else (item, item)
            variable = frame.symbols.ref(alias)
            self.writeline(f"{variable} = module.{name}")
            if frame.toplevel:
                self.writeline(f"context.vars[{alias!r}] = {variable}")

    def macro_def(self, macro_ref: MacroRef, frame: Frame) -> None:
        """Write a function that passes the arguments of a macro to its body and marks its text."""
        names = [argument.name for argument in macro_ref.node.args]
        parameters = "".join(f"{name}=missing, " for name in names)
        mark = "Markup" if frame.eval_ctx.autoescape else "str"
        self.write(f"lambda {parameters}*, _body=macro: {mark}(_body({', '.join(names)}))")
