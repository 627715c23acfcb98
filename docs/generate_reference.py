"""Makes docs/reference.md, the list of all operations, from the code: ``make generate``."""

import inspect
import re
from pathlib import Path

from descope_outbound.outbound_application import OutboundApplication
from descope_outbound.outbound_application_by_token import OutboundApplicationByToken

PAGE = Path(__file__).parent / "reference.md"

#: Where the official Node SDK's name is not the Python one in camel case.
NODE_NAMES = {"delete_token": "deleteTokenById"}

INTRODUCTION = """\
# Reference

Made from the code by `make generate`: do not edit. Python's methods are the same in `DescopeClient` and, with `await`,
in `DescopeClientAsync`; every one also takes `timeout_seconds=`, and each of Node's one last argument, of which below.
Arguments that may be left out stand in brackets. In Node they are the same in camel case, save that an app and an
upload are one object, and `externalIdentifier` goes into the last argument. Rust's `Client` has the same methods by
the same names; the ones by token are `.inbound_token(…)` on a fetch. Errors and examples: `help()` in Python, the
`.d.cts` files in `bindings-node/lib` for Node, `cargo doc` for Rust.

Node's last argument is an object, in the place after all others; what is left out before it is `undefined`:
`fetchToken('app', 'user', undefined, undefined, { timeout: 3000 })`. It may hold

| | of | |
|---|---|---|
| `signal` | every call | an `AbortSignal`: the call ends, and rejects with a `DescopeTransportError`, code `ABORTED` |
| `timeout` | every call | a number of milliseconds, waits and repetitions included; else that of the client |
| `externalIdentifier` | each fetch | a string, of a token that was connected with one |
| `minValiditySeconds` | each fetch by management key | a number: the cache asks the service where less is left |
"""


def node_name(name: str) -> str:
    """The method's name in Node."""
    return NODE_NAMES.get(name, re.sub(r"_(\w)", lambda match: match[1].upper(), name))


def operations_of(owner: type) -> list[str]:
    """The names of the operations, in the order of the source."""
    return [name for name in vars(owner) if not name.startswith("_")]


def arguments_of(method: object) -> str:
    """The arguments by name; those that may be left out in brackets."""
    parameters = list(inspect.signature(method).parameters.values())[1:]  # type: ignore[arg-type]
    names = [
        parameter.name if parameter.default is parameter.empty else f"[{parameter.name}]"
        for parameter in parameters
        if parameter.name != "timeout_seconds"
    ]
    return ", ".join(names)


def table(title: str, owner: type) -> str:
    """One object's operations."""
    lines = [f"\n## {title}\n", "| Python | arguments | Node | |", "|---|---|---|---|"]
    for name in operations_of(owner):
        method = getattr(owner, name)
        summary = (inspect.getdoc(method) or "").splitlines()[0]
        lines.append(f"| `{name}` | {arguments_of(method)} | `{node_name(name)}` | {summary} |")
    return "\n".join(lines) + "\n"


def page() -> str:
    """The whole page."""
    return (
        INTRODUCTION
        + table("`outbound_application` · `outboundApplication`", OutboundApplication)
        + table("`outbound_application_by_token` · `outboundApplicationByToken`", OutboundApplicationByToken)
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
