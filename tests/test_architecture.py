"""The house's shape, held by tests: the import line, scoped pages, sizes, names."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ["demo", "safeguarding", "sessions_app", "families", "whippersnappers"]
PRODUCT = [
    path
    for app in APPS
    for path in sorted((ROOT / app).rglob("*.py"))
    if "migrations" not in path.parts and "__pycache__" not in path.parts
]


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_the_import_line_has_no_exceptions():
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.parametrize("path", PRODUCT, ids=relative)
def test_nothing_is_imported_inside_a_function(path):
    tree = ast.parse(path.read_text())
    inside = [
        f"{node.name}:{inner.lineno}"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert inside == []


def pages() -> list[Path]:
    return [p for p in PRODUCT if {"portal", "dashboard"} & {p.stem, *Path(relative(p)).parts}]


def test_pages_for_families_and_the_lead_ask_only_scoped_querysets():
    assert pages() != []
    unscoped = [
        f"{relative(path)}:{number}"
        for path in pages()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        for use in re.findall(r"\b[A-Z]\w+\.objects\b(?!\.(?:visible_to|for_guardian)\()", line)
    ]
    assert unscoped == []


def test_the_queryset_rule_can_fail():
    assert re.findall(r"\b[A-Z]\w+\.objects\b(?!\.(?:visible_to|for_guardian)\()", "x = Child.objects.all()")


def test_no_module_has_a_name_that_says_nothing():
    vague = {"utils", "common", "core", "helpers", "misc"}
    assert [relative(p) for p in PRODUCT if vague & {p.stem, *p.relative_to(ROOT).parts}] == []


def test_files_stay_readable():
    lengths = {relative(p): len(p.read_text().splitlines()) for p in PRODUCT}
    assert {name: lines for name, lines in lengths.items() if lines > 300} == {}


# Long because they are tables, not because they do much.
TABLES = {"families/importing/columns.py:_guardian"}


def test_functions_stay_readable():
    long = [
        f"{relative(path)}:{node.name}"
        for path in PRODUCT
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno - node.lineno > 40
    ]
    assert [name for name in long if name not in TABLES] == []


@pytest.mark.parametrize("path", [p for p in PRODUCT if p.stem == "tasks"], ids=relative)
def test_tasks_carry_ids_only(path):
    """A task's arguments travel through Redis and logs: ids, nothing else."""
    names = [
        argument.arg
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and node.decorator_list
        for argument in node.args.args
    ]
    assert [name for name in names if name != "self" and not name.endswith("_id")] == []


def test_smtp_is_spoken_in_one_place_and_zoom_in_another():
    speakers = {"smtplib": set(), "requests": set(), "zoomus": set()}
    for path in PRODUCT:
        for node in ast.walk(ast.parse(path.read_text())):
            for name in _imported(node):
                if name in speakers and not relative(path).startswith("demo/"):
                    speakers[name].add(str(Path(relative(path)).parent))
    assert speakers["smtplib"] <= {"whippersnappers/outbox"}
    assert speakers["requests"] | speakers["zoomus"] == {"sessions_app/zoom"}


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name.split(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [node.module.split(".")[0]]
    return []


def test_the_product_speaks_of_the_product_alone():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    machine = re.compile(r"(?<![\w.])/(?:work|farm)/|\.\./shared\b")
    guilty = []
    for name in tracked:
        path = ROOT / name
        if (
            path.suffix in {".py", ".md", ".html", ".txt", ".toml", ".yml", ".sh"}
            and path.is_file()
            and path != Path(__file__)
        ):
            guilty += [name] if machine.search(path.read_text(errors="replace")) else []
    assert guilty == []
