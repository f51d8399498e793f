"""A plugin of pytest: moto's tests without moto. What would be mocked is left alone, and the clients, by AWS_ENDPOINT_URL,
talk to the twin, which is empty at the beginning of every test. Those that are out of scope are not run."""
import contextlib, os, re, urllib.request
from pathlib import Path

import pytest

import moto


class nothing(contextlib.ContextDecorator):
    """mock_aws as a decorator of functions and classes, with arguments or without, and in a with."""

    def __new__(cls, func=None, config=None):
        return func if func is not None else super().__new__(cls)

    def __init__(self, func=None, config=None): pass
    def __call__(self, func): return func
    def __enter__(self): return self
    def __exit__(self, *_): return False
    def start(self, *_, **__): pass
    def stop(self): pass


moto.mock_aws = nothing


def left_out():
    lines = Path(__file__).with_name("out-of-scope.txt").read_text().splitlines()
    return {name for line in lines if not line.startswith("#") for name in line.split()}


def names_of(item):
    """`module`, `module::Class`, and `module::Class::test` without parameters."""
    whole = re.sub(r"\[.*", "", item.nodeid, flags=re.S)
    parts = whole.split("/")[-1].replace(".py", "", 1).split("::")
    return {"::".join(parts[:count]) for count in range(1, len(parts) + 1)}


def pytest_collection_modifyitems(config, items):
    wanted = left_out()
    skipped = [item for item in items if names_of(item) & wanted]
    # A name that is none any more would leave out nothing, and nobody would know.
    unknown = wanted - set().union(*(names_of(item) for item in items))
    if unknown: raise pytest.UsageError(f"out-of-scope.txt names what is not there: {sorted(unknown)}")
    config.hook.pytest_deselected(items=skipped)
    items[:] = [item for item in items if item not in set(skipped)]


@pytest.fixture(autouse=True)
def empty_twin():
    urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"] + "/_lab/empty").read()
    yield
