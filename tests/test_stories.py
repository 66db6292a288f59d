"""Every story of tests/cases: what goes in, and exactly what the command line says would happen."""

from pathlib import Path

import pytest
from stories import FOLDER, Story, read_stories, tell, write_stories

FILES = sorted((FOLDER / "cases").glob("*.case"))
STORIES = [
    pytest.param(path, number, story, id=f"{path.stem}-{number + 1}-{story.title[:60]}")
    for path in FILES
    for number, story in enumerate(read_stories(path))
]


@pytest.mark.parametrize(("path", "number", "story"), STORIES)
def test_story(path: Path, number: int, story: Story, request: pytest.FixtureRequest) -> None:
    told = tell(story)
    if request.config.getoption("--update-cases"):
        stories = read_stories(path)
        stories[number].expected = told
        write_stories(path, stories)
        return
    assert told == story.expected
