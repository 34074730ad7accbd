"""The source of the project as syntax trees, for the tests of its shape."""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("leadbridge", "leads", "sla")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One file of ours."""

    path: str
    text: str
    tree: ast.Module

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())

    def functions(self) -> list[Function]:
        return [node for node in ast.walk(self.tree) if isinstance(node, Function)]


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """Every Python file in these folders (all rooms by default), but for migrations."""
    found = []
    for folder in folders or ROOMS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            text = path.read_text()
            found.append(Source(str(path.relative_to(ROOT)), text, ast.parse(text)))
    return tuple(found)


def dotted(node: ast.expr) -> str:
    """`Lead.objects.filter(…).update` as `Lead.objects.filter.update`; `?` where it is no name."""
    match node:
        case ast.Name():
            return node.id
        case ast.Attribute():
            return f"{dotted(node.value)}.{node.attr}"
        case ast.Call():
            return dotted(node.func)
        case ast.Subscript():
            return dotted(node.value)
    return "?"
