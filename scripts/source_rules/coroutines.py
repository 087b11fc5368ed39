"""Where `co_await` may stand (rule 7 of the style): GCC 12 miscompiles the other forms silently.

Allowed, with `e` free of braces, `?:` and operators after the awaited expression:
    co_await e;    auto v = co_await e;    Type v = co_await e;    v = co_await e;
    co_return co_await e;    if (auto v = co_await e; condition)
Also checked: lambda coroutines capture nothing, and neither does the lambda given to async_initiate.

Not seen: aggregates built with parentheses, class-typed temporaries, and anything a macro hides.
"""

from source_rules import cpp
from source_rules.tree import Finding

RULE = "co-await-form"
CAPTURE_RULE = "capturing-coroutine"
NAME_FIRST = "name it first, then await it in a statement of its own"
_BINARY = {"==", "!=", "<=", ">=", "<=>", "&&", "||", "+", "-", "/", "%", "|", "^", ",", "=", "<<",
           "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="}


def check(path, code):
    """Findings of one file; `code` as cpp.code_only gives it."""
    tokens = cpp.tokenise(code)
    findings = []
    for index, token in enumerate(tokens.text):
        if token == "co_await":
            problem = _prefix_problem(tokens, index) or _operand_problem(tokens, index)
            if problem:
                findings.append(Finding(path, tokens.line[index], RULE, f"co_await {problem}"))
        elif token == "async_initiate":
            findings += _initiation_findings(path, tokens, index)
    return findings + _capturing_coroutines(path, tokens)


def _prefix_problem(tokens, index):
    """What is wrong between the start of the statement and `co_await`, or None."""
    start, opener = _statement_start(tokens, index)
    prefix = tokens.text[start:index]
    if opener == "(":
        before = tokens.at(start - 2)
        if before in ("if", "constexpr"):
            if prefix[-1:] == ["="] and _is_declaration(prefix[:-1]):
                return None  # _operand_problem demands the `;` of an initialiser
            return f"in a condition; {NAME_FIRST}"
        if before in cpp.CONTROL:
            return f"in the header of `{before}`; {NAME_FIRST}"
        return f"inside parentheses or an argument list; {NAME_FIRST}"
    if opener == "[":
        return f"inside brackets (subscript or lambda initialiser); {NAME_FIRST}"
    if "?" in prefix:
        return "inside `?:`; use if and else"
    if not prefix or prefix == ["co_return"]:
        return None
    if prefix[-1] != "=":
        return f"as an operand after `{' '.join(prefix[-3:])}`; {NAME_FIRST}"
    target = prefix[:-1]
    if _is_path(target) or _is_declaration(target):
        return None
    return (f"assigned to `{' '.join(target)}`; the left side is a name, a member path or a "
            "declaration of one name")


def _statement_start(tokens, index):
    """(first token of the statement that holds `index`, the bracket that cut it short or '')."""
    start = index
    while start > 0:
        token = tokens.text[start - 1]
        if token in (";", "{", "}", "else", "do") or cpp.closes_control_header(tokens, start - 1):
            return start, ""
        if token in ("(", "["):
            return start, token
        if token == ":" and _ends_label(tokens, start - 1):
            return start, ""
        start -= 1
        if token in (")", "]") and tokens.match[start] is not None:
            start = tokens.match[start]
    return start, ""


def _ends_label(tokens, colon):
    """Whether `:` ends `case x:`, `default:` or a label, rather than stand in `?:` or a range."""
    index = colon - 1
    while index >= 0 and tokens.text[index] not in (";", "{", "}", "(", "?"):
        if tokens.text[index] in ("case", "default"):
            return True
        index -= 1
    return tokens.at(index) in (";", "{", "}") and index == colon - 2


def _is_path(target):
    """`v`, `v.w`, `v->w`, `*v`, `ns::v`: evaluating it calls nothing."""
    return bool(target) and cpp.is_name(target[-1]) and all(
        cpp.is_name(token) or token in (".", "->", "::", "*") for token in target)


