"""A lab in moto, with everything that may be left behind, and its neighbour of nearly the same name, which is nobody's to touch."""
import json
import os
import re
import subprocess

import boto3

ROOT = os.environ['ROOT']
LAB = {'Key': 'arraylab:lab', 'Value': 'lab'}
TWO = {'Key': 'arraylab:lab', 'Value': 'lab-two'}
STACK = 'arraylab-lab'


def client(name):
    return boto3.client(name)


def lab(*words):
    done = subprocess.run(['node', f'{ROOT}/bin/lab.ts', *words], capture_output=True, text=True, cwd=ROOT, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout, done.stderr


def check(what, ok, *facts):
    print(('ok      ' if ok else 'FAILED  ') + what)
    if not ok:
        for fact in facts:
            print(fact)
        raise SystemExit(1)


def make_stack():
    """Of types that moto's CloudFormation makes as CloudFormation does."""
    resources = {
        'StorageOutput': {'Type': 'AWS::S3::Bucket', 'DeletionPolicy': 'Retain', 'Properties': {'Tags': [LAB, {'Key': 'arraylab:role', 'Value': 'output'}]}},
        'JobLogs': {'Type': 'AWS::Logs::LogGroup', 'DeletionPolicy': 'Retain', 'Properties': {}},
        'Vpc': {'Type': 'AWS::EC2::VPC', 'Properties': {'CidrBlock': '10.0.0.0/16'}},
        'Subnet': {'Type': 'AWS::EC2::Subnet', 'Properties': {'VpcId': {'Ref': 'Vpc'}, 'CidrBlock': '10.0.0.0/24'}},
        'Hosts': {'Type': 'AWS::EC2::SecurityGroup', 'Properties': {'GroupDescription': 'hosts', 'VpcId': {'Ref': 'Vpc'}}},
        'Role': {'Type': 'AWS::IAM::Role', 'Properties': {'AssumeRolePolicyDocument': {'Version': '2012-10-17', 'Statement': []}}},
        'Profile': {'Type': 'AWS::IAM::InstanceProfile', 'Properties': {'Roles': [{'Ref': 'Role'}]}},
        'Environment': {'Type': 'AWS::Batch::ComputeEnvironment', 'Properties': {'Type': 'MANAGED', 'ServiceRole': {'Fn::GetAtt': ['Role', 'Arn']}, 'ComputeResources': {
            'Type': 'EC2', 'MinvCpus': 0, 'MaxvCpus': 16, 'InstanceTypes': ['m6i.large'], 'InstanceRole': {'Fn::GetAtt': ['Profile', 'Arn']}, 'Subnets': [{'Ref': 'Subnet'}], 'SecurityGroupIds': [{'Ref': 'Hosts'}]}}},
        'Queue': {'Type': 'AWS::Batch::JobQueue', 'Properties': {'Priority': 1, 'ComputeEnvironmentOrder': [{'Order': 1, 'ComputeEnvironment': {'Ref': 'Environment'}}]}},
    }
    client('cloudformation').create_stack(StackName=STACK, TemplateBody=json.dumps({'Resources': resources}), Tags=[LAB])
    found = client('cloudformation').list_stack_resources(StackName=STACK)['StackResourceSummaries']
    return {each['LogicalResourceId']: each['PhysicalResourceId'] for each in found}


def make_things(tag, lab_name):
    """One of each kind; answers their ids."""
    ec2, tags = client('ec2'), [tag]
    spec = lambda kind: [{'ResourceType': kind, 'Tags': tags}]
    vpc = ec2.create_vpc(CidrBlock='10.1.0.0/16', TagSpecifications=spec('vpc'))['Vpc']['VpcId']
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock='10.1.0.0/24')['Subnet']['SubnetId']
    image = ec2.describe_images(Filters=[{'Name': 'architecture', 'Values': ['x86_64']}])['Images'][0]['ImageId']
    instance = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, SubnetId=subnet, InstanceType='m6i.large', TagSpecifications=spec('instance'))['Instances'][0]['InstanceId']
    volume = ec2.create_volume(Size=200, AvailabilityZone='us-east-1a', VolumeType='gp3', TagSpecifications=spec('volume'))['VolumeId']
    snapshot = ec2.create_snapshot(VolumeId=volume, TagSpecifications=spec('snapshot'))['SnapshotId']
    address = ec2.allocate_address(Domain='vpc', TagSpecifications=spec('elastic-ip'))['AllocationId']
    nat = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address, TagSpecifications=spec('natgateway'))['NatGateway']['NatGatewayId']
    endpoint = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName='com.amazonaws.us-east-1.ecr.api', VpcEndpointType='Interface', SubnetIds=[subnet], TagSpecifications=spec('vpc-endpoint'))['VpcEndpoint']['VpcEndpointId']
    template = ec2.create_launch_template(LaunchTemplateName=f't-{lab_name}', LaunchTemplateData={'InstanceType': 'm6i.large'}, TagSpecifications=spec('launch-template'))['LaunchTemplate']['LaunchTemplateId']
    machine = ec2.create_image(InstanceId=instance, Name=f'ami-{lab_name}', TagSpecifications=spec('image'))['ImageId']
    iam = client('iam')
    trust = json.dumps({'Version': '2012-10-17', 'Statement': []})
    role = iam.create_role(RoleName=f'role-{lab_name}', AssumeRolePolicyDocument=trust)['Role']['Arn']
    profile = iam.create_instance_profile(InstanceProfileName=f'profile-{lab_name}')['InstanceProfile']['Arn']
    iam.add_role_to_instance_profile(InstanceProfileName=f'profile-{lab_name}', RoleName=f'role-{lab_name}')
    batch, plain = client('batch'), {tag['Key']: tag['Value']}
    group = ec2.describe_security_groups(Filters=[{'Name': 'vpc-id', 'Values': [vpc]}])['SecurityGroups'][0]['GroupId']
    environment = batch.create_compute_environment(
        computeEnvironmentName=f'env-{lab_name}', type='MANAGED', state='ENABLED', serviceRole=role, tags=plain,
        computeResources={'type': 'EC2', 'minvCpus': 0, 'maxvCpus': 16, 'instanceTypes': ['m6i.large'], 'subnets': [subnet], 'securityGroupIds': [group], 'instanceRole': profile},
    )['computeEnvironmentArn']
    batch.create_job_queue(jobQueueName=f'queue-{lab_name}', state='ENABLED', priority=1, tags=plain, computeEnvironmentOrder=[{'order': 1, 'computeEnvironment': environment}])
    repository = f'arraylab-{lab_name}/ubuntu'
    client('ecr').create_repository(repositoryName=repository, tags=tags)
    logs = f'arraylab-{lab_name}-NetworkFlowLogs2BEC3212-Ab12'
    client('logs').create_log_group(logGroupName=logs)
    client('secretsmanager').create_secret(Name=f'arraylab/{lab_name}/hcp', SecretString='x', Tags=tags)
    project = f'images-{lab_name}'
    client('codebuild').create_project(name=project, source={'type': 'S3', 'location': 'b/k'}, artifacts={'type': 'NO_ARTIFACTS'}, environment={'type': 'LINUX_CONTAINER', 'image': 'x', 'computeType': 'BUILD_GENERAL1_SMALL'}, serviceRole=role, tags=[{'key': tag['Key'], 'value': tag['Value']}])
    return {
        'vpc': vpc, 'instance': instance, 'volume': volume, 'snapshot': snapshot, 'elastic ip': address, 'nat gateway': nat, 'vpc endpoint': endpoint,
        'launch template': template, 'image': machine, 'compute environment': f'env-{lab_name}', 'job queue': f'queue-{lab_name}', 'repository': repository,
        'log group': logs, 'secret': f'arraylab/{lab_name}/hcp', 'build project': project,
    }


