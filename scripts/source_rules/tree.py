"""Which files there are, what a finding is, and the comment that allows one.

A finding is allowed by `// lint-allow(rule): reason` on its line or on the line above; the reason is
part of the form, and an allowance that allows nothing is a finding itself.
"""

import dataclasses
import os
import re

SKIPPED_FOLDERS = {".git", "build", "out", "__pycache__", ".cache", "node_modules"}
CPP_ENDINGS = (".cpp", ".hpp")
ALLOWANCE = re.compile(r"lint-allow\(([\w-]+)\)(?::\s*(\S.{7,}))?")


@dataclasses.dataclass(frozen=True, order=True)
class Finding:
    path: str
    line: int
    rule: str
    message: str
    is_warning: bool = False

    def text(self):
        kind = "warning: " if self.is_warning else ""
        return f"{self.path}:{self.line}: {kind}{self.rule}: {self.message}"


def files(root, under=()):
    """Paths relative to `root`, sorted; `under`, if given, narrows to those files or folders."""
    wanted = [os.path.normpath(path) for path in under]
    found = []
    for folder, subfolders, names in os.walk(root):
        subfolders[:] = sorted(name for name in subfolders if name not in SKIPPED_FOLDERS)
        for name in names:
            path = os.path.relpath(os.path.join(folder, name), root)
            if not wanted or any(is_under(path, prefix) for prefix in wanted):
                found.append(path)
    return sorted(found)


def is_under(path, prefix):
    return prefix == "." or path == prefix or path.startswith(prefix + os.sep)


def read(root, path):
    """The text, or None where the file is not text."""
    try:
        with open(os.path.join(root, path), encoding="utf-8", newline="") as file:
            return file.read()
    except UnicodeDecodeError:
        return None


def apply_allowances(path, text, findings):
    """Drops what the file allows with a reason; adds a finding for each allowance in vain."""
    kept = list(findings)
    for number, line in enumerate(text.split("\n"), start=1):
        match = ALLOWANCE.search(line)
        if not match:
            continue
        rule, reason = match.groups()
        if reason is None:
            kept.append(Finding(path, number, "allowance", f"lint-allow({rule}) needs a reason: "
                                f"`lint-allow({rule}): why it is right here`"))
            continue
        allowed = [f for f in kept if f.rule == rule and f.line in (number, number + 1)]
        if not allowed:
            kept.append(Finding(path, number, "allowance",
                                f"lint-allow({rule}) allows nothing here; remove it"))
        kept = [f for f in kept if f not in allowed]
    return kept
