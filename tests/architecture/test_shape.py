"""Who may import whom, how big things are, and what is written about them."""

import ast
import io
import re
import statistics
from pathlib import Path

import pytest
from django.core.management import call_command
from importlinter.cli import lint_imports

from tests.architecture.source import ROOT, Function, Source, sources

MOST_LINES = 400
MOST_LINES_OF_NINE_IN_TEN = 35
# Their names say all: a class that Django or REST framework calls, and handlers of one line.
RIM = re.compile(
    r"/(views|api|bodies|forms|urls|api_urls|admin|apps|tasks|settings)\.py$|/management/"
)


def test_every_room_imports_only_what_it_may(capsys: pytest.CaptureFixture[str]) -> None:
    assert lint_imports(no_cache=True) == 0, capsys.readouterr().out


def length(function: Function) -> int:
    assert function.end_lineno is not None
    return function.end_lineno - function.lineno + 1


def test_functions_and_files_stay_small(capsys: pytest.CaptureFixture[str]) -> None:
    ours = sources()
    functions = sorted(length(function) for source in ours for function in source.functions())
    files = sorted((source.lines, source.path) for source in ours)
    p90 = functions[len(functions) * 9 // 10]
    with capsys.disabled():
        print(
            f"\nfunctions {len(functions)}: lines median {statistics.median(functions):g}, "
            f"p90 {p90}, max {functions[-1]}; files {len(files)}: median "
            f"{statistics.median(n for n, _ in files):g}, p90 {files[len(files) * 9 // 10][0]}, "
            f"max {files[-1][0]} ({files[-1][1]})"
        )
    assert p90 <= MOST_LINES_OF_NINE_IN_TEN
    assert [pair for pair in files if pair[0] > MOST_LINES] == []


def undocumented(source: Source) -> list[str]:
    return [
        f"{source.path}:{node.lineno} {node.name}"
        for node in source.tree.body
        if isinstance(node, Function | ast.ClassDef)
        and not (node.name.startswith("_") or node.name == "main")
        and not ast.get_docstring(node)
    ]


def test_every_public_function_of_the_domain_says_what_it_does() -> None:
    domain = [s for s in sources() if not RIM.search(s.path)]
    assert [line for source in domain for line in undocumented(source)] == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        source.path
        for source in sources()
        if source.tree.body
        and not ast.get_docstring(source.tree)
        and not re.search(r"(urls|api_urls|apps|__init__)\.py$", source.path)
    ]
    assert silent == []


def test_nothing_is_left_for_later() -> None:
    word = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    folders = ("leadbridge", "leads", "sla", "tests", "bench", "docs", "templates", "static")
    found = []
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix not in (".py", ".md", ".html", ".css", ".js") or path == Path(__file__):
                continue
            found += [
                f"{path.relative_to(ROOT)}:{number}"
                for number, line in enumerate(path.read_text().splitlines(), 1)
                if word.search(line)
            ]
    assert found == []


def test_the_page_of_stages_says_what_the_tables_say() -> None:
    """Renew it with `manage.py stages > docs/stages.md`."""
    printed = io.StringIO()
    call_command("stages", stdout=printed)
    assert (ROOT / "docs" / "stages.md").read_text() == printed.getvalue()
