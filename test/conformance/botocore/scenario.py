"""What a client may do with the twin: every operation that it has, well and badly."""
import time

from botocore.exceptions import ClientError


def refused(code, call, **given):
    """The call fails with this code, or one of these."""
    try:
        call(**given)
    except ClientError as error:
        found = error.response['Error']['Code']
        assert found in code.split('|'), f'{call.__name__}({given}): {error}'
        return
    raise AssertionError(f'{call.__name__}({given}) was not refused')


def scenario(clients, loose, queue, definition, bucket):
    sts(clients['sts'])
    batch(clients['batch'], loose['batch'], queue, definition)
    logs(clients['logs'])
    secrets(clients['secretsmanager'])
    s3(clients['s3'], bucket)
    settings(clients['s3'])


def sts(client):
    assert client.get_caller_identity()['Account'] == '000000000000'


def batch(client, loose, queue, definition):
    submit = lambda name, **more: client.submit_job(jobName=name, jobQueue=queue, jobDefinition=definition, **more)['jobId']
    small = [{'type': 'VCPU', 'value': '1'}, {'type': 'MEMORY', 'value': '512'}]
    quick = {'command': ['simple-cp-test', 'nobody'], 'resourceRequirements': small}
    client.create_consumable_resource(consumableResourceName='licences', totalQuantity=2)
    refused('ClientException', client.create_consumable_resource, consumableResourceName='licences', totalQuantity=2)
    plain = submit('plain', containerOverrides=quick, tags={'a': 'b'}, timeout={'attemptDurationSeconds': 60},
        retryStrategy={'attempts': 2, 'evaluateOnExit': [{'onReason': '*', 'action': 'EXIT'}]},
        consumableResourcePropertiesOverride={'consumableResourceList': [{'consumableResource': 'licences', 'quantity': 1}]})
    array = submit('array', containerOverrides=quick, arrayProperties={'size': 3}, dependsOn=[{'type': 'SEQUENTIAL'}])
    after = submit('after', arrayProperties={'size': 3}, dependsOn=[{'jobId': array, 'type': 'N_TO_N'}])
    waits = [submit(f'waits-{n}', dependsOn=[{'jobId': plain}], containerOverrides=quick) for n in range(4)]
    huge = submit('huge', containerOverrides={'resourceRequirements': [{'type': 'VCPU', 'value': '1'}, {'type': 'MEMORY', 'value': '9000000'}]})
    described = lambda *ids: client.describe_jobs(jobs=list(ids))['jobs']
    described(plain, array, after, *waits, huge)
    client.cancel_job(jobId=waits[0], reason='not needed')
    client.cancel_jobs(jobs=[waits[1], 'nothing'], reason='not needed')
    client.terminate_job(jobId=waits[2], reason='enough')
    client.terminate_jobs(jobs=[waits[3], huge], reason='enough')
    for call, name in ((loose.cancel_job, 'jobId'), (loose.terminate_job, 'jobId'), (loose.cancel_jobs, 'jobs'), (loose.terminate_jobs, 'jobs')):
        refused('ClientException', call, **{name: 'x' if name == 'jobId' else ['x'] * 51, 'reason': 'y' * 1025})
    for until in range(240):
        jobs = described(plain, array, after, *waits, huge)
        if all(job['status'] in ('SUCCEEDED', 'FAILED') for job in jobs):
            break
        time.sleep(0.25)
    else:
        raise AssertionError([(job['jobName'], job['status']) for job in jobs])
    described(*(f'{array}:{n}' for n in range(3)), f'{after}:1')
    refused('ClientException', client.describe_jobs, jobs=['x'] * 101)
    for status in ('SUBMITTED', 'PENDING', 'RUNNABLE', 'STARTING', 'RUNNING', 'SUCCEEDED', 'FAILED'):
        client.list_jobs(jobQueue=queue, jobStatus=status)
        client.list_jobs(arrayJobId=array, jobStatus=status, maxResults=1)
    for name, value in (('JOB_NAME', 'w*'), ('JOB_DEFINITION', definition), ('BEFORE_CREATED_AT', '99999999999999'), ('AFTER_CREATED_AT', '1')):
        found = client.list_jobs(jobQueue=queue, filters=[{'name': name, 'values': [value]}])['jobSummaryList']
        assert found, name
    refused('ClientException', client.list_jobs)
    refused('ClientException', client.submit_job, jobName='a b', jobQueue=queue, jobDefinition=definition)
    refused('ClientException', client.submit_job, jobName='a', jobQueue='nowhere', jobDefinition=definition)
    assert client.describe_job_queues()['jobQueues'] and client.describe_compute_environments()['computeEnvironments']
    assert client.describe_job_definitions(status='ACTIVE')['jobDefinitions']
    assert client.list_consumable_resources()['consumableResources']
    client.describe_consumable_resource(consumableResource='licences')
    client.delete_consumable_resource(consumableResource='licences')
    refused('ClientException', client.describe_consumable_resource, consumableResource='licences')
    refused('ClientException', client.delete_consumable_resource, consumableResource='licences')


