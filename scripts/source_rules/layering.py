"""The table of layering.toml, held against every #include of the tree.

Not seen: includes made by macros, and headers that arrive through another header; the link graph
refuses those of other folders.
"""

import dataclasses
import functools
import os
import re
import tomllib

from source_rules import cpp
from source_rules.tree import Finding, files, is_under, read

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Include:
    path: str
    line: int
    header: str
    is_own: bool  # written with quotes: the project's own

    def finding(self, rule, message):
        written = f'"{self.header}"' if self.is_own else f"<{self.header}>"
        return Finding(self.path, self.line, rule, f"{written}: {message}")


@functools.cache
def load():
    with open(os.path.join(os.path.dirname(__file__), "layering.toml"), "rb") as file:
        table = tomllib.load(file)
    for row in table["folder"]:
        unknown = [group for group in row["outside"] if group not in table["groups"]]
        if unknown or set(row) != {"path", "may", "outside"}:
            raise ValueError(f"layering.toml: wrong fields or groups in {row}")
        if row["may"] == ["everything"]:
            row["may"] = table["everything"]
    return table


def row_of(path):
    rows = [row for row in load()["folder"] if is_under(path, row["path"])]
    return max(rows, key=lambda row: len(row["path"]), default=None)


def check(root):
    """Findings of the whole tree under `root`."""
    includes = [include for path in files(root) if path.endswith((".cpp", ".hpp"))
                for include in _includes(root, path)]
    findings = [finding for include in includes for finding in _check_one(root, include)]
    return findings + _heavy(includes) + _test_order(includes) + _rowless(root)


def _includes(root, path):
    text = cpp.without_comments(read(root, path) or "")
    for match in INCLUDE.finditer(text):
        yield Include(path, text.count("\n", 0, match.start()) + 1, match[2], match[1] == '"')


def _rowless(root):
    return [Finding(path, 1, "layering", "this folder has no row in layering.toml")
            for path in files(root) if path.endswith((".cpp", ".hpp")) and row_of(path) is None]


def _check_one(root, include):
    row = row_of(include.path)
    if row is None:
        return
    if include.is_own:
        yield from _check_own(root, include, row)
    elif not _in_groups(include, row["outside"]):
        yield include.finding("layering", f"{row['path']} may include from outside only "
                              f"{', '.join(row['outside'])}")
    yield from _only_in(include)


def _check_own(root, include, row):
    if not os.path.isfile(os.path.join(root, include.header)) or ".." in include.header:
        yield include.finding("include-path", "no such file; includes are written from the root")
        return
    target = row_of(include.header)
    allowed = target is not None and (target["path"] == row["path"] or target["path"] in row["may"])
    if not allowed and include.header not in row["may"]:
        may = ", ".join(row["may"]) or "itself alone"
        yield include.finding("layering", f"{row['path']} may include {may}")


def _in_groups(include, groups):
    groups = [*groups, "test"] if include.path.endswith("_test.cpp") else groups
    return any(re.fullmatch(pattern, include.header)
               for group in groups for pattern in load()["groups"][group])


def _only_in(include):
    for rule in load()["only_in"]:
        concerned = not include.is_own and re.fullmatch(rule["header"], include.header)
        if concerned and is_under(include.path, rule.get("under", ".")) and not any(
                is_under(include.path, folder) for folder in [*rule["folders"], "cmake"]):
            where = ", ".join(rule["folders"]) or "no folder"
            yield include.finding("layering", f"under {rule.get('under', 'the root')} it belongs "
                                  f"to {where}")


def _heavy(includes):
    findings = []
    for rule in load()["heavy"]:
        excepted = rule.get("except", [])
        users = [i for i in includes if not i.is_own and re.fullmatch(rule["header"], i.header)
                 and i.path not in excepted]
        findings += [user.finding("heavy-header", "never in a header; its users pay for it")
                     for user in users if user.path.endswith(".hpp")]
        paths = sorted({user.path for user in users})
        if len(paths) > rule["files_max"]:
            findings += [user.finding("heavy-header", f"{len(paths)} files include it, at most "
                                      f"{rule['files_max']} may: {', '.join(paths)}")
                         for user in users]
    return findings


def _test_order(includes):
    """rapidcheck's glue needs gtest before it."""
    seen, findings = set(), []
    for include in includes:
        if include.header == "gtest/gtest.h":
            seen.add(include.path)
        elif include.header == "rapidcheck/gtest.h" and include.path not in seen:
            findings.append(include.finding("include-order", "<gtest/gtest.h> comes before it"))
    return findings
