"""Write docs/reference.md, the list of all operations, from the code: ``make generate``."""

import inspect
import re
from pathlib import Path

from descope_outbound.outbound_application import OutboundApplication
from descope_outbound.outbound_application_by_token import OutboundApplicationByToken

PAGE = Path(__file__).parent / "reference.md"

#: The names of the official Node SDK that are not the Python names in camel case.
NODE_NAMES = {"delete_token": "deleteTokenById"}

INTRODUCTION = """\
# Reference

`make generate` writes this page from the code. Do not edit it.

- **Python.** `DescopeClient` and `DescopeClientAsync` have the same methods. Await those of `DescopeClientAsync`. Every
  method also takes `timeout_seconds=`.
- **Node.** Names and arguments are the same in camel case, with two exceptions. An app and an upload are one object,
  and `externalIdentifier` goes into the final options object.
- **Rust.** `Client` has methods of the same names. For a fetch by token, call `.inbound_token(…)` on the fetch.
- Arguments in brackets are optional.

Errors and examples are in `help()` for Python, in the `.d.cts` files of `bindings-node/lib` for Node, and in
`cargo doc` for Rust. [cache.md](cache.md) describes `client.cache`.

In Node, every method takes a final options object, after all its arguments. Pass `undefined` for the arguments that
you leave out: `fetchToken('app', 'user', undefined, undefined, { timeout: 3000 })`. Its members are:

| member | methods | value |
|---|---|---|
| `signal` | all | an `AbortSignal`; if it aborts, the call rejects with a `DescopeTransportError`, code `ABORTED` |
| `timeout` | all | the timeout of the call in milliseconds, retries and waits included; else the client's timeout |
| `externalIdentifier` | fetches | a string: fetch the token that has this external identifier |
| `minValiditySeconds` | fetches by management key | a number: if the cached token is valid for less, ask the service |
"""


def node_name(name: str) -> str:
    """Return the method's name in Node."""
    return NODE_NAMES.get(name, re.sub(r"_(\w)", lambda match: match[1].upper(), name))


def operations_of(owner: type) -> list[str]:
    """Return the names of the operations, in the order of the source."""
    return [name for name in vars(owner) if not name.startswith("_")]


def arguments_of(method: object) -> str:
    """Return the names of the arguments, with the optional ones in brackets."""
    parameters = list(inspect.signature(method).parameters.values())[1:]  # type: ignore[arg-type]
    names = [
        parameter.name if parameter.default is parameter.empty else f"[{parameter.name}]"
        for parameter in parameters
        if parameter.name != "timeout_seconds"
    ]
    return ", ".join(names)


def table(title: str, owner: type) -> str:
    """Return the table of one object's operations."""
    lines = [f"\n## {title}\n", "| Python | arguments | Node | description |", "|---|---|---|---|"]
    for name in operations_of(owner):
        method = getattr(owner, name)
        summary = (inspect.getdoc(method) or "").splitlines()[0]
        lines.append(f"| `{name}` | {arguments_of(method)} | `{node_name(name)}` | {summary} |")
    return "\n".join(lines) + "\n"


def page() -> str:
    """Return the whole page."""
    return (
        INTRODUCTION
        + table("`outbound_application` · `outboundApplication`", OutboundApplication)
        + table("`outbound_application_by_token` · `outboundApplicationByToken`", OutboundApplicationByToken)
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
