"""Just enough C++ to check rules on: comments and literals masked, tokens, matching brackets.

Not a parser: no preprocessing, no templates, no name lookup. What the rules need of those they
approximate, and say so.
"""

import dataclasses
import re

_LITERAL_OR_COMMENT = re.compile(
    r"""//(?:[^\n\\]|\\.|\\\n)*             # comment to the end of the line
      | /\*.*?\*/                           # comment
      | (?P<raw>\b(?:u8|[uUL])?R"(?P<tag>[^()\\\s]{0,16})\(.*?\)(?P=tag)")
      | (?P<string>"(?:[^"\\\n]|\\.|\\\n)*")
      | (?P<number>\b[0-9](?:'?[\w.])*)     # takes the digit separators with it
      | (?P<char>'(?:[^'\\\n]|\\.)+')
    """, re.VERBOSE | re.DOTALL)


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


def without_comments(text):
    """The same text, every comment replaced by blanks; positions stay."""
    return _LITERAL_OR_COMMENT.sub(
        lambda m: _blank(m[0]) if m.lastgroup is None else m[0], text)


def code_only(text):
    """As above, and the inside of string and character literals blank too."""
    def masked(match):
        kind = match.lastgroup
        if kind is None:
            return _blank(match[0])
        if kind == "number":
            return match[0]
        quote = "'" if kind == "char" else '"'
        return quote + _blank(match[0][1:-1]) + quote
    return _LITERAL_OR_COMMENT.sub(masked, text)


_TOKEN = re.compile(
    r"""[A-Za-z_]\w*
      | [0-9](?:'?[\w.])*
      | "[\s]*" | '[\s]*'
      | <=> | <<= | >>= | \.\.\. | ->\* | :: | -> | \+\+ | -- | << | [-+*/%^&|<>=!]=
      | && | \|\|
      | [^\s]""", re.VERBOSE)
_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\\n|\\.)*", re.MULTILINE)
_OPENING = {"(": ")", "[": "]", "{": "}"}
_CLOSING = {")": "(", "]": "[", "}": "{"}


@dataclasses.dataclass
class Tokens:
    """`text[i]` stands on line `line[i]`; `match[i]` is the partner of bracket i, or None."""
    text: list
    line: list
    match: list

    def __len__(self):
        return len(self.text)

    def at(self, index):
        return self.text[index] if 0 <= index < len(self.text) else ""


def tokenise(code):
    """Tokens of `code_only` text, without preprocessor lines. `>>` is two tokens, as templates
    want it."""
    code = _DIRECTIVE.sub(lambda m: _blank(m[0]), code)
    text, lines, number, seen = [], [], 1, 0
    for match in _TOKEN.finditer(code):
        number += code.count("\n", seen, match.start())
        seen = match.start()
        text.append(match[0])
        lines.append(number)
    return Tokens(text, lines, _matches(text))


def _matches(text):
    match, opened = [None] * len(text), []
    for index, token in enumerate(text):
        if token in _OPENING:
            opened.append(index)
        elif token in _CLOSING:
            while opened and text[opened[-1]] != _CLOSING[token]:
                opened.pop()
            if opened:
                match[index] = opened.pop()
                match[match[index]] = index
    return match


def is_name(token):
    return bool(re.match(r"[A-Za-z_]", token))


CONTROL = {"if", "while", "for", "switch", "catch"}


def closes_control_header(tokens, index):
    """Whether the `)` at `index` ends `if (...)`, `while (...)`, `if constexpr (...)` or the like."""
    if tokens.at(index) != ")" or tokens.match[index] is None:
        return False
    before = tokens.match[index] - 1
    if tokens.at(before) == "constexpr":
        before -= 1
    return tokens.at(before) in CONTROL


def lambda_introducer(tokens, brace):
    """The index of the `[` of the lambda whose body opens at `brace`, or None.

    Walks back over parameters, specifiers and a trailing return type.
    """
    index = brace - 1
    while index >= 0:
        token = tokens.text[index]
        if token == ")" and tokens.match[index] is not None:
            if closes_control_header(tokens, index):
                return None
            index = tokens.match[index] - 1
        elif token == "]" and tokens.match[index] is not None:
            return _introducer_at(tokens, tokens.match[index])
        elif is_name(token) or token in ("::", "<", ">", "->", "&", "*", "&&", ","):
            index -= 1
        else:
            return None
    return None


def _introducer_at(tokens, bracket):
    before = tokens.at(bracket - 1)
    if before == "[" or tokens.at(bracket + 1) == "[":  # an attribute
        return None
    indexed = is_name(before) and before not in ("return", "co_return", "co_await", "case")
    return None if indexed or before in (")", "]") else bracket


def function_bodies(tokens):
    """(opening, closing) indexes of the braces of every function at namespace or class scope."""
    bodies, index = [], 0
    while index < len(tokens):
        if tokens.text[index] == "{" and tokens.match[index] is not None:
            prefix = _statement_prefix(tokens, index)
            if not _opens_scope(prefix):
                if _names_function(prefix):
                    bodies.append((index, tokens.match[index]))
                index = tokens.match[index]
        index += 1
    return bodies


def _statement_prefix(tokens, brace):
    start = brace
    while start > 0 and tokens.text[start - 1] not in (";", "{", "}"):
        start -= 1
        if tokens.text[start] in (")", "]") and tokens.match[start] is not None:
            start = tokens.match[start]
    return tokens.text[start:brace]


def _opens_scope(prefix):
    if "namespace" in prefix or prefix[:1] == ["extern"] and len(prefix) == 2:
        return True
    return bool({"class", "struct", "union"} & set(prefix)) and "(" not in prefix


def _names_function(prefix):
    if "(" not in prefix:
        return False
    head = prefix[:prefix.index("(")]
    return "=" not in head or "operator" in head
