"""Two draws from a generator with state never stand in one statement: compilers evaluate operands
and arguments in different orders, and each order is another run. draw() is a pure function of its
keys and is free of this.

Not seen: a second draw inside a function that the statement calls.
"""

from source_rules import cpp
from source_rules.tree import Finding


def check(path, code):
    tokens = cpp.tokenise(code)
    findings, seen = [], False
    for index, token in enumerate(tokens.text):
        if token in (";", "{", "}"):
            seen = False
        elif _draws(tokens, index):
            if seen:
                findings.append(Finding(path, tokens.line[index], "two-draws", "the second draw in "
                                        "one statement; give each a statement and a name"))
            seen = True
    return findings


def _draws(tokens, index):
    """`random.next()`, `node.random().next()`, `jitter(random, ...)`."""
    if tokens.at(index + 1) != "(":
        return False
    if tokens.text[index] == "jitter":
        return not cpp.is_name(tokens.at(index - 1)) or tokens.at(index - 1) in ("return", "co_return")
    if tokens.text[index] != "next" or tokens.at(index - 1) not in (".", "->"):
        return False
    owner = index - 2
    if tokens.at(owner) == ")" and tokens.match[owner] is not None:
        owner = tokens.match[owner] - 1
    return "random" in tokens.at(owner).lower()
