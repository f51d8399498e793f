"""Arraylab's queue and storage for pypeliner.

    python workflow.py ... --submit arraylab_pypeliner.Queue --storage arraylab_pypeliner.Storage

Settings come by environment variables, because pypeliner hands a storage none of its own: see settings.py.
"""

from .queue import Queue
from .storage import Storage

__all__ = ["Queue", "Storage"]
