"""From text to comparable words."""

import pytest

from events_archive.search.words import tokens, words


@pytest.mark.parametrize(
    "spellings",
    [
        ("crew10", "crew 10", "Crew-10", "CREW–10", "crew_10", "crew 010"),
        ("docking", "dockings", "docked", "Docks"),
        ("release", "releases", "released", "releasing"),
        ("relocation", "relocations", "relocated", "relocate"),
        ("deployment", "deployed", "deploys"),
        ("fire", "fires", "fired", "firing"),
        ("stopped", "stop", "stopping"),
        ("flies", "flew", "flown", "fly", "flying"),
        ("8th flight", "Eighth Flight", "flight 8th".replace("flight 8th", "8 flight")),
        ("Artemis II", "artemis 2"),
        ("Chang'e", "Chang’e", "change", "CHANG`E"),
        ("Guyane Française", "guyane francaise", "Guyane Franc\u0327aise"),
        ("Sławosz Uznański", "slawosz uznanski"),
        ("Baïkonour", "baikonour"),
        ("ｃｒｅｗ １０", "crew 10"),
        ("the docking of the crew", "docking crew"),
    ],
)
def test_spellings_of_one_word_are_equal(spellings: tuple[str, ...]) -> None:
    assert len({tuple(words(spelling)) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("docking", "undocking"), ("hope", "hop"), ("mars", "mar"), ("crew 1", "crew 10"),
        ("progress", "progre"), ("speed", "spe"), ("station", "state"), ("string", "str"),
    ],
)  # fmt: skip
def test_words_that_differ_stay_apart(one: str, other: str) -> None:
    assert words(one) != words(other)


def test_other_scripts_have_words() -> None:
    assert words("Союз МС-17") == ["союз", "мс", "17"]
    assert words("民間ロケット") == ["民間ロケット"]
    assert words("إطلاق مسبار") == ["إطلاق".replace("\u0625", "\u0627"), "مسبار"]


@pytest.mark.parametrize("text", ["", "  ", "'’", "\0\x01", "\ud800", "((.*)+", "<b>", "½", "_"])
def test_any_text_has_words_or_none(text: str) -> None:
    assert all(token.word for token in tokens(text))


def test_a_token_is_shown_as_it_was_written() -> None:
    assert [token.raw for token in tokens("NASA's Crew10")] == ["NASA's", "Crew", "10"]
