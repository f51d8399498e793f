"""Makes a lab's account in moto step by step; after each step lab doctor has to tell what is there."""
import json
import os
import subprocess
import urllib.request

import boto3

CONFIG = {
    "name": "moto",
    "datasets": {"scans": {"bucket": "scans-of-moto", "access": "role"}},
    "pools": {"arm64-ondemand": {"instanceTypes": ["m6g.4xlarge"], "maxvCpus": 64}},
    "workloads": {"rapidtide": {"datasets": {"/data_in": "scans"}, "pools": ["arm64-ondemand"]}},
}
CONFIG_FILE = os.path.join(os.environ["HOME"], "lab.config.json")


def node(code, *words):
    return subprocess.run(
        ["node", "--input-type=module", "-e", code, "--", *words],
        capture_output=True, text=True, env={**os.environ, "LAB_CONFIG_FILE": CONFIG_FILE}, check=False, timeout=120,
    )


def doctor(*words):
    """Rows by check, and the exit code."""
    code = """
import { runCli } from './lib/cli/main.ts';
import { workloads } from './jobs/index.ts';
process.exitCode = await runCli(process.argv.slice(1), { projectRoot: process.cwd(), cwd: process.cwd(),
  configFile: process.env.LAB_CONFIG_FILE, environment: process.env, io: { out: process.stdout, err: process.stderr },
  stdin: process.stdin, signal: new AbortController().signal, workloads, now: () => new Date(), seed: () => '000000' });
"""
    ran = node(code, "doctor", "--json", *words)
    try:
        checks = json.loads(ran.stdout)["checks"]
    except ValueError:
        raise SystemExit(f"lab doctor said\n{ran.stdout}\n{ran.stderr}") from None
    rows = {}
    for row in checks:
        rows.setdefault(row["check"], []).append(row)
    return rows, ran.returncode


def check(title, rows, name, outcome, text=""):
    row = rows[name][0]
    if row["outcome"] != outcome or text not in row["text"]:
        raise SystemExit(f"FAILED  {title}: {json.dumps(rows[name], indent=1)}")
    print(f"ok      {title}: {row['text'][:100]}")


with open(CONFIG_FILE, "w", encoding="utf8") as file:
    json.dump(CONFIG, file)
base = os.environ["AWS_ENDPOINT_URL"]
urllib.request.urlopen(urllib.request.Request(f"{base}/moto-api/config", json.dumps({"batch": {"use_docker": False}}).encode(), {"content-type": "application/json"}))

# An account with nothing in it.
rows, code = doctor()
assert code == 4, code
check("an empty account: who asks", rows, "credentials", "ok", "123456789012")
check("an empty account: the region", rows, "region", "ok")
check("an empty account: no bootstrap", rows, "bootstrap", "fail")
check("an empty account: no stack", rows, "stack", "fail")
check("an empty account: its instance types", rows, "instance types", "ok", "all 1")
check("an empty account: no bucket of the dataset", rows, "datasets", "fail", "there is no bucket scans-of-moto")
check("an empty account: log policies", rows, "log policies", "ok", "0 of 10")
check("an empty account: no service roles yet", rows, "service roles", "warn")
check("an empty account: room in Batch", rows, "batch limits", "ok", "0 queues and 0")

# A lab by hand.
boto3.client("ssm").put_parameter(Name="/cdk-bootstrap/hnb659fds/version", Value="27", Type="String")
iam = boto3.client("iam")
# Names as AWS gives them; moto's own create_service_linked_role knows few of them.
for service in ("Batch", "ECS", "AutoScaling"):
    iam.create_role(RoleName=f"AWSServiceRoleFor{service}", AssumeRolePolicyDocument="{}")
s3 = boto3.client("s3")
s3.create_bucket(Bucket="scans-of-moto")
s3.put_object(Bucket="scans-of-moto", Key="100307/scan.txt", Body=b"x")
s3.create_bucket(Bucket="output-of-moto")
logs = boto3.client("logs")
logs.put_resource_policy(policyName="events-of-moto", policyDocument='{"Version":"2012-10-17","Statement":[]}')

