"""Parses the example in Julia as tree-sitter's grammar of Julia reads it, and sees that the grammar tells what is none.

Nobody has run these files here: that they are Julia is all that is shown.  usage: julia_syntax.py FILE …
"""

import sys

import tree_sitter_julia
from tree_sitter import Language, Parser

parser = Parser(Language(tree_sitter_julia.language()))


def faults(node):
    own = [node] if node.type == "ERROR" or node.is_missing else []
    return own + [fault for child in node.children for fault in faults(child)]


for path in sys.argv[1:]:
    with open(path, "rb") as file:
        text = file.read()
    found = faults(parser.parse(text).root_node)
    assert not found, f"{path}:{found[0].start_point[0] + 1}: {found[0].text[:80]}"
    # Without any one of its `end`s it is not Julia, and has to be told.
    ends = [at for at in range(len(text)) if text[at - 1 : at + 4] in (b"\nend\n", b" end\n")]
    for at in ends:
        assert faults(parser.parse(text[:at] + text[at + 3 :]).root_node), f"{path}: an end less at {at}"
    print(f"ok      {path.rsplit('/', 1)[1]} is Julia's syntax, and without any of its {len(ends)} ends it is not")
