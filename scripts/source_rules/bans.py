"""The ban list of bans.toml, and the one ban that needs two files: iteration over unordered
containers.

Not seen: what is spelled through an alias, a macro or `auto`.
"""

import functools
import os
import re
import tomllib

from source_rules import cpp
from source_rules.tree import CPP_ENDINGS, Finding, is_under, read


@functools.cache
def load():
    with open(os.path.join(os.path.dirname(__file__), "bans.toml"), "rb") as file:
        bans = tomllib.load(file)["ban"]
    known = {"name", "pattern", "only", "except", "use", "text", "includes"}
    for ban in bans:
        if set(ban) - known or not {"name", "pattern", "use"} <= set(ban):
            raise ValueError(f"bans.toml: wrong fields in {ban}")
        ban["compiled"] = re.compile(ban["pattern"])
    return bans


def _selects(path, entries):
    return any(path.endswith(entry[1:]) if entry.startswith("*") else is_under(path, entry)
               for entry in entries)


def check(path, text, code):
    """Findings of one file. `code` is cpp.code_only(text) for C++, None for other files."""
    views = {"text": text.split("\n")}
    if code is not None:
        views["code"] = code.split("\n")
        views["includes"] = cpp.without_comments(text).split("\n")
    findings = []
    for ban in load():
        view = "text" if ban.get("text") else "includes" if ban.get("includes") else "code"
        applies = view in views and _selects(path, ban.get("only", ["."]))
        if applies and not _selects(path, ban.get("except", [])):
            findings += _matches(path, ban, views[view])
    return findings


def _matches(path, ban, lines):
    for number, line in enumerate(lines, start=1):
        match = ban["compiled"].search(line)
        if match:
            yield Finding(path, number, ban["name"], f"`{match[0].strip()}`; use {ban['use']}")


_UNORDERED = re.compile(r"\bunordered_(?:multi)?(?:map|set)\s*<")
def unordered_iteration(root, path, code):
    """Loops over a variable that this file, or the header beside it, declares unordered."""
    names = _unordered_names(code) | _unordered_names(_header_code(root, path))
    tokens = cpp.tokenise(code)
    return [Finding(path, line, "unordered-iteration", f"over `{name}`, whose order differs "
                    "between libraries; use std::map, or collect the keys and sort them")
            for name, line in _iterated(tokens) if name in names]


def _iterated(tokens):
    """(variable, line) of every range-for and every `.begin()`."""
    for index, token in enumerate(tokens.text):
        if token == "for" and tokens.at(index + 1) == "(" and tokens.match[index + 1]:
            close = tokens.match[index + 1]
            if ":" in tokens.text[index:close]:
                yield tokens.text[close - 1], tokens.line[index]
        elif token in ("begin", "cbegin") and tokens.at(index - 1) in (".", "->"):
            yield tokens.at(index - 2), tokens.line[index]


def _header_code(root, path):
    stem = re.sub(r"(_test)?\.cpp$", "", path)
    header = stem + ".hpp"
    if header == path or not os.path.exists(os.path.join(root, header)):
        return ""
    return cpp.code_only(read(root, header) or "")


def _unordered_names(code):
    names = set()
    for match in _UNORDERED.finditer(code):
        depth, at = 1, match.end()
        while at < len(code) and depth > 0:
            depth += {"<": 1, ">": -1}.get(code[at], 0)
            at += 1
        name = re.match(r"[\s&*]*(\w+)\s*[;={,)]", code[at:at + 200])
        if name:
            names.add(name[1])
    return names


def is_cpp(path):
    return path.endswith(CPP_ENDINGS)