stack = make_stack()
bucket = stack['StorageOutput']
client('s3').put_object(Bucket=bucket, Key='runs/1', Body=b'x' * 1000)
mine, theirs = make_things(LAB, 'lab'), make_things(TWO, 'lab-two')

queue = client('batch').describe_job_queues(jobQueues=[stack['Queue']])['jobQueues']
check('the stack has a queue that takes jobs', [each['state'] for each in queue] == ['ENABLED'], queue, stack)
code, out, err = lab('deploy', '--drain', '--require-approval', 'never')
queue = client('batch').describe_job_queues(jobQueues=[stack['Queue']])['jobQueues']
check('a deploy that cdk refuses (this account is not bootstrapped) says so, and opens the queues that it had closed', code == 3 and 'bootstrap' in err and 'nothing runs any more' in err and queue[0]['state'] == 'ENABLED', code, err, queue)
code, out, err = lab('destroy')
check('without --yes nothing goes', code == 2 and '--yes' in err, code, err)
code, out, err = lab('destroy', '--yes')
check('cdk destroy took the stack down', not [s for s in client('cloudformation').list_stacks()['StackSummaries'] if s['StackName'] == STACK and s['StackStatus'] != 'DELETE_COMPLETE'], err)
check('the bucket stays, with the line that has it again', f"existingOutputBucket: '{bucket}'," in out and client('s3').head_object(Bucket=bucket, Key='runs/1'), out)
check('so does the log group that the stack kept', f"stays        log group {stack['JobLogs']}" in out, out)
check('what is left behind ends the command with 6', code == 6, code, out, err)
left = dict(re.findall(r'^left behind  (.*?): .*\n +(aws .*)$', out, re.M))
unseen = {kind: thing for kind, thing in mine.items() if f'{kind} {thing}' not in left}
# moto's tagging API knows no build projects; AWS's does.
unseen.pop('build project', None)
check('every kind of thing is named', not unseen, unseen, out)
check('nothing of a lab of nearly the same name is', not [thing for thing in theirs.values() if thing in out], out)
check('nothing was left unchecked', 'not checked' not in out, out)

# In the order in which they are printed.
for name in left:
    if name.startswith('vpc '):
        for each in client('ec2').describe_subnets(Filters=[{'Name': 'vpc-id', 'Values': [mine['vpc']]}])['Subnets']:
            client('ec2').delete_subnet(SubnetId=each['SubnetId'])
    done = subprocess.run(left[name], shell=True, capture_output=True, text=True)
    check(f'aws runs what the audit prints: {left[name]}', done.returncode == 0, done.stderr)
code, out, err = lab('destroy', '--yes', '--json')
check('then nothing is left behind', code == 0 and json.loads(out)['left'] == [], code, out, err)

code, out, err = lab('deploy')
check('a new stack is not made beside a bucket that was kept', code == 2 and f"existingOutputBucket: '{bucket}'," in err, code, err)
client('secretsmanager').create_secret(Name='arraylab/lab/hcp', SecretString='x')
client('secretsmanager').delete_secret(SecretId='arraylab/lab/hcp')
code, out, err = lab('deploy', '--new-bucket')
check('a secret that is being deleted is told before anything is made', code == 2 and 'arraylab/lab/hcp' in err and '--force-delete-without-recovery' in err, code, err)