ec2 = boto3.client("ec2")
template = ec2.create_launch_template(
    LaunchTemplateName="hosts",
    LaunchTemplateData={"BlockDeviceMappings": [{"DeviceName": "/dev/xvdb", "Ebs": {"VolumeSize": 10}}]},
)["LaunchTemplate"]["LaunchTemplateId"]
subnet = ec2.describe_subnets()["Subnets"][0]
group = ec2.describe_security_groups(GroupNames=["default"])["SecurityGroups"][0]["GroupId"]
iam.create_role(RoleName="hosts", AssumeRolePolicyDocument="{}")
profile = iam.create_instance_profile(InstanceProfileName="hosts")["InstanceProfile"]["Arn"]
iam.add_role_to_instance_profile(InstanceProfileName="hosts", RoleName="hosts")
batch = boto3.client("batch")
environment = batch.create_compute_environment(
    computeEnvironmentName="env-of-moto", type="MANAGED", state="ENABLED",
    serviceRole="arn:aws:iam::123456789012:role/hosts",
    computeResources={
        "type": "EC2", "minvCpus": 0, "maxvCpus": 64, "desiredvCpus": 0, "instanceTypes": ["m6g.4xlarge"],
        "subnets": [subnet["SubnetId"]], "instanceRole": profile, "securityGroupIds": [group],
        "launchTemplate": {"launchTemplateId": template, "version": "1"},
    },
)["computeEnvironmentArn"]
batch.create_job_queue(jobQueueName="queue-of-moto", state="ENABLED", priority=1, computeEnvironmentOrder=[{"order": 1, "computeEnvironment": environment}])
ecr = boto3.client("ecr")
ecr.create_repository(repositoryName="rapidtide")
index = {
    "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
    "manifests": [{"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "sha256:" + "a" * 64, "size": 1, "platform": {"architecture": "amd64", "os": "linux"}}],
}
ecr.put_image(repositoryName="rapidtide", imageManifest=json.dumps(index), imageTag="v1", imageManifestMediaType=index["mediaType"])
batch.register_job_definition(
    jobDefinitionName="job-of-moto", type="container",
    containerProperties={"image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/rapidtide:v1", "resourceRequirements": [{"type": "VCPU", "value": "8"}, {"type": "MEMORY", "value": "62000"}]},
)
lab_map = {"lab": "moto", "queues": {"arm64-ondemand": "queue-of-moto"}, "workloads": {"rapidtide": {"jobDefinitions": {"arm64": "job-of-moto"}}}, "secrets": {}}
outputs = {"OutputBucketName": "output-of-moto", "JobLogGroupName": "jobs", "ArraylabMap": json.dumps(lab_map)}
boto3.client("cloudformation").create_stack(
    StackName="arraylab-moto",
    TemplateBody=json.dumps({
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {name: {"Value": value} for name, value in outputs.items()},
    }),
)

rows, code = doctor()
assert code == 4, code
check("a lab by hand: bootstrap", rows, "bootstrap", "ok", "27")
check("a lab by hand: its stack", rows, "stack", "ok", "CREATE_COMPLETE")
check("a lab by hand: service roles", rows, "service roles", "ok", "Batch")
check("a lab by hand: log policies", rows, "log policies", "ok", "1 of 10")
check("a lab by hand: the dataset opens", rows, "datasets", "ok", "opens by you")
check("a lab by hand: the pool is large enough", rows, "pool size", "ok", "62,000 MiB")
check("a lab by hand: scratch is too small", rows, "scratch", "fail", "10 GiB")
check("a lab by hand: the image is for x86", rows, "images", "fail", "is for amd64")
check("a lab by hand: the bucket may be public", rows, "output bucket", "fail", "public")
check("a lab by hand: its environment", rows, "environments", "ok", "VALID")
check("a lab by hand: its queue", rows, "queues", "ok", "VALID")
check("a lab by hand: nothing waits", rows, "waiting jobs", "ok")

# What a person mends is found to be mended.
s3.put_public_access_block(Bucket="output-of-moto", PublicAccessBlockConfiguration=dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True))
s3.put_bucket_encryption(Bucket="output-of-moto", ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]})
s3.put_bucket_versioning(Bucket="output-of-moto", VersioningConfiguration={"Status": "Enabled"})
s3.put_bucket_ownership_controls(Bucket="output-of-moto", OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})
s3.put_bucket_policy(Bucket="output-of-moto", Policy=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::output-of-moto", "arn:aws:s3:::output-of-moto/*"], "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}))
s3.put_bucket_lifecycle_configuration(Bucket="output-of-moto", LifecycleConfiguration={"Rules": [{"ID": "a", "Status": "Enabled", "Filter": {"Prefix": ""}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 2}, "NoncurrentVersionExpiration": {"NoncurrentDays": 30}}]})
index["manifests"][0]["platform"]["architecture"] = "arm64"
index["manifests"][0]["digest"] = "sha256:" + "b" * 64
ecr.put_image(repositoryName="rapidtide", imageManifest=json.dumps(index), imageTag="v1", imageManifestMediaType=index["mediaType"])
batch.update_compute_environment(computeEnvironment="env-of-moto", state="DISABLED")
rows, code = doctor()
check("mended: the bucket", rows, "output bucket", "ok", "versioned, encrypted, closed")
check("mended: the image", rows, "images", "ok")
check("broken: the environment is disabled", rows, "environments", "fail", "DISABLED")

# Hosts: an instance that carries the lab's tag and has joined the environment's cluster, and one of nobody's.
image_id = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
tags = [{"ResourceType": "instance", "Tags": [{"Key": "arraylab:lab", "Value": "moto"}]}]
instance = ec2.run_instances(ImageId=image_id, MinCount=1, MaxCount=1, InstanceType="m6g.4xlarge", TagSpecifications=tags)["Instances"][0]["InstanceId"]
ec2.run_instances(ImageId=image_id, MinCount=1, MaxCount=1)
cluster = batch.describe_compute_environments()["computeEnvironments"][0]["ecsClusterArn"]
boto3.client("ecs").register_container_instance(cluster=cluster, instanceIdentityDocument=json.dumps({"instanceId": instance, "region": "us-east-1"}))
account = node("""
import { sdkAccount } from './lib/aws/account.ts';
const account = sdkAccount({ region: 'us-east-1', url: process.env.AWS_ENDPOINT_URL }, { environment: {} });
const [, cluster, instance] = process.argv;
console.log(JSON.stringify({ instances: await account.instances('moto'), joined: await account.joined(cluster), console: await account.console(instance) }));
""", cluster, instance)
found = json.loads(account.stdout or f'"{account.stderr}"')
assert [each["id"] for each in found["instances"]] == [instance], found
assert found["instances"][0]["state"] == "running", found
assert found["console"] != "", found
assert [each["instanceId"] for each in found["joined"]] == [instance] and found["joined"][0]["connected"], found
print(f"ok      hosts: {instance} by its tag, its console of {len(found['console'])} characters, {len(found['joined'])} joined")

# Without credentials nothing else is asked.
for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
    del os.environ[name]
rows, code = doctor()
assert code == 4, code
check("no credentials", rows, "credentials", "fail", "Could not load credentials")
assert {row["outcome"] for name, own in rows.items() if name != "credentials" for row in own} == {"unchecked"}, rows