def logs(client):
    group, missing = {'logGroupName': 'botocore'}, {'logGroupName': 'nothing'}
    client.create_log_group(**group)
    refused('ResourceAlreadyExistsException', client.create_log_group, **group)
    client.create_log_stream(**group, logStreamName='one')
    refused('ResourceAlreadyExistsException', client.create_log_stream, **group, logStreamName='one')
    events = [{'timestamp': int(time.time() * 1000) + n, 'message': f'line {n}'} for n in range(30)]
    client.put_log_events(**group, logStreamName='one', logEvents=events)
    refused('ResourceNotFoundException', client.put_log_events, **missing, logStreamName='one', logEvents=events)
    page = client.get_log_events(**group, logStreamName='one', limit=10, startFromHead=True)
    client.get_log_events(**group, logStreamName='one', limit=10, nextToken=page['nextForwardToken'])
    refused('ResourceNotFoundException', client.get_log_events, **group, logStreamName='two')
    found = client.filter_log_events(**group, filterPattern='line', limit=7)
    client.filter_log_events(**group, filterPattern='line', limit=7, nextToken=found['nextToken'])
    refused('ResourceNotFoundException', client.filter_log_events, **missing)
    client.describe_log_streams(**group)
    refused('ResourceNotFoundException', client.describe_log_streams, **missing)
    client.describe_log_groups()


def secrets(client):
    secret = {'SecretId': 'botocore'}
    client.create_secret(Name='botocore', SecretString='one', Description='d', Tags=[{'Key': 'a', 'Value': 'b'}])
    refused('ResourceExistsException', client.create_secret, Name='botocore', SecretString='one')
    client.put_secret_value(**secret, SecretBinary=b'\x00\xff')
    refused('ResourceNotFoundException', client.put_secret_value, SecretId='nothing', SecretString='x')
    assert client.get_secret_value(**secret)['SecretBinary'] == b'\x00\xff'
    client.get_secret_value(**secret, VersionStage='AWSPREVIOUS')
    refused('ResourceNotFoundException', client.get_secret_value, SecretId='nothing')
    client.describe_secret(**secret)
    refused('ResourceNotFoundException', client.describe_secret, SecretId='nothing')
    client.list_secrets()
    client.delete_secret(**secret, RecoveryWindowInDays=7)
    refused('InvalidRequestException', client.get_secret_value, **secret)
    client.describe_secret(**secret)
    client.restore_secret(**secret)
    refused('ResourceNotFoundException', client.restore_secret, SecretId='nothing')
    refused('InvalidParameterException', client.delete_secret, **secret, RecoveryWindowInDays=1)
    client.delete_secret(**secret, ForceDeleteWithoutRecovery=True)


