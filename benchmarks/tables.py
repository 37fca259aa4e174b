"""Tables in Markdown."""

from collections.abc import Iterable, Sequence


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table; columns of text are aligned to the left, all others to the right."""
    cells = [tuple(row) for row in rows]
    is_text = [all(isinstance(cell, str) for cell in column) for column in zip(*cells, strict=True)]
    lines = [tuple(map(str, header)), *(tuple(map(_format_cell, row)) for row in cells)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    head, *body = (_format_line(line, widths, is_text) for line in lines)
    rule = (
        "-" * width if text else "-" * (width - 1) + ":"
        for width, text in zip(widths, is_text, strict=True)
    )
    return "\n".join([head, f"| {' | '.join(rule)} |", *body])


def _format_line(cells: Sequence[str], widths: Sequence[int], is_text: Sequence[bool]) -> str:
    aligned = (
        cell.ljust(width) if text else cell.rjust(width)
        for cell, width, text in zip(cells, widths, is_text, strict=True)
    )
    return f"| {' | '.join(aligned)} |"


def _format_cell(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:.2f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)
