"""Calls every operation that the twin has, well and badly, and checks every answer; then asks for all that it may not have."""
import random
import sys
import time

import botocore.endpoint
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from generate import shortest, wild
from scenario import scenario
from shapes import Checker

QUEUE, DEFINITION, BUCKET = sys.argv[1:4]
SERVICES = ['batch', 'logs', 'secretsmanager', 'sts', 's3']
UNKNOWN = {'UnknownOperationException', 'InvalidAction', 'NotImplemented', 'MethodNotAllowed'}

checker = Checker()
called = {name: {} for name in SERVICES}
convert = botocore.endpoint.convert_to_response_dict


def record(http_response, operation):
    answer = convert(http_response, operation)
    body = answer['body'] if isinstance(answer['body'], bytes) else b''
    code = checker.response(operation, answer['status_code'], answer['headers'], body)
    service = operation.service_model.service_name
    outcome = 'ok' if answer['status_code'] < 300 else (code or str(answer['status_code']))
    called[service].setdefault(operation.name, set()).add(outcome)
    if answer['status_code'] == 500:
        checker.fail(f'{service}.{operation.name}', f'answers 500: {body[:200]!r}')
    return answer


botocore.endpoint.convert_to_response_dict = record
session = botocore.session.get_session()
config = Config(retries={'total_max_attempts': 1}, s3={'addressing_style': 'path'}, read_timeout=30)
strict = {name: session.create_client(name, config=config) for name in SERVICES}
# The twin, not the client, is to refuse what is wrong.
loose = {name: session.create_client(name, config=config.merge(Config(parameter_validation=False))) for name in SERVICES}

scenario(strict, loose, QUEUE, DEFINITION, BUCKET)
covered = {name: {op for op, outcomes in ops.items() if outcomes - UNKNOWN} for name, ops in called.items()}
for service, ops in called.items():
    for op, outcomes in sorted(ops.items()):
        if outcomes <= UNKNOWN:
            checker.fail(f'{service}.{op}', 'is in the scenario, and the twin has it not')
        if 'ok' not in outcomes:
            checker.fail(f'{service}.{op}', f'never went well: {sorted(outcomes)}')
        elif len(outcomes) == 1 and f'{service}.{op}' not in {
            # These take anything: there is no wrong request to make with a valid signature.
            'sts.GetCallerIdentity', 's3.ListBuckets', 'batch.ListConsumableResources', 'secretsmanager.ListSecrets',
            'batch.DescribeComputeEnvironments', 'batch.DescribeJobQueues', 'batch.DescribeJobDefinitions', 'logs.DescribeLogGroups',
        }:
            checker.fail(f'{service}.{op}', 'was never refused')


def call(client, op, given):
    started = time.monotonic()
    try:
        method = next(name for name, each in client.meta.method_to_api_mapping.items() if each == op)
        getattr(client, method)(**given)
    except ResponseParserError as error:
        checker.fail(f'{client.meta.service_model.service_name}.{op}', f'cannot be read: {str(error)[:200]}')
    except (ClientError, BotoCoreError, ValueError, TypeError):
        # What a client refuses to send is no matter of the twin's.
        pass
    if time.monotonic() - started > 5:
        checker.fail(f'{client.meta.service_model.service_name}.{op}', f'took {time.monotonic() - started:.0f} s for {str(given)[:300]}')


# Everything else of the models is refused as unknown, or (S3) seen by generated requests alone, which is said.
notes = []
for service, client in strict.items():
    model = client.meta.service_model
    for op in model.operation_names:
        each = model.operation_model(op)
        # Not signed at all, or for a service of its own: the twin refuses those before it knows what they are.
        if op in covered[service] or each.auth_type == 'none' or each.has_event_stream_output or op in {'WriteGetObjectResponse', 'ListDirectoryBuckets'}:
            continue
        given = shortest(each.input_shape) if each.input_shape else {}
        if 'Bucket' in given:
            call(strict['s3'], 'CreateBucket', {'Bucket': 'botocore-wild'})
            given['Bucket'] = 'botocore-wild'
        call(loose[service], op, given)
        outcomes = called[service].get(op, set())
        if not outcomes or outcomes <= UNKNOWN:
            continue
        if service == 's3':
            notes.append(f's3.{op} answers {sorted(outcomes)} and is not in the scenario')
            if not op.startswith('DeleteBucket'):
                covered[service].add(op)
        else:
            checker.fail(f'{service}.{op}', f'is not in the scenario, and the twin answers {sorted(outcomes)}')

# Wild requests: whatever comes back is in the model, and never a fault of the twin's own.
rng = random.Random(4)
wilds = 0
for service in SERVICES:
    model = loose[service].meta.service_model
    for op in sorted(covered[service]):
        if service == 's3' and op in {'DeleteBucket'}:
            continue
        shape = model.operation_model(op).input_shape
        for _ in range(25 if shape else 1):
            given = wild(shape, rng) if shape else {}
            # More than is sent would be waited for, as S3 waits.
            given.pop('ContentLength', None)
            if service == 's3' and 'Bucket' in given and rng.random() < 0.9:
                given['Bucket'] = 'botocore-wild'
            wilds += 1
            call(loose[service], op, given)

for note in notes:
    print('note   ', note)
for finding in sorted(set(checker.findings)):
    print('FAILED ', finding)
for service in SERVICES:
    print(f'ok      {service}: {len(covered[service])} operations, {", ".join(sorted(covered[service]))}')
print(f'{wilds} wild requests, {len(set(checker.findings))} findings')
sys.exit(1 if checker.findings else 0)