def s3(client, bucket):
    at = {'Bucket': 'botocore-conformance'}
    gone = {'Bucket': 'botocore-nothing'}
    client.list_buckets()
    client.create_bucket(**at)
    client.create_bucket(Bucket='botocore-wild')
    client.create_bucket(**at)  # of us-east-1 alone
    refused('InvalidLocationConstraint', client.create_bucket, **gone, CreateBucketConfiguration={'LocationConstraint': 'us-east-1'})
    client.head_bucket(**at)
    refused('404', client.head_bucket, **gone)
    # Who may use a bucket: as every new one.
    assert client.get_bucket_acl(**at)['Grants'][0]['Permission'] == 'FULL_CONTROL'
    for get in (
        client.get_bucket_acl,
        client.get_public_access_block,
        client.get_bucket_ownership_controls,
        client.get_bucket_encryption,
        client.get_bucket_location,
        client.get_bucket_versioning,
    ):
        get(**at)
        refused('NoSuchBucket', get, **gone)
    for algorithm in ('CRC32', 'SHA256', 'SHA1'):
        client.put_object(**at, Key=f'a/{algorithm}', Body=b'body', ChecksumAlgorithm=algorithm, Metadata={'k': 'v'})
        client.get_object(**at, Key=f'a/{algorithm}', ChecksumMode='ENABLED')['Body'].read()
    refused('PreconditionFailed', client.put_object, **at, Key='a/SHA1', Body=b'x', IfNoneMatch='*')
    client.put_object(**at, Key='å b+c', Body=b'x', ContentType='text/plain', CacheControl='no-cache')
    client.get_object(**at, Key='a/SHA1', Range='bytes=1-2')['Body'].read()
    refused('NoSuchKey', client.get_object, **at, Key='nothing')
    refused('InvalidRange', client.get_object, **at, Key='a/SHA1', Range='bytes=9-')
    client.head_object(**at, Key='a/CRC32', ChecksumMode='ENABLED')
    refused('404', client.head_object, **at, Key='nothing')
    client.copy_object(**at, Key='copy', CopySource={'Bucket': at['Bucket'], 'Key': 'a/SHA1'})
    refused('NoSuchKey', client.copy_object, **at, Key='copy', CopySource={'Bucket': at['Bucket'], 'Key': 'nothing'})
    client.list_objects_v2(**at, Delimiter='/', MaxKeys=1)
    page = client.list_objects_v2(**at, MaxKeys=1, EncodingType='url', FetchOwner=True)
    client.list_objects_v2(**at, ContinuationToken=page['NextContinuationToken'])
    refused('NoSuchBucket', client.list_objects_v2, **gone)
    client.list_objects(**at, Delimiter='/')
    client.list_objects(**at, MaxKeys=1)
    refused('NoSuchBucket', client.list_objects, **gone)
    multipart(client, at)
    client.delete_object(**at, Key='copy')
    refused('NoSuchBucket', client.delete_object, **gone, Key='copy')
    refused('BucketNotEmpty', client.delete_bucket, **at)
    keys = [each['Key'] for each in client.list_objects_v2(**at)['Contents']]
    client.delete_objects(**at, Delete={'Objects': [{'Key': key} for key in keys]})
    refused('MalformedXML', client.delete_objects, **at, Delete={'Objects': []})
    client.delete_bucket(**at)


def multipart(client, at):
    refused('NoSuchBucket', client.create_multipart_upload, Bucket='botocore-nothing', Key='big')
    upload = lambda **more: {**at, 'Key': 'big', 'UploadId': client.create_multipart_upload(**at, Key='big', **more)['UploadId']}
    one, two = upload(ChecksumAlgorithm='CRC32'), upload()
    part = client.upload_part(**one, PartNumber=1, Body=b'x' * 5 * 1024 * 1024, ChecksumAlgorithm='CRC32')
    refused('NoSuchUpload', client.upload_part, **{**one, 'UploadId': 'nothing'}, PartNumber=1, Body=b'x')
    client.put_object(**at, Key='source', Body=b'y' * 100)
    copied = client.upload_part_copy(**one, PartNumber=2, CopySource={'Bucket': at['Bucket'], 'Key': 'source'})['CopyPartResult']
    refused('NoSuchKey', client.upload_part_copy, **one, PartNumber=2, CopySource={'Bucket': at['Bucket'], 'Key': 'nothing'})
    client.list_parts(**one, MaxParts=1)
    refused('NoSuchUpload', client.list_parts, **{**one, 'UploadId': 'nothing'})
    client.list_multipart_uploads(**at)
    refused('NoSuchBucket', client.list_multipart_uploads, Bucket='botocore-nothing')
    parts = [{'PartNumber': 1, 'ETag': part['ETag'], 'ChecksumCRC32': part['ChecksumCRC32']}, {'PartNumber': 2, 'ETag': copied['ETag'], **({'ChecksumCRC32': copied['ChecksumCRC32']} if 'ChecksumCRC32' in copied else {})}]
    refused('InvalidPart', client.complete_multipart_upload, **one, MultipartUpload={'Parts': [{**parts[0], 'ETag': '"00000000000000000000000000000000"'}]})
    client.complete_multipart_upload(**one, MultipartUpload={'Parts': parts})
    client.head_object(**at, Key='big', PartNumber=1, ChecksumMode='ENABLED')
    client.abort_multipart_upload(**two)
    refused('NoSuchUpload', client.abort_multipart_upload, **two)


