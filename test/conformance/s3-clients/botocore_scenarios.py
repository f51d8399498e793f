"""What boto3 sees of versions, tags, attributes, restores, lifecycle rules and locks. botocore parses each answer by its model."""
import datetime
import json
import os
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

s3 = boto3.client('s3', config=Config(s3={'addressing_style': 'path'}, retries={'max_attempts': 1}))
clock = sys.argv[1]
hour, day = 3600, 86400


def ahead(seconds):
    with open(clock, 'w') as file:
        json.dump({'aheadSeconds': seconds}, file)


def code(call, **arguments):
    try:
        call(**arguments)
        return 'no error'
    except ClientError as error:
        return error.response['Error']['Code']


def check(title, condition):
    print(('ok      ' if condition else 'FAILED  ') + title)
    if not condition:
        sys.exit(1)


b = dict(Bucket='boto')
s3.create_bucket(**b)
s3.put_bucket_versioning(**b, VersioningConfiguration={'Status': 'Enabled'})
ids = [s3.put_object(**b, Key='a/k', Body=str(n).encode(), Tagging=f'n={n}')['VersionId'] for n in range(5)]
marker = s3.delete_object(**b, Key='a/k')
pages = s3.get_paginator('list_object_versions').paginate(**b, PaginationConfig={'PageSize': 2})
versions, markers = [], []
for page in pages:
    versions += page.get('Versions', [])
    markers += page.get('DeleteMarkers', [])
check('the paginator lists every version once, the newest first', [v['VersionId'] for v in versions] == ids[::-1])
check('the marker is the latest', [m['IsLatest'] for m in markers] == [True] and not any(v['IsLatest'] for v in versions))
check('a version is read by its id', s3.get_object(**b, Key='a/k', VersionId=ids[1])['Body'].read() == b'1')
check('tags belong to the version', s3.get_object_tagging(**b, Key='a/k', VersionId=ids[3])['TagSet'] == [{'Key': 'n', 'Value': '3'}])
s3.delete_object(**b, Key='a/k', VersionId=marker['VersionId'])
check('without the marker the object is back', s3.get_object(**b, Key='a/k')['Body'].read() == b'4')
boto3.resource('s3').Bucket('boto').object_versions.delete()
check('object_versions.delete() empties it', not s3.list_object_versions(**b).get('Versions'))

body = os.urandom(11 * 1024 * 1024)
upload = s3.create_multipart_upload(**b, Key='mpu', ChecksumAlgorithm='SHA256')['UploadId']
parts = []
for number, start in enumerate(range(0, len(body), 5 * 1024 * 1024), 1):
    part = s3.upload_part(**b, Key='mpu', UploadId=upload, PartNumber=number, Body=body[start:start + 5 * 1024 * 1024], ChecksumAlgorithm='SHA256')
    parts.append({'PartNumber': number, 'ETag': part['ETag'], 'ChecksumSHA256': part['ChecksumSHA256']})
s3.complete_multipart_upload(**b, Key='mpu', UploadId=upload, MultipartUpload={'Parts': parts})
attributes = s3.get_object_attributes(**b, Key='mpu', ObjectAttributes=['ETag', 'Checksum', 'ObjectParts', 'ObjectSize', 'StorageClass'])
check('attributes of an upload', attributes['ObjectSize'] == len(body) and attributes['ObjectParts']['TotalPartsCount'] == 3
      and [p['ChecksumSHA256'] for p in attributes['ObjectParts']['Parts']] == [p['ChecksumSHA256'] for p in parts])
second = s3.get_object(**b, Key='mpu', PartNumber=2, ChecksumMode='ENABLED')
check('a part by its number, with its checksum', second['Body'].read() == body[5 * 1024 * 1024:10 * 1024 * 1024] and second['PartsCount'] == 3)

s3.put_object(**b, Key='cold', Body=b'ice', StorageClass='DEEP_ARCHIVE')
check('an archived object is not read', code(s3.get_object, **b, Key='cold') == 'InvalidObjectState')
s3.restore_object(**b, Key='cold', RestoreRequest={'Days': 2, 'GlacierJobParameters': {'Tier': 'Bulk'}})
check('a restore runs', s3.head_object(**b, Key='cold')['Restore'] == 'ongoing-request="true"')
check('and is not started twice', code(s3.restore_object, **b, Key='cold', RestoreRequest={'Days': 2, 'GlacierJobParameters': {'Tier': 'Bulk'}}) == 'RestoreAlreadyInProgress')
ahead(49 * hour)
check('after its time the object is read', s3.get_object(**b, Key='cold')['Body'].read() == b'ice')
ahead(54 * day)
check('after its days it is not', code(s3.get_object, **b, Key='cold') == 'InvalidObjectState')
ahead(0)

rules = [{'ID': 'old', 'Status': 'Enabled', 'Filter': {'And': {'Prefix': 'tmp/', 'Tags': [{'Key': 'keep', 'Value': 'no'}]}},
          'Expiration': {'Days': 7}, 'NoncurrentVersionExpiration': {'NoncurrentDays': 3}}]
s3.put_bucket_lifecycle_configuration(**b, LifecycleConfiguration={'Rules': rules})
check('a lifecycle configuration comes back', s3.get_bucket_lifecycle_configuration(**b)['Rules'] == rules)
s3.put_object(**b, Key='tmp/x', Body=b'x', Tagging='keep=no')
s3.put_object(**b, Key='tmp/y', Body=b'y')
ahead(9 * day)
keys = [each['Key'] for each in s3.list_objects_v2(**b)['Contents']]
check('its rule takes away what has the prefix and the tag', 'tmp/x' not in keys and 'tmp/y' in keys)
ahead(0)

l = dict(Bucket='locked')
s3.create_bucket(**l, ObjectLockEnabledForBucket=True)
until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=3)
version = s3.put_object(**l, Key='k', Body=b'x', ObjectLockMode='COMPLIANCE', ObjectLockRetainUntilDate=until)['VersionId']
check('a locked version stays', code(s3.delete_object, **l, Key='k', VersionId=version) == 'AccessDenied')
check('its retention is told', s3.get_object_retention(**l, Key='k')['Retention']['Mode'] == 'COMPLIANCE')
ahead(4 * day)
check('until its time is over', code(s3.delete_object, **l, Key='k', VersionId=version) == 'no error')
ahead(0)

virtual = boto3.client('s3', config=Config(s3={'addressing_style': 'virtual'}), endpoint_url=os.environ['AWS_ENDPOINT_URL'].replace('127.0.0.1', 'localhost'))
try:
    import socket
    socket.getaddrinfo('boto.localhost', 80)
    check('a bucket in the host name', virtual.get_object(Bucket='boto', Key='mpu')['Body'].read() == body)
except socket.gaierror:
    print('skipped a bucket in the host name: this machine does not resolve *.localhost')
