"""The cost of importing the package, for a program that uses little of it."""

from __future__ import annotations

import subprocess
import sys

import descope_outbound

#: Each of these modules takes longer to import than this whole package.
HEAVY = {"typing", "re", "json", "enum", "datetime", "asyncio", "threading", "platform"}


def printed_by(program: str) -> list[str]:
    """Run the program in an interpreter that has imported nothing else, and return the words that it prints."""
    command = [sys.executable, "-I", "-S", "-c", f"import sys; sys.path = {sys.path!r}\n{program}"]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.split()


def test_importing_the_package_imports_nothing_heavy() -> None:
    program = "before = set(sys.modules)\nimport descope_outbound\nprint(*set(sys.modules) - before)"
    imported = printed_by(program)
    assert "descope_outbound._native" in imported
    assert HEAVY.isdisjoint(imported)


def test_every_name_is_the_same_object_at_each_access() -> None:
    for name in [*descope_outbound.__all__, "exceptions", "token"]:
        program = f"import descope_outbound as package\nprint(package.{name} is package.{name})"
        assert printed_by(program) == ["True"], name


def test_accelerate_is_the_function_in_any_import_order() -> None:
    program = "import descope_outbound.acceleration\nprint(callable(descope_outbound.accelerate))"
    assert printed_by(program) == ["True"]


def test_a_name_that_does_not_exist_raises_an_attribute_error() -> None:
    program = (
        "import descope_outbound\nprint(hasattr(descope_outbound, 'DescopeClient2'), len(dir(descope_outbound)) > 20)"
    )
    assert printed_by(program) == ["False", "True"]