def _is_declaration(target):
    """A type and one name. Commas and numbers only inside `<>`."""
    while target[:2] == ["[", "["]:
        target = target[target.index("]") + 2:]
    if len(target) < 2 or not cpp.is_name(target[-1]):
        return False
    depth = 0
    for token in target:
        depth += {"<": 1, ">": -1}.get(token, 0)
        plain = cpp.is_name(token) or token in ("::", "<", ">", "*", "&", "&&")
        inside = depth > 0 and (token in (",", "(", ")") or token[0].isdigit())
        if not plain and not inside:
            return False
    return depth == 0


def _operand_problem(tokens, index):
    """What is wrong between `co_await` and its `;`, or None."""
    at = index + 1
    while at < len(tokens):
        token = tokens.text[at]
        if token == ";":
            return None
        if token in (")", "]", "}"):
            return f"inside `{token}`: it must end in `;`; {NAME_FIRST}"
        if token == "?":
            return "with `?:` around its result; use if and else"
        binary = token in _BINARY or token in ("*", "&") and at > index + 1
        if binary or token in ("<", ">") and not _template_end(tokens, at):
            return f"result used with `{token}`; {NAME_FIRST}"
        if token == "<":
            at = _template_end(tokens, at)
        elif token in ("(", "[", "{"):
            close = tokens.match[at]
            inner = tokens.text[at:close + 1] if close is not None else tokens.text[at:]
            problem = _inner_problem(inner)
            if problem:
                return problem
            at = close if close is not None else len(tokens)
        at += 1
    return f"never ends; {NAME_FIRST}"


def _inner_problem(inner):
    if "{" in inner:
        return f"with braces or a lambda in its operand; {NAME_FIRST}"
    if "?" in inner:
        return "with `?:` in its operand; use if and else"
    return None


def _template_end(tokens, at):
    """The `>` that closes the template arguments opened at `at`, or None where `<` compares."""
    if tokens.text[at] != "<" or not cpp.is_name(tokens.at(at - 1)):
        return None
    depth, index = 0, at
    while index < len(tokens) and tokens.text[index] not in (";", "{", "&&", "||"):
        depth += {"<": 1, ">": -1}.get(tokens.text[index], 0)
        if depth == 0:
            return index if tokens.at(index + 1) in ("(", "::", "{", ";") else None
        if tokens.text[index] == "(" and tokens.match[index] is not None:
            index = tokens.match[index]
        index += 1
    return None


def _captures(tokens, bracket):
    return tokens.match[bracket] is not None and tokens.match[bracket] > bracket + 1


def _capturing_coroutines(path, tokens):
    """Lambdas with captures whose own body awaits or co_returns."""
    findings, opened = [], []
    for index, token in enumerate(tokens.text):
        if token == "{":
            opened.append(_body_of(tokens, index))
        elif token == "}" and opened:
            opened.pop()
        elif token in ("co_await", "co_return", "co_yield"):
            body = next((b for b in reversed(opened) if b != "block"), None)
            if isinstance(body, int) and _captures(tokens, body):
                findings.append(Finding(
                    path, tokens.line[body], CAPTURE_RULE, "a lambda coroutine captures: its "
                    "captures die with the lambda, not with the frame; pass them as parameters"))
    return sorted(set(findings))


def _body_of(tokens, brace):
    """The `[` index for a lambda's body, "block" inside a function, "other" for all else."""
    introducer = cpp.lambda_introducer(tokens, brace)
    if introducer is not None:
        return introducer
    before = tokens.at(brace - 1)
    plain = before in (";", "{", "}", ":", "else", "do", "try")
    return "block" if plain or cpp.closes_control_header(tokens, brace - 1) else "other"


def _initiation_findings(path, tokens, index):
    """The initiation lambda of async_initiate takes its arguments after the token, by parameter."""
    call = _template_end(tokens, index + 1)
    if call is None or tokens.at(call + 1) != "(" or tokens.match[call + 1] is None:
        return []
    bracket = call + 2
    if tokens.at(bracket) != "[" or not _captures(tokens, bracket):
        return []
    return [Finding(path, tokens.line[bracket], CAPTURE_RULE, "the initiation lambda captures; give "
                    "async_initiate the values after the token instead")]
