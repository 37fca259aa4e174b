"""What the parts of templates are called in Python."""


def function_of(template: str, macro: str = "") -> str:
    """The name of the function that a page, or a macro of a library, becomes."""
    return f"macro_{_stem(template)}__{macro}" if macro else f"page_{_stem(template)}"


def setting_of(template: str, name: str) -> str:
    """The name of what a library sets beside its macros."""
    return f"set_{_stem(template)}__{name}"


def fixed_of(template: str) -> str:
    """The name of what holds the pieces that are the same on all pages of a folder."""
    return f"fixed_{_stem(template)}"


def _stem(template: str) -> str:
    return "".join(c if c.isalnum() else "_" for c in template)