def settings(client):
    """Tags, versions, lifecycle, locks and archives; S3 keeps them below a bucket or an object."""
    at, gone = {'Bucket': 'botocore-settings'}, {'Bucket': 'botocore-nothing'}
    client.create_bucket(**at, ObjectLockEnabledForBucket=True)
    tags = {'TagSet': [{'Key': 'a', 'Value': 'b'}]}
    client.put_bucket_tagging(**at, Tagging=tags)
    assert client.get_bucket_tagging(**at)['TagSet'] == tags['TagSet']
    client.delete_bucket_tagging(**at)
    refused('NoSuchTagSet', client.get_bucket_tagging, **at)
    refused('NoSuchBucket', client.put_bucket_tagging, **gone, Tagging=tags)
    refused('NoSuchBucket', client.delete_bucket_tagging, **gone)
    rules = {'Rules': [{'ID': 'r', 'Status': 'Enabled', 'Filter': {'Tag': tags['TagSet'][0]}, 'Transitions': [{'Days': 1, 'StorageClass': 'GLACIER'}]}]}
    client.put_bucket_lifecycle_configuration(**at, LifecycleConfiguration=rules)
    client.get_bucket_lifecycle_configuration(**at)
    client.delete_bucket_lifecycle(**at)
    refused('NoSuchLifecycleConfiguration', client.get_bucket_lifecycle_configuration, **at)
    refused('NoSuchBucket', client.put_bucket_lifecycle_configuration, **gone, LifecycleConfiguration=rules)
    refused('NoSuchBucket', client.delete_bucket_lifecycle, **gone)
    versioning = {'VersioningConfiguration': {'Status': 'Enabled'}}
    client.put_bucket_versioning(**at, **versioning)
    refused('NoSuchBucket', client.put_bucket_versioning, **gone, **versioning)
    key = {**at, 'Key': 'k'}
    lost = {**at, 'Key': 'nothing'}
    version = client.put_object(**key, Body=b'1', Tagging='a=b', ChecksumAlgorithm='CRC32')['VersionId']
    client.delete_object(**key)
    client.put_object(**key, Body=b'22', StorageClass='GLACIER')
    client.list_object_versions(**at, MaxKeys=2, EncodingType='url')
    refused('NoSuchBucket', client.list_object_versions, **gone)
    client.get_object(**key, VersionId=version)['Body'].read()
    client.put_object_tagging(**key, Tagging=tags)
    client.get_object_tagging(**key)
    client.delete_object_tagging(**key)
    for call, more in ((client.put_object_tagging, {'Tagging': tags}), (client.get_object_tagging, {}), (client.delete_object_tagging, {})):
        refused('NoSuchKey', call, **lost, **more)
    client.get_object_attributes(**key, VersionId=version, ObjectAttributes=['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'])
    refused('NoSuchKey', client.get_object_attributes, **lost, ObjectAttributes=['ETag'])
    refused('InvalidObjectState', client.get_object, **key)
    client.restore_object(**key, RestoreRequest={'Days': 1, 'GlacierJobParameters': {'Tier': 'Expedited'}})
    refused('NoSuchKey', client.restore_object, **lost, RestoreRequest={'Days': 1})
    client.head_object(**key)
    locks(client, at, key, lost)


def locks(client, at, key, lost):
    rule = {'ObjectLockEnabled': 'Enabled', 'Rule': {'DefaultRetention': {'Mode': 'GOVERNANCE', 'Days': 1}}}
    client.put_object_lock_configuration(**at, ObjectLockConfiguration=rule)
    client.get_object_lock_configuration(**at)
    client.create_bucket(Bucket='botocore-free')
    refused('InvalidBucketState|InvalidRequest', client.put_object_lock_configuration, Bucket='botocore-free', ObjectLockConfiguration=rule)
    refused('ObjectLockConfigurationNotFoundError', client.get_object_lock_configuration, Bucket='botocore-free')
    retention = {'Mode': 'GOVERNANCE', 'RetainUntilDate': '2100-01-01T00:00:00Z'}
    client.put_object_retention(**key, Retention=retention)
    client.get_object_retention(**key)
    client.put_object_legal_hold(**key, LegalHold={'Status': 'ON'})
    client.get_object_legal_hold(**key)
    for call, more in (
        (client.put_object_retention, {'Retention': retention}), (client.get_object_retention, {}),
        (client.put_object_legal_hold, {'LegalHold': {'Status': 'ON'}}), (client.get_object_legal_hold, {}),
    ):
        refused('NoSuchKey', call, **lost, **more)
