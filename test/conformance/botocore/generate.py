"""Requests made from botocore's model of an operation: the shortest that it takes, and wild ones from a seed."""
import datetime

TEXTS = ['a', 'A b', '', 'x' * 300, 'é漢', '../..', '*', '0', '-1', 'arn:aws:batch:us-east-1:000000000000:job-queue/none', 'Ref::x', '{"a":1}', '%00', 'a/b']


def shortest(shape):
    """Required members alone, with plain values."""
    return value_of(shape, None, 0)


def wild(shape, random):
    """Any members, with any values that the model's types take."""
    return value_of(shape, random, 0)


def value_of(shape, random, depth):
    kind = shape.type_name
    if kind == 'structure':
        if getattr(shape, 'is_tagged_union', False) and shape.members:
            name = sorted(shape.members)[0] if random is None else random.choice(sorted(shape.members))
            return {name: value_of(shape.members[name], random, depth + 1)}
        chosen = set(shape.required_members)
        if random is not None and depth < 4:
            chosen |= {name for name in shape.members if random.random() < (0.3 if depth == 0 else 0.5)}
        return {
            name: value_of(shape.members[name], random, depth + 1)
            for name in shape.members
            if name in chosen and not shape.members[name].serialization.get('eventstream')
        }
    least = shape.metadata.get('min', 0) or 0
    if kind == 'list':
        count = max(1, least) if random is None else max(least, random.choice([0, 1, 2, 5]))
        return [value_of(shape.member, random, depth + 1) for _ in range(count)]
    if kind == 'map':
        return {} if random is None else {f'k{n}': value_of(shape.value, random, depth + 1) for n in range(random.choice([0, 1, 3]))}
    if kind == 'string':
        if shape.metadata.get('enum'):
            return shape.metadata['enum'][0] if random is None else random.choice(shape.metadata['enum'])
        text = 'a' if random is None else random.choice(TEXTS)
        return text if len(text) >= least else (text or 'a').ljust(least, 'a')
    if kind in ('integer', 'long'):
        value = 1 if random is None else random.choice([0, 1, 2, 59, 1000, 10_001, 2**31 - 1, -1])
        return max(value, least)
    if kind in ('float', 'double'):
        return 1.0
    if kind == 'boolean':
        return True if random is None else random.random() < 0.5
    if kind == 'timestamp':
        return datetime.datetime(2026, 1, 1)
    if kind == 'blob':
        return b'a' if random is None else random.choice([b'', b'\x00\xff', b'a' * 1000])
    raise ValueError(kind)
