"""The shape of files: how long they and their functions are, and how they open."""

import os
import re

from source_rules import cpp
from source_rules.tree import Finding

SOURCE_LINES_MAX = 400
HEADER_LINES_WANTED = 200
FUNCTION_LINES_MAX = 70


def check(root, path, text, code):
    findings = _opening(root, path, text)
    lines = text.count("\n")
    if lines > SOURCE_LINES_MAX:
        findings.append(Finding(path, SOURCE_LINES_MAX, "file-size",
                                f"{lines} lines, at most {SOURCE_LINES_MAX}; split it by subject"))
    elif path.endswith(".hpp") and lines > HEADER_LINES_WANTED:
        findings.append(Finding(path, HEADER_LINES_WANTED, "header-size",
                                f"{lines} lines, {HEADER_LINES_WANTED} are wanted", True))
    return findings + _long_functions(path, code)


def _opening(root, path, text):
    findings = []
    stands_alone = path.endswith(".hpp") or not _has_header(root, path)
    if stands_alone and not text.startswith("//"):
        findings.append(Finding(path, 1, "purpose", "the file opens with a comment: what it is for, "
                                "and what it does not do"))
    if path.endswith(".hpp") and not re.search(r"^#pragma once$", text, re.MULTILINE):
        findings.append(Finding(path, 1, "include-guard", "a header says `#pragma once`"))
    return findings


def _has_header(root, path):
    if path.endswith("_test.cpp"):
        return True  # its tests say what they claim
    return os.path.exists(os.path.join(root, path[:-len(".cpp")] + ".hpp"))


def _long_functions(path, code):
    tokens = cpp.tokenise(code)
    findings = []
    for opening, closing in cpp.function_bodies(tokens):
        length = tokens.line[closing] - tokens.line[opening] + 1
        if length > FUNCTION_LINES_MAX:
            findings.append(Finding(path, tokens.line[opening], "function-size",
                                    f"{length} lines, at most {FUNCTION_LINES_MAX}; 10 to 15 are "
                                    "the aim"))
    return findings
