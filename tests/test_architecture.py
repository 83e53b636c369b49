"""Holds the import rules of ARCHITECTURE.md by reading the package's own source with ``ast``.

A tree is a mapping from module name to source text. Each rule is a function from a tree to its violations;
each is tried on the package, where it finds none, and on small made-up trees, where it must find one.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.checkout import ROOT

Tree = Mapping[str, str]

PACKAGE = "forensics"
FOUNDATION = frozenset(
    {"config", "durable", "errors", "frozen", "oncalendar", "redaction", "timeline", "untrusted", "verdicts"}
)
STAGES = frozenset({"sources", "match", "classify", "analyse", "investigate", "report", "publish"})
# What stands beside the stages: it meets them in `pipeline` only.
SIDE_ROOMS = frozenset({"recorder", "engine"})
STORY = FOUNDATION | STAGES | SIDE_ROOMS | {"database", "evidence", "ledger"}
# What is done with the story beside reporting: a config is drafted, doubted, or packed up with its evidence.
ERRANDS = frozenset({"collect", "doctor", "survey"})
EDGE = frozenset({"cli", "configfile", "pipeline", "progress"}) | ERRANDS

MAY_IMPORT: dict[str, frozenset[str]] = {
    "errors": frozenset(),
    "frozen": frozenset(),
    "oncalendar": frozenset({"timeline"}),
    "redaction": frozenset(),
    "verdicts": frozenset(),
    "durable": frozenset({"errors"}),
    "untrusted": frozenset({"redaction"}),
    "timeline": frozenset({"errors", "redaction"}),
    "config": frozenset({"errors", "timeline", "verdicts"}),
    "configfile": FOUNDATION,
    "evidence": FOUNDATION,
    "database": FOUNDATION,
    "ledger": FOUNDATION | {"database", "evidence"},
    **dict.fromkeys(STAGES | SIDE_ROOMS, FOUNDATION | {"evidence"}),
    "recorder": FOUNDATION | {"database"},
    # What publishing remembers from night to night.
    "publish": FOUNDATION | {"database", "evidence", "ledger"},
    # The defaults of a config hold for jobs that only evidence names, too.
    "pipeline": STORY | {"configfile"},
    **dict.fromkeys(ERRANDS, STORY | {"configfile", "pipeline"}),
    "progress": STORY,
    "cli": STORY | EDGE,
    "entry": frozenset({"cli"}),
    "__main__": frozenset({"entry"}),
    "console": frozenset({"entry"}),
    PACKAGE: STORY | EDGE,
}

FRAMES = frozenset(
    {"evidence", "match", "classify", "analyse", "investigate", "report", "pipeline", "engine", "doctor", "survey"}
)
HOMES: dict[str, frozenset[str]] = {
    "click": frozenset({"cli"}),
    "rich": frozenset({"cli", "progress"}),
    "jinja2": frozenset({"report"}),
    "markupsafe": frozenset({"report"}),
    "markdown_it": frozenset({"report"}),
    "prometheus_client": frozenset({"report"}),
    "dateutil": frozenset({"timeline"}),
    "cronsim": frozenset({"configfile", "match"}),
    "httpcore": frozenset({"publish"}),
    "httpx": frozenset({"publish", "sources"}),
    "fsspec": frozenset({"sources"}),
    "slack_sdk": frozenset({"publish", "sources"}),
    "stamina": frozenset({"publish"}),
    "tomlkit": frozenset({"collect"}),
    "vl_convert": frozenset({"report"}),
    "zstandard": frozenset({"sources"}),
    "pyarrow": frozenset({"evidence", "report", "sources"}),
    "pandas": FRAMES,
    "numpy": FRAMES | {"timeline"},
}
NETWORK = frozenset({"ftplib", "http", "httpcore", "httpx", "requests", "smtplib", "socket", "ssl", "urllib.request"})
NETWORK_HOMES = frozenset({"publish"})
# Modules of other rooms that speak with the network: loaded only where that is asked for, so inside a function.
REMOTE = frozenset({"forensics.sources.slack_web", "forensics.sources.web"})
# What only some reports need: an investigation, the page, evidence elsewhere. The others are made sooner without.
SELDOM = frozenset(
    {
        "forensics.investigate.findings",
        "forensics.investigate.study",
        "forensics.report.html",
        "forensics.sources.lending",
        "forensics.sources.members",
        "forensics.sources.plugins",
    }
)
# Slow to import, and not needed by every command.
HEAVY = frozenset(
    {"dateutil", "fsspec", "httpx", "importlib", "numpy", "prometheus_client", "pyarrow", "vl_convert", "zstandard"}
)
EMPTY_NAMES = frozenset({"common", "data", "helper", "helpers", "info", "item", "manager", "misc", "util", "utils"})

AWARE_OF_SURROUNDINGS = frozenset({"cli", "progress", "__main__"})
SURROUNDINGS = frozenset(
    {
        *(f"datetime.datetime.{name}" for name in ("now", "today", "utcnow")),
        *(f"pandas.Timestamp.{name}" for name in ("now", "today", "utcnow")),
        *(f"time.{name}{unit}" for name in ("time", "monotonic", "perf_counter") for unit in ("", "_ns")),
        "datetime.date.today",
        "time.localtime",
        "os.environ",
        "os.environb",
        "os.getenv",
        "os.getcwd",
        "os.getcwdb",
        "os.chdir",
        "os.path.expanduser",
        "os.path.expandvars",
        "pathlib.Path.cwd",
        "pathlib.Path.home",
    }
)
# These ask the surroundings whatever they are called on.
ASKING_METHODS = frozenset({"expanduser"})


@dataclass(frozen=True)
class Import:
    """One imported name: by whom, where, what; ``function`` is the innermost one around it, None at the top."""

    module: str
    line: int
    target: str
    function: str | None

    def __str__(self) -> str:
        return f"{self.module}:{self.line} imports {self.target}"


def room_of(module: str) -> str:
    """Return the room of a module: ``forensics.match.spans`` is in ``match``, ``forensics.cli_report`` in ``cli``."""
    if module == PACKAGE:
        return PACKAGE
    name = module.split(".")[1]
    if name.startswith("cli_"):
        return "cli"
    return "configfile" if name.startswith("config_") else name


def is_ours(target: str) -> bool:
    return target == PACKAGE or target.startswith(PACKAGE + ".")


def absolute(module: str, node: ast.ImportFrom, tree: Tree) -> str:
    """Return the package or module that a ``from … import`` names, a relative one made absolute."""
    if not node.level:
        return node.module or ""
    is_package = any(other.startswith(module + ".") for other in tree)
    parts = module.split(".")
    base = parts[: len(parts) - node.level + is_package]
    return ".".join([*base, *([node.module] if node.module else [])])


def targets(module: str, node: ast.Import | ast.ImportFrom, tree: Tree) -> Iterator[str]:
    """Yield what an import statement brings in; of our own modules, the module and not the name in it."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    origin = absolute(module, node, tree)
    for alias in node.names:
        full = f"{origin}.{alias.name}"
        yield origin if is_ours(origin) and full not in tree and origin != PACKAGE else full


