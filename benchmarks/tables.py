"""Tables as Markdown, which reads well in a terminal too."""

from collections.abc import Iterable, Sequence


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The table; columns of words are set to the left, those of numbers to the right."""
    cells = [tuple(row) for row in rows]
    is_words = [
        all(isinstance(cell, str) for cell in column) for column in zip(*cells, strict=True)
    ]
    lines = [tuple(map(str, heads)), *(tuple(map(_said, row)) for row in cells)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    head, *body = (_line(line, widths, is_words) for line in lines)
    rule = (
        "-" * width if words else "-" * (width - 1) + ":"
        for width, words in zip(widths, is_words, strict=True)
    )
    return "\n".join([head, f"| {' | '.join(rule)} |", *body])


def _line(cells: Sequence[str], widths: Sequence[int], is_words: Sequence[bool]) -> str:
    set_cells = (
        cell.ljust(width) if words else cell.rjust(width)
        for cell, width, words in zip(cells, widths, is_words, strict=True)
    )
    return f"| {' | '.join(set_cells)} |"


def _said(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:.2f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)
