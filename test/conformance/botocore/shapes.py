"""Checks an answer as it came over the wire against botocore's model of the operation."""
import base64
import json
import re
import xml.etree.ElementTree as ET

# Errors that any operation of any service may answer, whatever its model lists.
COMMON = {
    'UnknownOperationException', 'SerializationException', 'AccessDenied', 'AccessDeniedException', 'InvalidSignatureException',
    'SignatureDoesNotMatch', 'ValidationException', 'ThrottlingException', 'InvalidAction', 'MissingParameter',
}


# Where the model says less than AWS's own documentation.
SAYS_LESS = {
    # ObjectVersion lists a storage class for every object, whatever it is; the model's enumeration has STANDARD alone.
    's3.ListObjectVersions StorageClass',
}


class Checker:
    def __init__(self):
        self.findings = []

    def fail(self, path, what):
        self.findings.append(f'{path}: {what}')

    def response(self, operation, status, headers, body):
        protocol = operation.service_model.metadata['protocol']
        name = f'{operation.service_model.service_name}.{operation.name} {status}'
        if status >= 300 and status != 304:
            return self.error(name, protocol, operation, status, headers, body)
        shape = operation.output_shape
        if protocol == 'query':
            return self.query(name, operation, body)
        if shape is None:
            return None
        payload = shape.serialization.get('payload')
        located = {m for m, s in shape.members.items() if 'location' in s.serialization}
        self.headers(name, shape, headers)
        if payload is not None:
            member = shape.members[payload]
            if member.type_name in ('blob', 'string'):
                return None
            return self.body(f'{name} {payload}', protocol, member, set(), body)
        return self.body(name, protocol, shape, located, body)

    def body(self, name, protocol, shape, skip, body):
        if protocol == 'rest-xml':
            if set(shape.members) <= skip:
                return None if not body else self.fail(name, f'has a body, the model has none: {body[:80]!r}')
            return self.xml(name, shape, ET.fromstring(body or b'<Empty/>'), skip)
        value = json.loads(body) if body else {}
        return self.json(name, shape, value, skip)

    def json(self, path, shape, value, skip=()):
        kind = shape.type_name
        if kind == 'structure':
            if not isinstance(value, dict):
                return self.fail(path, f'is no object: {value!r}')
            known = {m.serialization.get('name', key): m for key, m in shape.members.items() if key not in skip}
            for key, each in value.items():
                if key not in known:
                    self.fail(f'{path}.{key}', 'is not in the model')
                elif each is None:
                    self.fail(f'{path}.{key}', 'is null')
                else:
                    self.json(f'{path}.{key}', known[key], each)
            for key in shape.required_members:
                if key not in skip and shape.members[key].serialization.get('name', key) not in value:
                    self.fail(f'{path}.{key}', 'is required and missing')
        elif kind == 'list':
            if not isinstance(value, list):
                return self.fail(path, f'is no list: {value!r}')
            for index, each in enumerate(value):
                self.json(f'{path}[{index}]', shape.member, each)
        elif kind == 'map':
            if not isinstance(value, dict):
                return self.fail(path, f'is no map: {value!r}')
            for key, each in value.items():
                self.json(f'{path}[{key}]', shape.value, each)
        else:
            self.scalar(path, shape, value)
        return None

    def scalar(self, path, shape, value):
        kind = shape.type_name
        fits = {
            'string': isinstance(value, str),
            'boolean': isinstance(value, bool),
            'integer': isinstance(value, int) and not isinstance(value, bool),
            'long': isinstance(value, int) and not isinstance(value, bool),
            'float': isinstance(value, (int, float)) and not isinstance(value, bool),
            'double': isinstance(value, (int, float)) and not isinstance(value, bool),
            'timestamp': isinstance(value, (int, float)) and not isinstance(value, bool),
            'blob': isinstance(value, str) and is_base64(value),
        }[kind]
        if not fits:
            return self.fail(path, f'is no {kind}: {value!r}')
        if kind == 'string':
            self.text(path, shape, value)
        return None

    def text(self, path, shape, value):
        known = f'{path.split(" ")[0]} {path.split(".")[-1]}' in SAYS_LESS
        if shape.metadata.get('enum') and value not in shape.metadata['enum'] and not known:
            self.fail(path, f'{value!r} is none of {shape.metadata["enum"]}')
        least, most = shape.metadata.get('min'), shape.metadata.get('max')
        if least is not None and len(value) < least or most is not None and len(value) > most:
            self.fail(path, f'{value!r} is not {least} to {most} long')

    def xml(self, path, shape, element, skip=()):
        children = {}
        for child in element:
            children.setdefault(child.tag.split('}')[-1], []).append(child)
        known = {}
        attributes = {name.split('}')[-1] for name in element.attrib}
        present = set()
        for key, member in shape.members.items():
            if member.serialization.get('xmlAttribute'):
                if member.serialization.get('name', key).split(':')[-1] in attributes:
                    present.add(key)
                continue
            if key in skip:
                continue
            name = member.serialization.get('name', key)
            if member.type_name == 'list' and member.serialization.get('flattened'):
                name = member.member.serialization.get('name', name)
            known[name] = (key, member)
        for name, found in children.items():
            if name not in known:
                self.fail(f'{path}.{name}', 'is not in the model')
                continue
            member = known[name][1]
            if member.type_name == 'list' and member.serialization.get('flattened'):
                for index, child in enumerate(found):
                    self.xml_value(f'{path}.{name}[{index}]', member.member, child)
            elif len(found) > 1:
                self.fail(f'{path}.{name}', f'is there {len(found)} times')
            else:
                self.xml_value(f'{path}.{name}', member, found[0])
        for key in shape.required_members:
            if key not in {*skip, *present} and not any(known[name][0] == key for name in children if name in known):
                self.fail(f'{path}.{key}', 'is required and missing')

    def xml_value(self, path, shape, element):
        kind, text = shape.type_name, element.text or ''
        if kind == 'structure':
            return self.xml(path, shape, element)
        if kind == 'list':
            wanted = shape.member.serialization.get('name', 'member')
            for index, child in enumerate(element):
                if child.tag.split('}')[-1] != wanted:
                    self.fail(f'{path}[{index}]', f'is {child.tag}, not {wanted}')
                self.xml_value(f'{path}[{index}]', shape.member, child)
            return None
        forms = {
            'boolean': r'true|false', 'integer': r'-?\d+', 'long': r'-?\d+', 'float': r'-?[\d.]+', 'double': r'-?[\d.]+',
            'timestamp': r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z',
        }
        if kind in forms and not re.fullmatch(forms[kind], text):
            self.fail(path, f'is no {kind}: {text!r}')
        if kind == 'string':
            self.text(path, shape, text)
        return None

    def headers(self, path, shape, headers):
        """What an S3 answer says in headers: of the right type, and nothing of Amazon's that the model does not know."""
        known = {}
        for key, member in shape.members.items():
            where = member.serialization.get('location')
            if where == 'header':
                known[member.serialization.get('name', key).lower()] = member
            elif where == 'headers':
                known[member.serialization['name'].lower()] = None
        for name, value in headers.items():
            name = name.lower()
            if name in known and known[name] is not None:
                kind = known[name].type_name
                if kind in ('integer', 'long') and not re.fullmatch(r'\d+', value):
                    self.fail(f'{path} {name}', f'is no {kind}: {value!r}')
                if kind == 'boolean' and value not in ('true', 'false'):
                    self.fail(f'{path} {name}', f'is no boolean: {value!r}')
                if kind == 'string':
                    self.text(f'{path} {name}', known[name], value)
            elif name.startswith('x-amz-') and name not in ('x-amz-request-id', 'x-amz-id-2'):
                if not any(each is None and name.startswith(prefix) for prefix, each in known.items()):
                    self.fail(f'{path} {name}', 'is not in the model')
            if name == 'last-modified' and not re.fullmatch(r'\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT', value):
                self.fail(f'{path} {name}', f'is no HTTP date: {value!r}')

    def query(self, name, operation, body):
        root = ET.fromstring(body)
        parts = {child.tag.split('}')[-1]: child for child in root}
        if root.tag.split('}')[-1] != f'{operation.name}Response':
            self.fail(name, f'root is {root.tag}')
        if operation.output_shape is not None:
            wrapper = operation.output_shape.serialization.get('resultWrapper')
            if wrapper not in parts:
                return self.fail(name, f'has no {wrapper}')
            self.xml(name, operation.output_shape, parts[wrapper])
        if 'ResponseMetadata' not in parts or parts['ResponseMetadata'].find('{*}RequestId') is None:
            self.fail(name, 'has no RequestId')
        return None

    def error(self, name, protocol, operation, status, headers, body):
        listed = {}
        for shape in operation.error_shapes:
            listed[shape.metadata.get('error', {}).get('code', shape.name)] = shape
        if protocol in ('json', 'rest-json'):
            value = json.loads(body)
            code = (headers.get('x-amzn-errortype') or value.get('__type', '')).split('#')[-1].split(':')[0]
            if not isinstance(value.get('message', value.get('Message')), str):
                self.fail(name, f'{code} has no message')
            if code not in listed and code not in COMMON:
                self.fail(name, f'{code} is no error of this operation: {sorted(listed)}')
            wanted = listed[code].metadata.get('error', {}).get('httpStatusCode') if code in listed else None
            if wanted is not None and wanted != status:
                self.fail(name, f'{code} has status {status}, the model {wanted}')
            return code
        if not body:
            # A header that is no HTTP is refused before S3 is asked.
            if status == 400 and 'x-amz-request-id' not in headers:
                return '400'
            if not operation.name.startswith('Head'):
                self.fail(name, 'has no body')
            return str(status)
        try:
            root = ET.fromstring(body)
        except ET.ParseError:
            return self.fail(name, f'is not XML: {body[:120]!r}')
        error = root if protocol == 'rest-xml' else root.find('{*}Error')
        if error is None or root.tag.split('}')[-1] != ('Error' if protocol == 'rest-xml' else 'ErrorResponse'):
            return self.fail(name, f'is no error document: {body[:120]!r}')
        for each in ('Code', 'Message'):
            if error.find(f'{{*}}{each}') is None:
                self.fail(name, f'has no {each}')
        if root.find('{*}RequestId') is None:
            self.fail(name, 'has no RequestId')
        return error.find('{*}Code').text


def is_base64(text):
    try:
        base64.b64decode(text, validate=True)
        return True
    except ValueError:
        return False