def imports_in(module: str, node: ast.AST, tree: Tree, function: str | None = None) -> Iterator[Import]:
    """Yield every import below a node, wherever it stands."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield from (Import(module, child.lineno, target, function) for target in targets(module, child, tree))
        inner = child.name if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) else function
        yield from imports_in(module, child, tree, inner)


def all_imports(tree: Tree) -> list[Import]:
    return [each for module, source in tree.items() for each in imports_in(module, ast.parse(source), tree)]


def our_imports(tree: Tree) -> list[Import]:
    return [each for each in all_imports(tree) if is_ours(each.target)]


def foreign_imports(tree: Tree) -> list[Import]:
    return [each for each in all_imports(tree) if not is_ours(each.target)]


def unknown_rooms(tree: Tree) -> list[str]:
    return [f"{module} is in no known room" for module in tree if room_of(module) not in MAY_IMPORT]


def empty_names(tree: Tree) -> list[str]:
    return [f"{module} is named for nothing" for module in tree if module.split(".")[-1].strip("_") in EMPTY_NAMES]


def upward_imports(tree: Tree) -> list[str]:
    """Find imports against ``cli → pipeline → stages → evidence → foundation``."""
    return [
        f"{each}: upwards"
        for each in our_imports(tree)
        if each.target != f"{PACKAGE}.__version__"
        and room_of(each.target) not in {room_of(each.module), *MAY_IMPORT.get(room_of(each.module), ())}
        and not is_crossing(each)
    ]


def is_crossing(each: Import) -> bool:
    rooms = {room_of(each.module), room_of(each.target)}
    return len(rooms) == 2 and rooms <= STAGES | SIDE_ROOMS


def crossings(tree: Tree) -> list[str]:
    return [f"{each}: stages meet in the pipeline" for each in our_imports(tree) if is_crossing(each)]


def cycles(tree: Tree) -> list[str]:
    graph: dict[str, set[str]] = {module: set() for module in tree}
    for each in our_imports(tree):
        if each.target in tree and each.target != each.module:
            graph[each.module].add(each.target)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as found:
        return [" → ".join(reversed(found.args[1]))]
    return []


def late_imports(tree: Tree) -> list[str]:
    """Find imports inside functions that do not serve start-up time."""
    return [
        f"{each} inside {each.function}"
        for each in all_imports(tree)
        if each.function is not None
        and room_of(each.module) not in {"cli", "entry"}
        and (each.module, each.function) != (PACKAGE, "__getattr__")
        and each.target.split(".")[0] not in HEAVY
        and each.target not in REMOTE | SELDOM
    ]


def strangers(tree: Tree) -> list[str]:
    """Find packages away from home, and packages that have none."""
    return [
        f"{each}: not at home in {room_of(each.module)}"
        for each in foreign_imports(tree)
        if (top := each.target.split(".")[0]) not in sys.stdlib_module_names
        and room_of(each.module) not in HOMES.get(top, frozenset())
    ]


def network_users(tree: Tree) -> list[str]:
    return [
        f"{each}: the network is not for {room_of(each.module)}"
        for each in foreign_imports(tree)
        if any(f"{each.target}.".startswith(f"{name}.") for name in NETWORK)
        and room_of(each.module) not in NETWORK_HOMES
        and each.module not in REMOTE
    ]


def origins(parsed: ast.Module) -> dict[str, str]:
    """Return what each imported name of a module stands for, such as ``dt`` for ``datetime``."""
    known: dict[str, str] = {}
    for node in ast.walk(parsed):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.split(".")[0]
                known[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom) and not node.level:
            known.update({(alias.asname or alias.name): f"{node.module}.{alias.name}" for alias in node.names})
    return known


def spelled_out(node: ast.AST, known: Mapping[str, str]) -> str | None:
    """Return the full name that an expression stands for, None where it is no imported one."""
    match node:
        case ast.Name(id=name):
            return known.get(name)
        case ast.Attribute(value=value, attr=attr):
            return f"{base}.{attr}" if (base := spelled_out(value, known)) else None
        case _:
            return None


def asked(node: ast.AST, known: Mapping[str, str]) -> str | None:
    """Return what an expression asks of the surroundings, None where it asks nothing."""
    if isinstance(node, ast.Attribute) and node.attr in ASKING_METHODS:
        return node.attr
    name = spelled_out(node, known)
    return name if name in SURROUNDINGS else None


def surroundings(tree: Tree) -> list[str]:
    """Find readings of the clock, the environment and the working directory below ``cli``."""
    found = set()
    for module, source in tree.items():
        if room_of(module) in AWARE_OF_SURROUNDINGS:
            continue
        parsed = ast.parse(source)
        known = origins(parsed)
        found |= {(module, node.lineno, name) for node in ast.walk(parsed) if (name := asked(node, known))}
    return [f"{module}:{line} asks {name}" for module, line, name in sorted(found)]


RULES: dict[str, Callable[[Tree], list[str]]] = {
    rule.__name__: rule
    for rule in (
        crossings,
        cycles,
        empty_names,
        late_imports,
        network_users,
        strangers,
        surroundings,
        unknown_rooms,
        upward_imports,
    )
}


@cache
def package_tree() -> Tree:
    tree = {}
    for path in sorted((ROOT / PACKAGE).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        tree[module] = path.read_text(encoding="utf-8")
    return tree


def test_imports_never_go_upwards():
    assert upward_imports(package_tree()) == []


def test_stages_do_not_import_each_other():
    assert crossings(package_tree()) == []


def test_imports_form_no_cycle():
    assert cycles(package_tree()) == []


def test_every_package_stays_at_home():
    assert strangers(package_tree()) == []


def test_only_publishing_knows_the_network():
    assert network_users(package_tree()) == []


def test_imports_inside_functions_serve_start_up_time():
    assert late_imports(package_tree()) == []


def test_nobody_below_the_cli_asks_clock_environment_or_working_directory():
    assert surroundings(package_tree()) == []


def test_every_module_has_a_room():
    assert unknown_rooms(package_tree()) == []


def test_no_module_is_named_for_nothing():
    assert empty_names(package_tree()) == []


def test_the_tree_that_is_checked_is_the_package():
    assert {"forensics", "forensics.__main__", "forensics.verdicts", "forensics.evidence.frames"} <= set(package_tree())


LAWFUL: Tree = {
    "forensics": (
        "__version__ = '1'\n"
        "def __getattr__(name):\n    from forensics import pipeline\n    return getattr(pipeline, name)\n"
    ),
    "forensics.__main__": "from forensics.entry import main",
    "forensics.entry": "import sys\ndef main():\n    from forensics.cli import main as others\n",
    "forensics.cli": (
        "import os\nimport time\nimport click\nfrom forensics import __version__\nfrom forensics.cli_report import report\n"
        "def main():\n    from forensics.pipeline import tell\n    return tell(time.time(), os.environ)\n"
    ),
    "forensics.cli_report": "from forensics.configfile import load\nfrom forensics.progress import bar",
    "forensics.configfile": "from forensics.config_schedule import parse\nfrom forensics.config import Config",
    "forensics.config_schedule": "import cronsim\nfrom forensics.timeline import instant",
    "forensics.config": "from datetime import timedelta",
    "forensics.progress": "import rich.progress",
    "forensics.pipeline": "from forensics import match, sources\nfrom forensics.evidence.frames import RUNS",
    "forensics.sources": "from forensics.sources.syslog import Syslog",
    "forensics.sources.base": "from urllib.parse import urlsplit\nfrom forensics.evidence.frames import RUNS",
    "forensics.sources.syslog": (
        "from .base import Source\nfrom datetime import datetime\n"
        "def read(time, os):\n    import zstandard\n    return datetime.fromisoformat(time.time), os.environ\n"
    ),
    "forensics.match": "import numpy as np\nimport pandas as pd\nfrom forensics.config import Job",
    "forensics.evidence": "",
    "forensics.evidence.frames": "from forensics.verdicts import Lane\nfrom forensics.evidence import schema",
    "forensics.evidence.schema": "import pandas as pd",
    "forensics.timeline": "from datetime import datetime\ndef odd(text):\n    from dateutil.parser import parse\n",
    "forensics.verdicts": "from enum import StrEnum",
    "forensics.errors": "",
}

# fmt: off
UNLAWFUL: list[tuple[str, str, Tree]] = [  # rule, what is wrong, where: one a line
    ("upward_imports", "evidence knows a stage", {"forensics.evidence.frames": "import forensics.match.pairing"}),
    ("upward_imports", "a stage knows the pipeline", {"forensics.report": "from forensics import pipeline", "forensics.pipeline": ""}),
    ("upward_imports", "the foundation knows evidence", {"forensics.timeline": "from forensics.evidence import schema"}),
    ("upward_imports", "a stage reads the config file", {"forensics.match": "from forensics.configfile import load"}),
    ("upward_imports", "hidden in a function", {"forensics.match": "def f():\n    from forensics.cli import main"}),
    ("upward_imports", "only for types", {"forensics.match": "if TYPE_CHECKING:\n    from forensics.pipeline import Story"}),
    ("upward_imports", "relative", {"forensics.match.pairing": "from ..pipeline import tell"}),
    ("upward_imports", "the way in knows a room behind", {"forensics.entry": "def f():\n    from forensics.pipeline import tell"}),
    ("upward_imports", "pipeline knows click's room", {"forensics.pipeline": "from forensics.cli_report import report"}),
    ("upward_imports", "a notebook's name taken by a stage", {"forensics.report": "from forensics import judge"}),
    ("crossings", "a stage knows another", {"forensics.report": "from forensics.match.pairing import pair_runs"}),
    ("crossings", "by package", {"forensics.classify.rules": "from forensics import match", "forensics.match": ""}),
    ("crossings", "the recorder knows a stage", {"forensics.recorder": "import forensics.sources.heartbeats"}),
    ("cycles", "of two", {"forensics.match.a": "import forensics.match.b", "forensics.match.b": "from forensics.match.a import x"}),
    ("cycles", "through the package", {"forensics.match": "from forensics.match import a", "forensics.match.a": "from forensics.match import x"}),
    ("cycles", "dodged in a function", {"forensics.errors": "def f():\n    import forensics.verdicts", "forensics.verdicts": "import forensics.errors"}),
    ("strangers", "click below the cli", {"forensics.pipeline": "import click"}),
    ("strangers", "pandas in a source", {"forensics.sources.jsonl": "import pandas as pd"}),
    ("strangers", "numpy in a source", {"forensics.sources.jsonl": "from numpy import array"}),
    ("strangers", "jinja2 in a stage other than report", {"forensics.publish.plan": "from jinja2 import Environment"}),
    ("strangers", "cronsim in evidence", {"forensics.evidence": "from cronsim import CronSim"}),
    ("strangers", "rich in report", {"forensics.report": "def f():\n    import rich.table"}),
    ("strangers", "a package without a home", {"forensics.cli": "import yaml"}),
    ("network_users", "a source fetches", {"forensics.sources.slack": "from urllib import request"}),
    ("network_users", "a socket", {"forensics.report": "import socket"}),
    ("late_imports", "of our own", {"forensics.match": "def f():\n    from forensics.match import pairing"}),
    ("late_imports", "of the standard library", {"forensics.sources": "def f():\n    if True:\n        import json"}),
    ("late_imports", "in a method", {"forensics.report": "class A:\n    def f(self):\n        import pandas"}),
    ("late_imports", "in another function of the package", {"forensics": "def f():\n    import forensics.pipeline"}),
    ("surroundings", "datetime.now", {"forensics.match": "from datetime import UTC, datetime\nx = datetime.now(UTC)"}),
    ("surroundings", "now by another name", {"forensics.match": "import datetime as dt\nx = dt.datetime.now()"}),
    ("surroundings", "a clock handed on", {"forensics.match": "from time import time as tick\nf(tick)"}),
    ("surroundings", "pandas' clock", {"forensics.report": "import pandas as pd\nx = pd.Timestamp.now('UTC')"}),
    ("surroundings", "the environment", {"forensics.configfile": "import os\nx = os.environ['HOME']"}),
    ("surroundings", "the working directory", {"forensics.sources": "from pathlib import Path\nx = Path.cwd()"}),
    ("surroundings", "the home folder", {"forensics.sources": "def f(path):\n    return path.expanduser()"}),
    ("unknown_rooms", "a new room", {"forensics.attic": ""}),
    ("empty_names", "utils", {"forensics.match.utils": ""}),
]
# fmt: on


@pytest.mark.parametrize("rule", RULES)
def test_lawful_tree_breaks_no_rule(rule):
    assert RULES[rule](LAWFUL) == []


@pytest.mark.parametrize(
    ("rule", "tree"), [pytest.param(rule, tree, id=f"{rule}: {title}") for rule, title, tree in UNLAWFUL]
)
def test_violation_is_caught(rule, tree):
    assert len(RULES[rule](tree)) == 1


def test_every_rule_is_shown_to_bite():
    assert {rule for rule, _, _ in UNLAWFUL} == set(RULES)


def test_violation_names_module_and_line():
    tree = {"forensics.report": "import re\nfrom forensics.match.pairing import pair_runs"}
    assert crossings(tree) == ["forensics.report:2 imports forensics.match.pairing: stages meet in the pipeline"]
