"""The site in Firefox, opened from disk, where ``'self'`` in a policy does not allow the same."""

from collections.abc import Iterator

import pytest

from tests.conftest import Run
from tests.firefox import Firefox, launch_firefox

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    with launch_firefox(tmp_path_factory.mktemp("firefox") / "profile") as firefox:
        yield firefox


def test_the_search_field_of_any_page_leads_to_the_result(
    firefox: Firefox, generated_run: Run
) -> None:
    firefox.goto((generated_run.output / "years/index.html").as_uri())
    firefox.run(
        "let form = document.querySelector('.site-search');"
        "form.querySelector('input').value = 'docking'; form.querySelector('button').click()"
    )
    firefox.wait_for("return location.pathname.endsWith('/explore.html')")
    found = firefox.wait_for("return document.querySelector('.results .card-name')?.textContent")
    assert "docking" in found.lower()


def test_a_page_has_its_style_its_scripts_and_its_pictures(
    firefox: Firefox, generated_run: Run
) -> None:
    firefox.goto((generated_run.output / "index.html").as_uri())
    assert firefox.run("return document.styleSheets[0].cssRules.length")
    assert firefox.run("return document.querySelector('.theme-toggle').checkVisibility()")
    shown = "return [...document.images].filter(image => image.naturalWidth).length"
    assert firefox.wait_for(shown)


def test_a_stub_leads_to_the_page_of_its_event(firefox: Firefox, generated_run: Run) -> None:
    stub = min((generated_run.output / "id").glob("*.html"))
    firefox.goto(stub.as_uri())
    assert firefox.wait_for("return location.pathname.includes('/events/')")


def test_a_star_puts_an_event_on_the_list(firefox: Firefox, generated_run: Run) -> None:
    firefox.goto((generated_run.output / "types/docking.html").as_uri())
    starred = firefox.run(
        "document.querySelector('.star').click();"
        "return document.querySelector('.card-name a').textContent"
    )
    firefox.goto((generated_run.output / "my-list.html").as_uri())
    listed = firefox.wait_for("return document.querySelector('.card-name a')?.textContent")
    assert listed == starred


def test_each_number_stands_in_the_line_of_its_word(firefox: Firefox, generated_run: Run) -> None:
    firefox.goto((generated_run.output / "types/index.html").as_uri())
    distances = firefox.run(
        "const bottom = element => element.getBoundingClientRect().bottom;"
        "return [...document.querySelectorAll('p.count-list')].map(line =>"
        "  Math.round(bottom(line.querySelector('.count')) - bottom(line.querySelector('a'))))"
    )
    assert len(distances) > 10
    assert len(set(distances)) == 1
